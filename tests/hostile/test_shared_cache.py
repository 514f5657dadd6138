"""One cache for everybody before the service: it gives nobody what was made for another."""

from __future__ import annotations

import base64
import gzip
import http.client
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from itertools import product

import pytest

from syndicate.core.model import Level
from tests.hostile.nginx import nginx_before
from tests.newsroom import SENTENCE
from tests.running.service import PATIENCE, Service

WORDS = "Only a licence shows the pilot who turned back at the ice edge."
STORIES = ("harbour", "pilot", "quay")
PUBLIC = ("/feeds/all.rss", "/feeds/all.atom", "/feeds/all.json", "/feeds.opml", "/", "/feeds/all/")
FEEDS = tuple(f"/private/feeds/{feed}" for feed in ("all.rss", "all.atom", "all.json", "economy.rss"))
BY_KEY = ("/private/feeds.opml", "/private/changes")


@dataclass(frozen=True)
class Got:
    """An answer, its body unpacked, and what the cache says of it."""

    status: int
    headers: Message
    body: bytes

    @property
    def told(self) -> tuple[int, str | None, str | None, bytes]:
        return self.status, self.headers["ETag"], self.headers["Cache-Control"], self.body

    @property
    def cached(self) -> str:
        return self.headers["X-Cache"] or ""


@dataclass(frozen=True)
class Asked:
    """One request, as it can be sent again."""

    path: str = field(repr=False)
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def with_headers(self, headers: Mapping[str, str]) -> Asked:
        return Asked(self.path, self.method, (*self.headers, *headers.items()))

    def at(self, port: int) -> Got:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request(self.method, self.path, headers=dict(self.headers))
            answer = connection.getresponse()
            body = answer.read()
            if body and answer.headers["Content-Encoding"] == "gzip":
                body = gzip.decompress(body)
            return Got(answer.status, answer.headers, body)
        finally:
            connection.close()


@dataclass(frozen=True)
class Cached:
    """A service, the port of the cache before it, and two customers who may have different things."""

    service: Service
    port: int
    max_age: int
    tokens: tuple[str, str] = field(repr=False)

    @property
    def keys(self) -> list[str]:
        return [self.service.newsroom.key(uri) for uri in STORIES]

    def private(self) -> list[Asked]:
        """What the two may ask for, each in every form."""
        items = [f"/private/items/{key}{ext}" for key, ext in product(self.keys, ("", ".json", ".txt"))]
        paths = [*FEEDS, *BY_KEY, *items]
        asked = [
            Asked(path, method, (("Authorization", how),))
            for path, method, token in product(paths, ("GET", "HEAD"), self.tokens)
            for how in (f"Bearer {token}", f"Basic {base64.b64encode(f'any:{token}'.encode()).decode()}")
        ]
        in_path = [
            Asked(path.replace("/private/", f"/private/{token}/"), method)
            for path, method, token in product((*FEEDS, BY_KEY[0]), ("GET", "HEAD"), self.tokens)
        ]
        return asked + in_path

    def public(self) -> list[Asked]:
        paths = [*PUBLIC, *(f"/items/{key}" for key in self.keys), *FEEDS, *BY_KEY]
        return [Asked(path, method) for path, method in product(paths, ("GET", "HEAD"))]

    def every(self) -> list[Asked]:
        """All of them, packed and not, in an order that mixes who asks."""
        codings = ({"Accept-Encoding": "gzip"}, {"Accept-Encoding": "identity"}, {})
        asked = [
            each.with_headers(coding) for each in (*self.private(), *self.public()) for coding in codings
        ]
        random.Random(7).shuffle(asked)
        return asked


@pytest.fixture(scope="module", params=[0, 600])
def cached(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cached]:
    """The service behind the cache: with what caches are told by default, and told that they may keep."""
    folder = tmp_path_factory.mktemp("cached")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SYNDICATE_SERVE__TRUSTED_PROXIES", "1")
        environment.setenv("SYNDICATE_SERVE__PUBLIC_MAX_AGE", str(request.param))
        with Service.run(folder / "wire") as service, nginx_before(service.port, folder / "nginx") as port:
            newsroom = service.newsroom
            for uri in STORIES:
                newsroom.send(uri, headline=f"The {uri}", text=SENTENCE * 20 + WORDS)
            full = newsroom.subscriber("all", kind="api")
            excerpts = newsroom.subscriber("all", "economy", level=Level.EXCERPT)
            yield Cached(service, port, request.param, (full, excerpts))


def test_every_answer_through_the_cache_is_the_one_that_the_service_itself_gives(cached: Cached) -> None:
    hits = 0
    for _ in range(2):
        for asked in cached.every():
            own, shared = asked.at(cached.service.port), asked.at(cached.port)
            assert shared.told == own.told
            is_private = "/private/" in asked.path
            assert not (is_private and shared.cached == "HIT")
            assert is_private or WORDS.encode() not in shared.body
            hits += shared.cached == "HIT"
    assert bool(hits) is bool(cached.max_age)  # the cache does keep what it may


def test_who_knows_what_another_has_gets_his_own(cached: Cached) -> None:
    """The ETag of one customer's answer, shown by the other, or by nobody, is never a 304 for his bytes."""
    for path in FEEDS:
        both = [Asked(path, headers=(("Authorization", f"Bearer {token}"),)) for token in cached.tokens] + [
            Asked(path.replace("/private", ""))
        ]
        own = {each: each.at(cached.service.port) for each in both}
        for asked, other in product(both, own.values()):
            if other.headers["ETag"] is None:  # he is refused this feed
                continue
            shared = asked.with_headers({"If-None-Match": other.headers["ETag"]}).at(cached.port)
            if other.told == own[asked].told and shared.status == 304:
                continue
            assert shared.told == own[asked].told


def test_a_forged_address_does_not_pass_the_proxy(cached: Cached) -> None:
    newsroom = cached.service.newsroom
    newsroom.company("bound")
    newsroom.licence("bound")
    token = newsroom.token("bound", networks=("192.0.2.0/24",))
    inside = "192.0.2.7"
    for name, value in (
        ("X-Forwarded-For", inside),
        ("X-Forwarded-For", f"{inside}, {inside}"),
        ("X_Forwarded_For", inside),
        ("X-Real-IP", inside),
        ("Forwarded", f"for={inside}"),
    ):
        asked = Asked("/private/feeds/all.rss", headers=(("Authorization", f"Bearer {token}"), (name, value)))
        answer = asked.at(cached.port)
        assert answer.status == 403, name
        assert b"127.0.0.1" in answer.body


def test_a_kill_reaches_the_cache_at_once_where_it_must_ask_again(cached: Cached) -> None:
    newsroom = cached.service.newsroom
    key = newsroom.key("pilot")
    page, feed = Asked(f"/items/{key}"), Asked("/feeds/all.rss")
    private = Asked("/private/feeds/all.rss", headers=(("Authorization", f"Bearer {cached.tokens[0]}"),))
    before = [each.at(cached.port) for each in (page, feed, private)]
    assert [each.status for each in before] == [200] * 3
    newsroom.kill("pilot")
    assert b"The pilot" not in private.at(cached.port).body
    if cached.max_age:
        return  # the agency prefers caches to immediacy
    assert page.at(cached.port).status == 410
    assert b"The pilot" not in feed.at(cached.port).body
    known = feed.with_headers({"If-None-Match": before[1].headers["ETag"]})
    assert known.at(cached.port).status == 200
