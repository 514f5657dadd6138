"""Polled sources: conditional visits over real HTTP, and a table of addresses at which nothing is dialled."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from requests.adapters import HTTPAdapter

from syndicate.net import fetch as fetching
from syndicate.net.fetch import FetchError, fetch
from syndicate.service import sources, worker
from syndicate.store import books
from tests.newsroom import CONFIG, HandClock, Newsroom

FEED = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><link>http://x.example</link>'
    b"<description>D</description><item><guid isPermaLink='false'>one</guid><title>A story from afar</title>"
    b"<description>It happened far away.</description></item></channel></rss>"
)


@dataclass
class Far:
    """A far-away server: what it answers, what it was asked, and how many bytes were taken from it."""

    status: int = 200
    body: bytes = FEED
    headers: dict[str, str] = field(default_factory=lambda: {"ETag": '"one"'})
    asked: list[dict[str, str]] = field(default_factory=list)
    taken: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/feed"


@pytest.fixture
def far() -> Iterator[Far]:
    state = Far()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append({name.lower(): value for name, value in self.headers.items()})
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
        server.shutdown()
        thread.join()


@pytest.fixture
def polling(tmp_path: Path, far: Far, monkeypatch: pytest.MonkeyPatch) -> Iterator[Newsroom]:
    """A newsroom with a polled source at the server, which stands on loopback: so the guard is off here."""
    monkeypatch.setattr(sources, "guarded_session", requests.Session)
    nowhere = '[sources.away]\nkind = "poll"\nurl = "http://no-such-name.invalid/feed"\nevery = "1h"\n'
    config = f'{CONFIG}{nowhere}[sources.far]\nkind = "poll"\nurl = "{far.url}"\n'
    monkeypatch.setattr("tests.newsroom.CONFIG", config)
    with Newsroom.open(tmp_path) as opened:
        yield opened


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
    assert isinstance(clock, HandClock)
    assert sources.due(polling.agency, clock.now) == ["away", "far"]
    sources.poll(polling.agency, "away")
    sources.poll(polling.agency, "far")
    assert sources.due(polling.agency, clock.now) == []
    clock.advance(minutes=5)
    assert sources.due(polling.agency, clock.now) == ["far"]
    clock.advance(minutes=55)
    assert sources.due(polling.agency, clock.now) == ["away", "far"]


class OneRound(threading.Event):
    """An end that comes when the worker rests for the first time."""

    def wait(self, timeout: float | None = None) -> bool:
        self.set()
        return True


def test_the_worker_visits_what_is_due_and_a_visit_that_fails_does_not_stop_it(
    polling: Newsroom, far: Far
) -> None:
    worker.run(polling.agency, lambda: ([], ()), OneRound())
    assert len(far.asked) == 1
    assert "A story from afar" in polling.text("/feeds/all.rss")
    with polling.agency.database.snapshot() as connection:
        away = books.find_poll(connection, "away")
    assert away is not None
    assert (away.failure or "").startswith("not-reached: http://no-such-name.invalid/feed")
    worker.run(polling.agency, lambda: ([], ()), OneRound())
    assert len(far.asked) == 1, "it is not due again"


def test_a_visit_that_fails_is_named_and_loses_nothing(polling: Newsroom, far: Far) -> None:
    sources.poll(polling.agency, "far")
    far.status = 500
    far.headers = {}
    visit = sources.poll(polling.agency, "far")
    assert "answered 500" in (visit.failure or "")
    with polling.agency.database.snapshot() as connection:
        poll = books.find_poll(connection, "far")
    assert poll is not None
    assert poll.etag == '"one"'
    assert "A story from afar" in polling.text("/feeds/all.rss")


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
