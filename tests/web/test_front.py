"""The front repeats what Flask said, word for word, and only while it would say it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from syndicate.bootstrap import take_up_feeds
from syndicate.core.model import Level
from syndicate.service import contracts
from syndicate.service.agency import StoreError
from syndicate.web.front import Front
from tests.newsroom import BY, Newsroom

TIMES = 3


@dataclass
class Asked:
    """How often Flask was asked behind the front, since the last look."""

    paths: list[str] = field(default_factory=list)

    def so_far(self) -> int:
        count = len(self.paths)
        self.paths.clear()
        return count


@contextmanager
def watched(newsroom: Newsroom) -> Iterator[Asked]:
    """Flask behind the front of this newsroom, watched."""
    front = newsroom.app.wsgi_app
    assert isinstance(front, Front)
    asked, flask = Asked(), front._app

    def watching(environ: Any, start_response: Any) -> Any:
        asked.paths.append(environ["PATH_INFO"])
        return flask(environ, start_response)

    front._app = watching
    yield asked
    front._app = flask


@pytest.fixture
def asked(newsroom: Newsroom) -> Iterator[Asked]:
    newsroom.send("a")
    newsroom.send("b", headline="Another")
    with watched(newsroom) as asked:
        yield asked


def whole(answer: TestResponse) -> tuple[Any, ...]:
    return answer.status, sorted(answer.headers), answer.get_data()


def settled(newsroom: Newsroom, *how: Any, **named: Any) -> TestResponse:
    """An answer after its body has been packed small."""
    answer = newsroom.get(*how, **named)
    newsroom.app.config["PACKING"]._beside.submit(int).result()
    return answer


@pytest.mark.parametrize("path", ["/feeds/all.rss", "/feeds/all.atom", "/feeds/all.json", "/"])
@pytest.mark.parametrize("encoding", ["gzip", "gzip;q=0, identity", ""])
def test_a_public_answer_is_given_again_without_asking_flask(
    newsroom: Newsroom, asked: Asked, path: str, encoding: str
) -> None:
    settled(newsroom, path, Accept_Encoding=encoding)
    first = newsroom.get(path, Accept_Encoding=encoding)
    asked.so_far()
    again = [newsroom.get(path, Accept_Encoding=encoding) for _ in range(TIMES)]
    assert asked.so_far() == 0
    assert {repr(whole(each)) for each in again} == {repr(whole(first))}


@pytest.mark.parametrize("how", ["bearer", "basic", "path"])
def test_a_private_answer_is_given_again_to_the_same_credential_alone(
    newsroom: Newsroom, asked: Asked, how: str
) -> None:
    mine, other = newsroom.subscriber(), newsroom.subscriber(level=Level.HEADLINE)
    texts = [newsroom.get("/private/feeds/all.rss", mine, how).get_data() for _ in range(TIMES)]
    assert asked.so_far() == 1
    assert len(set(texts)) == 1
    assert newsroom.get("/private/feeds/all.rss", other, how).get_data() not in texts
    assert newsroom.get("/private/feeds/all.rss").status_code == 401
    assert asked.so_far() == 2


def test_a_304_is_given_again_for_just_its_condition(newsroom: Newsroom, asked: Asked) -> None:
    etag = newsroom.get("/feeds/all.rss").headers["ETag"]
    first = newsroom.get("/feeds/all.rss", If_None_Match=etag)
    asked.so_far()
    again = newsroom.get("/feeds/all.rss", If_None_Match=etag)
    assert (again.status_code, whole(again), asked.so_far()) == (304, whole(first), 0)
    assert newsroom.get("/feeds/all.rss", If_None_Match='"other"').status_code == 200
    assert newsroom.get("/feeds/all.rss", If_Match='"other"').status_code == 200
    assert asked.so_far() == 2


def test_head_and_get_are_kept_apart(newsroom: Newsroom, asked: Asked) -> None:
    for _ in range(TIMES):
        assert newsroom.client.head("/feeds/all.rss").get_data() == b""
        assert newsroom.get("/feeds/all.rss").get_data() != b""
    assert asked.so_far() == 2


@pytest.mark.parametrize("path", ["/feeds/all.rss?x=1", "/feeds/nowhere.rss", "/feeds/"])
def test_what_nobody_said_to_be_repeatable_goes_through(newsroom: Newsroom, asked: Asked, path: str) -> None:
    for _ in range(TIMES):
        newsroom.get(path)
    assert asked.so_far() == TIMES


def _revoke(newsroom: Newsroom, token: str) -> None:
    contracts.revoke_token(newsroom.agency, newsroom.names[token], is_final=False, by=BY)


def _suspend(newsroom: Newsroom, token: str) -> None:
    contracts.suspend(newsroom.agency, "company-0", BY)


def _edit(newsroom: Newsroom, token: str) -> None:
    path = newsroom.folder / "feeds" / "all.toml"
    path.write_text(path.read_text().replace("Everything", "All that there is"))
    take_up_feeds(newsroom.agency)


COMMITS: dict[str, Callable[[Newsroom, str], object]] = {
    "an item": lambda newsroom, _: newsroom.send("c"),
    "a new version": lambda newsroom, _: newsroom.send("a", version=2, headline="Newer"),
    "a kill": lambda newsroom, _: newsroom.kill("a"),
    "a hold": lambda newsroom, _: newsroom.hold("a"),
    "a revocation": _revoke,
    "a suspension": _suspend,
    "a feed edit": _edit,
    "a licence": lambda newsroom, _: newsroom.licence("company-0", ("economy",)),
}


@pytest.mark.parametrize("commit", COMMITS.values(), ids=COMMITS)
def test_after_a_commit_flask_is_asked_again(newsroom: Newsroom, asked: Asked, commit: Any) -> None:
    token = newsroom.subscriber()
    for path, shown in (("/feeds/all.rss", None), ("/private/feeds/all.rss", token)):
        newsroom.get(path, shown)
    asked.so_far()
    commit(newsroom, token)
    for path, shown in (("/feeds/all.rss", None), ("/private/feeds/all.rss", token)):
        newsroom.get(path, shown)
    assert asked.so_far() == 2


@pytest.mark.parametrize("ends", ["embargo", "licence", "token"])
def test_when_something_changes_by_the_clock_flask_is_asked_again(newsroom: Newsroom, ends: str) -> None:
    at = newsroom.clock.now + timedelta(hours=1)
    newsroom.send("a")
    if ends == "embargo":
        newsroom.send("b", embargoed=at)
    terms = {"ends_at": at} if ends == "licence" else {}
    newsroom.company()
    newsroom.licence(**terms)
    token = newsroom.token(expires_at=at if ends == "token" else None)
    with watched(newsroom) as asked:
        for _ in range(TIMES):
            newsroom.text("/private/feeds/all.rss", token)
        newsroom.clock.now = at - timedelta(microseconds=1)
        newsroom.text("/private/feeds/all.rss", token)
        assert asked.so_far() == 1
        newsroom.clock.now = at
        newsroom.get("/private/feeds/all.rss", token)
        assert asked.so_far() == 1


@pytest.mark.parametrize("ending", ["revoked", "forged", "none", "suspended"])
def test_a_lasting_refusal_is_given_again_as_page_and_as_problem(
    newsroom: Newsroom, asked: Asked, ending: str
) -> None:
    token: str | None = newsroom.subscriber()
    assert token is not None
    if ending == "revoked":
        _revoke(newsroom, token)
    elif ending == "suspended":
        _suspend(newsroom, token)
    elif ending == "forged":
        token = token[:-3] + "AAA"
    else:
        token = None
    for accept in ("text/html", "application/json"):
        answers = [newsroom.get("/private/feeds/all.rss", token, Accept=accept) for _ in range(TIMES)]
        assert len({repr(whole(each)) for each in answers}) == 1
        assert answers[0].status_code in (401, 403)
        assert answers[0].mimetype == ("text/html" if "html" in accept else "application/problem+json")
        assert asked.so_far() == 1


def test_a_licence_that_begins_ends_its_refusal_at_once(newsroom: Newsroom) -> None:
    newsroom.send()
    begins_at = newsroom.clock.now + timedelta(hours=1)
    token = newsroom.subscriber(begins_at=begins_at)
    for _ in range(TIMES):
        assert newsroom.get("/private/feeds/all.rss", token).status_code == 403
    newsroom.clock.now = begins_at
    assert newsroom.get("/private/feeds/all.rss", token).status_code == 200


def test_a_token_of_a_network_is_asked_for_its_address_each_time(newsroom: Newsroom) -> None:
    newsroom.send()
    newsroom.company()
    newsroom.licence()
    token = newsroom.token(networks=("192.0.2.0/24",))
    headers = {"Authorization": f"Bearer {token}"}

    def status(address: str) -> int:
        sent = newsroom.client.get(
            "/private/feeds/all.rss", headers=headers, environ_base={"REMOTE_ADDR": address}
        )
        return sent.status_code

    asked_from = ("192.0.2.7", "192.0.2.7", "198.51.100.7", "192.0.2.8", "198.51.100.7", "192.0.2.7")
    assert [status(address) for address in asked_from] == [200, 200, 403, 200, 403, 200]


def test_the_use_of_an_old_secret_is_always_noted(newsroom: Newsroom) -> None:
    newsroom.send()
    old = newsroom.subscriber()
    id = newsroom.names[old]
    contracts.rotate_token(newsroom.agency, id, timedelta(days=7), BY)
    used = []
    for _ in range(TIMES):
        newsroom.clock.advance(hours=1)
        newsroom.text("/private/feeds/all.rss", old)
        used.append(contracts.token_named(newsroom.agency, id).old_used_at)
    assert used == sorted(set(used))


def test_without_its_key_file_nothing_private_is_repeated(newsroom: Newsroom) -> None:
    newsroom.send()
    token = newsroom.subscriber()
    newsroom.text("/private/feeds/all.rss", token)
    (newsroom.folder / "data" / "keys.toml").rename(newsroom.folder / "data" / "away.toml")
    assert newsroom.get("/private/feeds/all.rss", token).status_code >= 500


def test_without_its_database_nothing_is_repeated(newsroom: Newsroom, monkeypatch: Any) -> None:
    newsroom.send()
    newsroom.text("/feeds/all.rss")

    def away(*_: object) -> None:
        raise StoreError("The database is away.")

    monkeypatch.setattr(type(newsroom.agency.database), "epoch", away)
    assert newsroom.get("/feeds/all.rss").status_code == 503


def test_a_first_body_is_packed_quickly_and_then_small(newsroom: Newsroom, asked: Asked) -> None:
    for number in range(20):
        newsroom.send(f"story {number}")
    quick = newsroom.get("/feeds/all.rss", Accept_Encoding="gzip")
    small = settled(newsroom, "/feeds/all.rss", Accept_Encoding="gzip") and newsroom.get(
        "/feeds/all.rss", Accept_Encoding="gzip"
    )
    assert len(small.get_data()) < len(quick.get_data())
    assert small.headers["ETag"] == quick.headers["ETag"]
