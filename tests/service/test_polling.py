"""Polled sources: conditional visits over real HTTP, and a table of addresses at which nothing is dialled."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from requests.adapters import HTTPAdapter

from syndicate.net import fetch as fetching
from syndicate.net.fetch import FetchError, fetch
from syndicate.service import worker
from syndicate.service.agency import StoreError
from syndicate.service.arriving import arrivals, sources
from syndicate.service.arriving.standing import standings
from syndicate.service.watching import health
from syndicate.settings import load
from syndicate.store.sources import Poll, find_poll
from tests.newsroom import CONFIG, Newsroom

FEED = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><link>http://x.example</link>'
    b"<description>D</description><item><guid isPermaLink='false'>one</guid><title>A story from afar</title>"
    b"<description>It happened far away.</description></item></channel></rss>"
)


@dataclass
class Far:
    """A far-away server: what it answers, what it was asked, and how many bytes were taken from it.

    `moves` redirects paths: a status and a target for each. `gate` is passed before anything is answered.
    """

    status: int = 200
    body: bytes = FEED
    headers: dict[str, str] = field(default_factory=lambda: {"ETag": '"one"'})
    asked: list[dict[str, str]] = field(default_factory=list)
    moves: dict[str, tuple[int, str]] = field(default_factory=dict)
    gate: threading.Event = field(default_factory=threading.Event)
    taken: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/feed"


@contextmanager
def serving() -> Iterator[Far]:
    state = Far()
    state.gate.set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append({name.lower(): value for name, value in self.headers.items()})
            state.gate.wait()
            if self.path in state.moves:
                status, target = state.moves[self.path]
                self.send_response(status)
                self.send_header("Location", target)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            is_known = self.headers.get("If-None-Match") == state.headers.get("ETag", "none")
            self.send_response(304 if is_known and state.status == 200 else state.status)
            for name, value in state.headers.items():
                self.send_header(name, value)
            body = b"" if is_known else state.body
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
                state.taken += len(body)
            except ConnectionError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield state
        state.gate.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def far() -> Iterator[Far]:
    with serving() as state:
        yield state


@pytest.fixture
def polling(
    tmp_path: Path, far: Far, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> Iterator[Newsroom]:
    """A newsroom with a polled source at the server, which stands on loopback: so the guard is off here."""
    monkeypatch.setattr(sources, "guarded_session", requests.Session)
    nowhere = '[sources.away]\nkind = "poll"\nurl = "http://no-such-name.invalid/feed"\nevery = "1h"\n'
    config = f'{CONFIG}{nowhere}[sources.far]\nkind = "poll"\nurl = "{far.url}"\n'
    monkeypatch.setattr("tests.newsroom.CONFIG", config)
    with Newsroom.open(tmp_path, database_url) as opened:
        yield opened


def known(newsroom: Newsroom, source: str = "far") -> Poll:
    """What is written down of the last visit."""
    with newsroom.agency.database.snapshot() as connection:
        poll = find_poll(connection, source)
    assert poll is not None
    return poll


def is_due(newsroom: Newsroom) -> bool:
    return "far" in sources.due(newsroom.agency, newsroom.clock.now)


def notes(newsroom: Newsroom) -> str:
    return " ".join(standings(newsroom.agency)["far"].notes)


def test_a_visit_takes_in_what_is_new_and_the_next_one_is_conditional(polling: Newsroom, far: Far) -> None:
    first = sources.poll(polling.agency, "far")
    assert [taken.outcome.value for taken in first.taken] == ["new"]
    assert "A story from afar" in polling.text("/feeds/all.rss")
    second = sources.poll(polling.agency, "far")
    assert second.is_unchanged
    assert far.asked[1]["if-none-match"] == '"one"'
    third = sources.poll(polling.agency, "far")
    assert third.is_unchanged, "what a 304 leaves out is still remembered"


def test_a_source_is_due_when_its_time_has_come(polling: Newsroom) -> None:
    clock = polling.clock
    assert sources.due(polling.agency, clock.now) == ["away", "far"]
    sources.poll(polling.agency, "away")
    sources.poll(polling.agency, "far")
    assert sources.due(polling.agency, clock.now) == []
    clock.advance(minutes=5)
    assert sources.due(polling.agency, clock.now) == ["far"]
    clock.advance(minutes=55)
    assert sources.due(polling.agency, clock.now) == ["away", "far"]


class Until:
    """An end that comes when something is so."""

    def __init__(self, is_so: Callable[[], bool]) -> None:
        self._is_so, self._deadline = is_so, time.monotonic() + 60

    def is_set(self) -> bool:
        assert time.monotonic() < self._deadline
        return self._is_so()

    def wait(self, _: float) -> None:
        time.sleep(0.01)


def work_until(newsroom: Newsroom, is_so: Callable[[], bool]) -> None:
    worker.run(newsroom.agency, lambda: ([], ()), Until(is_so))


def test_the_worker_visits_what_is_due_and_a_visit_that_fails_does_not_stop_it(
    polling: Newsroom, far: Far
) -> None:
    work_until(polling, lambda: sources.due(polling.agency, polling.clock.now) == [])
    assert len(far.asked) == 1
    assert "A story from afar" in polling.text("/feeds/all.rss")
    assert (known(polling, "away").failure or "").startswith("not-reached: http://no-such-name.invalid/feed")


def test_a_server_that_does_not_answer_delays_nobody(
    polling: Newsroom, far: Far, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the other sources nor the worker's own loop, nor its end."""
    monkeypatch.setattr(arrivals, "PATIENCE", 0.0)
    far.gate.clear()
    rounds: list[object] = []

    def due() -> list[str]:
        return sources.due(polling.agency, polling.clock.now)

    with serving() as near:
        config = tmp_path / "config.toml"
        near_source = f'[sources.near]\nkind = "poll"\nurl = "{near.url}"\n'
        config.write_text(config.read_text() + near_source)
        polling.agency.settings = load(tmp_path, {})
        monkeypatch.setattr(worker, "settle", rounds.append)
        work_until(polling, lambda: len(rounds) > 20 and due() == ["far"] and bool(far.asked))
        assert "A story from afar" in polling.text("/feeds/all.rss")
        assert len(far.asked) == 1, "and it is not asked again meanwhile"
        visits = [thread for thread in threading.enumerate() if thread.name == "far"]
        far.gate.set()
        for visit in visits:
            visit.join()


def test_a_visit_that_cannot_be_written_down_is_not_begun_again_at_once(
    polling: Newsroom, far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[object] = []

    def refuse(*_: object) -> None:
        raise StoreError("The database answered 'disk full'.")

    monkeypatch.setattr(sources, "_note", refuse)
    monkeypatch.setattr(worker, "settle", rounds.append)
    work_until(polling, lambda: len(rounds) > 20 and bool(far.asked))
    assert is_due(polling)
    assert len(far.asked) == 1


def test_a_visit_that_fails_is_named_and_loses_nothing(polling: Newsroom, far: Far) -> None:
    sources.poll(polling.agency, "far")
    far.status = 500
    far.headers = {}
    visit = sources.poll(polling.agency, "far")
    assert "answered 500" in (visit.failure or "")
    assert known(polling).etag == '"one"'
    assert "number 1 in a row" in notes(polling)
    assert "A story from afar" in polling.text("/feeds/all.rss")


# What servers ask for


def test_after_failures_a_source_rests_longer_each_time_and_after_a_success_no_more(
    polling: Newsroom, far: Far
) -> None:
    far.status = 500
    for minutes in (5, 10, 20):
        sources.poll(polling.agency, "far", chance=lambda: 0.0)
        polling.clock.advance(minutes=minutes, seconds=-1)
        assert not is_due(polling)
        polling.clock.advance(seconds=1)
        assert is_due(polling)
    far.status = 200
    sources.poll(polling.agency, "far")
    assert (known(polling).failures, notes(polling)) == (0, "")
    polling.clock.advance(minutes=5)
    assert is_due(polling)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("header", ["3600", "Wed, 18 Mar 2026 10:00:00 GMT"])
def test_a_server_that_asks_for_rest_gets_it(polling: Newsroom, far: Far, status: int, header: str) -> None:
    far.status, far.headers = status, {"Retry-After": header}
    sources.poll(polling.agency, "far")
    polling.clock.advance(minutes=59, seconds=59)
    assert not is_due(polling)
    polling.clock.advance(seconds=1)
    assert is_due(polling)


def test_a_feed_that_moved_for_good_is_followed_each_time_and_told_of_once(
    polling: Newsroom, far: Far
) -> None:
    far.moves = {
        "/feed": (301, "/there"),
        "/there": (308, "/new?key=hunter2"),
        "/new?key=hunter2": (302, "/now"),
    }
    first = sources.poll(polling.agency, "far")
    new = f"http://127.0.0.1:{far.port}/new?***"
    assert first.news == f"The source far has moved to {new}: write that as its `url` in config.toml."
    assert [taken.outcome.value for taken in first.taken] == ["new"]
    second = sources.poll(polling.agency, "far")
    assert (second.news, second.is_unchanged) == (None, True)
    assert notes(polling) == first.news
    assert "hunter2" not in str(known(polling))
    far.moves = {}
    sources.poll(polling.agency, "far")
    assert notes(polling) == ""


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_feed_that_is_elsewhere_for_now_has_not_moved(polling: Newsroom, far: Far, status: int) -> None:
    far.moves = {"/feed": (status, "/there"), "/there": (301, "/new")}
    assert sources.poll(polling.agency, "far").news is None
    assert known(polling).moved_to is None


def test_a_feed_that_is_gone_is_visited_no_more_until_that_is_done_by_hand(
    polling: Newsroom, far: Far
) -> None:
    far.status = 410
    news = sources.poll(polling.agency, "far").news
    assert "is gone since 2026-03-18 09:00 UTC and is visited no more" in str(news)
    polling.clock.advance(days=400)
    assert not is_due(polling)
    assert notes(polling) == news
    assert news in list(health.findings(polling.agency))
    again = sources.poll(polling.agency, "far")
    assert "answered 410" in (again.failure or "")
    assert again.news is None
    assert notes(polling) == news, "it still is"
    far.status = 200
    assert [taken.outcome.value for taken in sources.poll(polling.agency, "far").taken] == ["new"]
    assert notes(polling) == ""
    polling.clock.advance(minutes=5)
    assert is_due(polling)


def test_of_another_address_nothing_is_known(polling: Newsroom, far: Far, tmp_path: Path) -> None:
    sources.poll(polling.agency, "far")
    far.status = 410
    sources.poll(polling.agency, "far")
    config = tmp_path / "config.toml"
    config.write_text(config.read_text().replace(far.url, far.url.replace("/feed", "/other")))
    polling.agency.settings = load(tmp_path, {})
    assert is_due(polling)
    assert notes(polling) == ""
    far.status = 200
    sources.poll(polling.agency, "far")
    assert "if-none-match" not in far.asked[-1]


def test_a_validator_that_could_not_be_sent_again_is_not_kept(polling: Newsroom, far: Far) -> None:
    far.headers = {"ETag": '"one\x7f"', "Last-Modified": "\x00"}
    sources.poll(polling.agency, "far")
    assert (known(polling).etag, known(polling).last_modified) == (None, None)
    assert sources.poll(polling.agency, "far").failure is None


def test_a_source_that_nobody_visits_is_named(polling: Newsroom) -> None:
    sources.poll(polling.agency, "far")
    polling.clock.advance(minutes=20)
    assert notes(polling) == ""
    polling.clock.advance(seconds=1)
    assert "was to be visited at 2026-03-18 09:05 UTC and was not" in notes(polling)


def test_what_is_no_feed_lies_in_quarantine(polling: Newsroom, far: Far) -> None:
    far.body = b"<html><body>Maintenance</body></html>"
    (taken,) = sources.poll(polling.agency, "far").taken
    assert taken.outcome is None
    assert taken.reason is not None


def test_a_source_that_is_not_polled_is_not_visited(polling: Newsroom) -> None:
    with pytest.raises(sources.VisitFailed, match="its kind is push"):
        sources.poll(polling.agency, "desk")


def test_too_large_a_body_is_given_up_also_when_it_was_packed_small(far: Far, monkeypatch) -> None:
    monkeypatch.setattr(fetching, "LARGEST", 100_000)
    far.body = gzip.compress(b"x" * 5_000_000)
    far.headers = {"Content-Encoding": "gzip"}
    with pytest.raises(FetchError, match="more than") as caught:
        fetch(far.url, open_session=requests.Session)
    assert caught.value.reason == "too-large"


def test_a_drip_is_given_up(far: Far, monkeypatch) -> None:
    monkeypatch.setattr(fetching, "SECONDS", -1.0)
    with pytest.raises(FetchError, match="took longer") as caught:
        fetch(far.url, open_session=requests.Session)
    assert caught.value.reason == "too-slow"


INSIDE = [
    "127.0.0.1", "127.1", "0x7f.1", "0x7f000001", "2130706433", "017700000001", "localhost", "localhost.",
    "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.8",
    "198.18.0.1", "224.0.0.1", "255.255.255.255", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]", "[fc00::1]", "[ff02::1]", "[::127.0.0.1]",
    "[::ffff:0:127.0.0.1]", "[64:ff9b:1::7f00:1]", "[2001:0:7f00:1::]",
]  # fmt: skip
OTHERWISE_BAD = [
    "file:///etc/passwd", "ftp://192.0.2.1/x", "gopher://192.0.2.1/", "data:text/plain,x", "//192.0.2.1/",
    "http://", "http:///x", "http://user@example.com/", "http://user:pw@example.com/", "http://[::1",
    "http://example.com:22/", "http://example.com:25/", "https://example.com:999999/", "javascript:alert(1)", "",
]  # fmt: skip
RELATIVE = {"", "http://", "http:///x", "//192.0.2.1/"}
"""What is an address all the same once it is the target of a redirect."""


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every address that anything tries to connect to; nothing is connected."""
    tried: list[object] = []

    def refuse(_: socket.socket, address: object) -> None:
        tried.append(address)
        raise OSError("no connections here")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    return tried


@pytest.mark.parametrize("host", INSIDE)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_address_inside_is_dialled(dialled: list[object], host: str, scheme: str) -> None:
    with pytest.raises(FetchError):
        fetch(f"{scheme}://{host}/feed")
    assert dialled == []


@pytest.mark.parametrize("url", OTHERWISE_BAD)
def test_nothing_but_plain_web_addresses_is_dialled(dialled: list[object], url: str) -> None:
    with pytest.raises(FetchError) as caught:
        fetch(url)
    assert caught.value.reason in ("bad-address", "not-reached")
    assert dialled == []


@pytest.mark.parametrize(
    "answers", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::1"], ["::ffff:10.0.0.1"]]
)
def test_a_name_that_leads_inside_is_not_dialled(dialled: list[object], answers, monkeypatch) -> None:
    def resolve(host, port, *_: object, **__: object):
        family = socket.AF_INET6 if ":" in answers[0] else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port or 0)) for address in answers]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(FetchError) as caught:
        fetch("http://feeds.example.com/feed")
    assert caught.value.reason == "address-not-allowed"
    assert dialled == []


def test_a_public_address_is_the_one_that_was_checked(dialled: list[object], monkeypatch) -> None:
    asked = []

    def resolve(host, port, *_: object, **__: object):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port or 0))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(FetchError) as caught:
        fetch("http://feeds.example.com/feed")
    assert caught.value.reason == "not-reached"
    assert {address[0] for address in dialled} == {"93.184.216.34"}
    assert asked.count("feeds.example.com") == 1, "the name is not resolved a second time"


def test_redirects_are_followed_so_far_and_no_further(far: Far) -> None:
    far.status, far.headers, far.body = 302, {"Location": "/feed"}, b"x" * 32_000_000
    with pytest.raises(FetchError) as caught:
        fetch(far.url, open_session=requests.Session)
    assert caught.value.reason == "too-many-redirects"
    assert len(far.asked) == fetching.REDIRECTS + 1
    assert far.taken == 0, "the body of a redirect is not read"


@pytest.mark.parametrize("target", [url for url in OTHERWISE_BAD if url not in RELATIVE])
def test_a_redirect_leads_to_plain_web_addresses_only(far: Far, target: str) -> None:
    far.status, far.headers = 302, {"Location": target}
    with pytest.raises(FetchError) as caught:
        fetch(far.url, open_session=requests.Session)
    assert caught.value.reason == "bad-address"
    assert len(far.asked) == 1


def test_a_redirect_to_an_address_inside_is_not_followed(far: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first address is let through by hand, as if it were public; the guard meets the second one."""

    def half_guarded() -> requests.Session:
        session = fetching.guarded_session()
        session.mount(far.url, HTTPAdapter())
        return session

    far.status, far.headers = 302, {"Location": f"http://127.0.0.2:{far.port}/inside"}
    with pytest.raises(FetchError) as caught:
        fetch(far.url, open_session=half_guarded)
    assert caught.value.reason == "address-not-allowed"
    assert len(far.asked) == 1
