"""At once: with two web processes, the first request after a committed act is right, each of 200.

The act is committed by this process; the answers come from others, which have the old answer at hand.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from syndicate.service import contracts
from tests.newsroom import BY, ninjs
from tests.running.service import Service

ROUNDS = 40
ASKED = 5  # fresh connections a round, so that both processes are met

Right = Callable[[], bool]


def kill(service: Service, number: int) -> tuple[Right, Callable[[], None], Right]:
    room, uri = service.newsroom, f"killed-{number}"
    token = room.subscriber("all")
    word = f"canary{number}killed"
    room.send(uri, text=f"A sentence to show. The {word} is in the text. " * 8)
    return (
        lambda: word in service.ask("/private/feeds/all.json", token).text,
        lambda: room.kill(uri),
        lambda: word not in service.ask("/private/feeds/all.json", token).text,
    )


def hold(service: Service, number: int) -> tuple[Right, Callable[[], None], Right]:
    room, uri = service.newsroom, f"held-{number}"
    path = f"/items/{room.key(uri)}"
    word = f"canary{number}held"
    room.send(uri, headline=word)

    def shows(status: int, is_in_feed: bool) -> bool:
        in_feed = word in service.ask("/feeds/all.json").text
        return (service.ask(path).status, in_feed) == (status, is_in_feed)

    return lambda: shows(200, True), lambda: room.hold(uri), lambda: shows(404, False)


def revocation(service: Service, number: int) -> tuple[Right, Callable[[], None], Right]:
    room = service.newsroom
    token = room.subscriber("all")
    return (
        lambda: service.ask("/private/feeds/all.rss", token, "path").status == 200,
        lambda: contracts.revoke_token(room.agency, room.names[token], False, BY),
        lambda: service.ask("/private/feeds/all.rss", token, "path").status == 401,
    )


def suspension(service: Service, number: int) -> tuple[Right, Callable[[], None], Right]:
    room = service.newsroom
    company = f"company-{len(room.names)}"
    token = room.subscriber("all")
    return (
        lambda: service.ask("/private/feeds/all.atom", token).status == 200,
        lambda: contracts.suspend(room.agency, company, BY),
        lambda: service.ask("/private/feeds/all.atom", token).status == 403,
    )


def licence_end(service: Service, number: int) -> tuple[Right, Callable[[], None], Right]:
    room = service.newsroom
    company = room.company(f"ending-{number}")
    licence = room.licence(company)
    token = room.token(company)
    return (
        lambda: service.ask("/private/feeds/all.rss", token, "basic").status == 200,
        lambda: contracts.end_licence(room.agency, licence, None, BY),
        lambda: service.ask("/private/feeds/all.rss", token, "basic").status == 403,
    )


@pytest.mark.parametrize("act", [kill, hold, revocation, suspension, licence_end])
def test_the_first_request_after_a_commit_is_right(shared_service: Service, act) -> None:
    old = 0
    for number in range(ROUNDS):
        was_so, commit, is_right = act(shared_service, number)
        assert all(was_so() for _ in range(ASKED)), "both processes have the old answer at hand"
        commit()
        old += sum(not is_right() for _ in range(ASKED))
    assert old == 0, f"{old} old answers of {ROUNDS * ASKED}"


def test_a_request_after_an_acknowledged_message_sees_it(shared_service: Service) -> None:
    missed = 0
    for number in range(ROUNDS):
        now = shared_service.newsroom.clock.now
        body = json.dumps(ninjs(f"pushed-{number}", 1, now, headline=f"Pushed {number}.")).encode()
        answer = shared_service.post(body)
        assert (answer.status, json.loads(answer.body)["items"][0]["outcome"]) == (200, "new")
        missed += sum(
            f"Pushed {number}." not in shared_service.ask("/feeds/all.rss").text for _ in range(ASKED)
        )
    assert missed == 0
