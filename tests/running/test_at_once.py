"""At once: with four web processes, every request that starts after a committed act is right.

The act is committed by this process; the answers come from others, which have the old answer at hand. Some
dozens of requests an act run with the other tests; `make at-once` runs 240 for each act, idle and under load.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from itertools import count
from threading import Event, Thread

import pytest

from syndicate.service import contracts
from tests.newsroom import BY, ninjs
from tests.running.service import Service

ASKED = 10
"""Fresh connections a round, so that all processes are met."""

ROUNDS = int(os.environ.get("TEST_AT_ONCE", "30")) // ASKED

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


@contextmanager
def crowded(service: Service) -> Iterator[None]:
    """Readers who ask all the time, and a supplier whose messages make every rendering old."""
    stop, room = Event(), service.newsroom
    token = room.subscriber("all")

    def read(number: int) -> None:
        while not stop.is_set():
            service.ask(("/feeds/all.rss", "/feeds/all.json", "/")[number])
            service.ask("/private/feeds/all.json", token)

    def supply() -> None:
        while not stop.wait(0.2):
            room.send(f"beside-{next(_NUMBERS)}")

    threads = [Thread(target=read, args=(number,)) for number in range(3)] + [Thread(target=supply)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


_NUMBERS = count(1)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def four(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of four web processes, once on each database."""
    with ExitStack() as stack:
        url = "sqlite:///data/syndicate.db"
        if request.param == "postgres":
            url = stack.enter_context(request.getfixturevalue("postgres").database())
        folder = tmp_path_factory.mktemp("four") / "wire"
        yield stack.enter_context(Service.run(folder, url, processes=4))


@pytest.fixture(params=["idle", "under load"])
def asked(request: pytest.FixtureRequest, four: Service) -> Iterator[Service]:
    """The same, with nobody else there, and with a crowd."""
    with crowded(four) if request.param == "under load" else nullcontext():
        yield four


@pytest.mark.parametrize("act", [kill, hold, revocation, suspension, licence_end])
def test_the_first_request_after_a_commit_is_right(asked: Service, act) -> None:
    old = 0
    for _ in range(ROUNDS):
        was_so, commit, is_right = act(asked, next(_NUMBERS))
        assert all(was_so() for _ in range(ASKED)), "all processes have the old answer at hand"
        commit()
        old += sum(not is_right() for _ in range(ASKED))
    print(f"{act.__name__}: {old} old answers of {ROUNDS * ASKED}")
    assert old == 0


def test_a_request_after_an_acknowledged_message_sees_it(asked: Service) -> None:
    missed = 0
    for _ in range(ROUNDS):
        number, now = next(_NUMBERS), asked.newsroom.clock.now
        body = json.dumps(ninjs(f"pushed-{number}", 1, now, headline=f"Pushed {number}.")).encode()
        answer = asked.post(body)
        assert (answer.status, json.loads(answer.body)["items"][0]["outcome"]) == (200, "new")
        missed += sum(f"Pushed {number}." not in asked.ask("/feeds/all.rss").text for _ in range(ASKED))
    print(f"acknowledged and missed: {missed} of {ROUNDS * ASKED}")
    assert missed == 0
