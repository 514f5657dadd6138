"""Servers that drip, lie or break off: each is given up in time, and by name."""

from __future__ import annotations

import gzip
import itertools
import socket
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from threading import Thread

import pytest
import requests

from syndicate.net import fetch as fetching
from syndicate.net.fetch import FetchError, fetch
from syndicate.service.arriving import sources
from tests.newsroom import CONFIG, Newsroom

LIMIT = 1.0
"""Seconds that a fetch may take in these tests; a server that drips would go on for an hour."""

Says = Callable[[], Iterable[bytes]]
OK = b"HTTP/1.1 200 OK\r\n"


class Server:
    """A server that says the same to everybody, and notices when nobody listens any more."""

    def __init__(self, says: Says) -> None:
        self._says = says
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}/feed"
        self.was_left = False
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:  # closed
                return
            with connection:
                try:
                    connection.settimeout(0.05)
                    for piece in self._says():
                        connection.sendall(piece)
                        if _is_gone(connection):
                            self.was_left = True
                            break
                except OSError:
                    self.was_left = True

    def close(self) -> None:
        with suppress(OSError):  # it is closed already
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(60)


def _is_gone(connection: socket.socket) -> bool:
    """Waits a moment for the other side to say something, which after its request is that it has gone."""
    try:
        return connection.recv(65536) == b""
    except TimeoutError:
        return False


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Says], Server]]:
    monkeypatch.setattr(fetching, "SECONDS", LIMIT)
    open_servers: list[Server] = []

    def start(says: Says) -> Server:
        open_servers.append(Server(says))
        return open_servers[-1]

    yield start
    for each in open_servers:
        each.close()


def for_an_hour(*begin: bytes, drop: bytes = b"x") -> Iterable[bytes]:
    return itertools.chain(begin, itertools.repeat(drop, 3600 * 20))


DRIPS: dict[str, Says] = {
    "nothing at all": lambda: for_an_hour(drop=b""),
    "the first line": lambda: for_an_hour(b"HTTP/1.1 200 "),
    "one header": lambda: for_an_hour(OK, b"X-Long: "),
    "headers": lambda: for_an_hour(OK, drop=b"X: y\r\n"),
    "go on": lambda: for_an_hour(drop=b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n"),
    "a body of a length": lambda: for_an_hour(OK, b"Content-Length: 1000000\r\n\r\n"),
    "a body to the end": lambda: for_an_hour(OK, b"Connection: close\r\n\r\n"),
    "chunks": lambda: for_an_hour(OK, b"Transfer-Encoding: chunked\r\n\r\n", drop=b"1\r\nx\r\n"),
    "the size of a chunk": lambda: for_an_hour(OK, b"Transfer-Encoding: chunked\r\n\r\n", drop=b"0"),
    "trailers": lambda: for_an_hour(OK, b"Transfer-Encoding: chunked\r\n\r\n0\r\n", drop=b"X: y\r\n"),
    "a packed body": lambda: for_an_hour(
        OK, b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"")[:10], drop=b"\x00\x00\x00\xff\xff"
    ),
}


@pytest.mark.parametrize("what", DRIPS)
def test_a_server_that_drips_is_given_up_when_the_time_is_over(server, what: str) -> None:
    far = server(DRIPS[what])
    with pytest.raises(FetchError) as caught:
        fetch(far.url, open_session=requests.Session)
    assert caught.value.reason in ("too-slow", "not-reached"), str(caught.value)
    far.close()
    assert far.was_left


def test_the_time_counts_for_all_redirects_together(server) -> None:
    def slow_redirect() -> Iterable[bytes]:
        return [b"HTTP/1.1 302 Found\r\n", *[b"X: y\r\n"] * 8, b"Location: /on\r\nContent-Length: 0\r\n\r\n"]

    with pytest.raises(FetchError) as caught:
        fetch(server(slow_redirect).url, open_session=requests.Session)
    assert caught.value.reason == "too-slow"


def bomb(layers: int) -> bytes:
    body = bytes(64 << 20)
    for _ in range(layers):
        body = gzip.compress(body)
    return body


HEADERS = b"Connection: close\r\nContent-Type: application/xml\r\n"
LIARS: dict[str, Says] = {
    "no answer": list,
    "no HTTP": lambda: [b"SSH-2.0-OpenSSH\r\n"],
    "HTTP of before": lambda: [b"<rss/>"],
    "a status that is none": lambda: [b"HTTP/1.1 abc OK\r\n\r\n"],
    "a line without an end": lambda: [b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000],
    "a thousand headers": lambda: [OK, b"X: y\r\n" * 1000, b"\r\n"],
    "two lengths": lambda: [OK, b"Content-Length: 1\r\nContent-Length: 3\r\n\r\nabc"],
    "less than it says": lambda: [OK, b"Content-Length: 100\r\n\r\nabc"],
    "a chunk that is none": lambda: [OK, b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc"],
    "a chunk of much": lambda: [OK, b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\nabc"],
    "gzip that is none": lambda: [OK, b"Content-Encoding: gzip\r\n\r\nabc"],
    "deflate that is none": lambda: [OK, b"Content-Encoding: deflate\r\n\r\n\xff\xff\xff"],
    "a gzip bomb": lambda: [OK, b"Content-Encoding: gzip\r\n\r\n", bomb(1)],
    "a gzip bomb in another": lambda: [OK, b"Content-Encoding: gzip, gzip\r\n\r\n", bomb(2)],
    "a gzip bomb in two others": lambda: [OK, b"Content-Encoding: gzip, gzip, gzip\r\n\r\n", bomb(3)],
    "many packings": lambda: [OK, b"Content-Encoding: " + b"gzip, " * 50 + b"gzip\r\n\r\n", bomb(1)],
    "a deflate bomb": lambda: [OK, b"Content-Encoding: deflate\r\n\r\n", zlib.compress(bytes(64 << 20))],
    "a body without an end": lambda: for_an_hour(OK + b"\r\n", drop=bytes(1 << 20)),
    "a redirect to no address": lambda: [b"HTTP/1.1 302 Found\r\nLocation: http://[\r\n\r\n"],
    "a redirect to bytes": lambda: [b"HTTP/1.1 302 Found\r\nLocation: http://\xff\xfe/\r\n\r\n"],
    "a redirect to itself": lambda: [b"HTTP/1.1 302 Found\r\nLocation: /feed\r\nContent-Length: 0\r\n\r\n"],
    "a redirect to a long name": lambda: [
        b"HTTP/1.1 302 Found\r\nLocation: http://" + b"a" * 70 + b".example/\r\n\r\n"
    ],
}


@pytest.mark.parametrize("what", LIARS)
def test_a_server_that_lies_or_breaks_off_is_refused_by_name(server, monkeypatch, what: str) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 60.0)
    with pytest.raises(FetchError) as caught:
        fetch(server(LIARS[what]).url, open_session=requests.Session)
    assert caught.value.reason in {
        "not-reached", "too-large", "bad-address", "address-not-allowed", "too-many-redirects", "bad-status",
    }  # fmt: skip


def test_what_a_server_sends_in_its_headers_is_kept_as_one_plain_line(server) -> None:
    far = server(lambda: [OK, b'ETag: "\x01\xff"\r\nLast-Modified: \x1b[2J\r\n', HEADERS, b"\r\n<rss/>"])
    fetched = fetch(far.url, open_session=requests.Session)
    assert fetched.body == b"<rss/>"
    assert fetched.last_modified is None


def test_a_visit_to_a_server_that_drips_is_written_down_as_one_that_failed(
    server, monkeypatch, tmp_path
) -> None:
    far = server(DRIPS["a body of a length"])
    monkeypatch.setattr("tests.newsroom.CONFIG", f'{CONFIG}[sources.far]\nkind = "poll"\nurl = "{far.url}"\n')
    monkeypatch.setattr(sources, "guarded_session", requests.Session)
    with Newsroom.open(tmp_path / "wire") as newsroom:
        visit = sources.poll(newsroom.agency, "far")
    assert visit.failure is not None
    assert "took longer" in visit.failure
