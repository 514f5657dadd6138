"""A source cannot make us reach inside: by no spelling of an address, no name, no redirect, no second look.

Sockets are patched out, so whatever were dialled would be seen and not reached. `tests/service/test_polling`
tells what a source may do; here is what one might try.
"""

from __future__ import annotations

import io
import itertools
import socket
from collections.abc import Callable
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter

from syndicate.net import fetch as fetching
from syndicate.net.fetch import FetchError, fetch

PUBLIC = "93.184.216.34"
METADATA = "169.254.169.254"
HOSTS = [
    # IPv4, as the C library reads it and as people read it
    "127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "127.000.000.001", "0177.0.0.1", "0x7f.0.0.1", "0x7f.1",
    "0x7f000001", "0X7F000001", "2130706433", "017700000001", "00000000000000000000177.0.0.1", "0", "0.0.0.0",
    "0x0", "4294967295", "127.255.255.254", "0x7f.0x0.0x0.0x1", "0177.0x0.0.1", "425.510.425.510",
    "256.0.0.1",
    # networks that are nobody's public address
    "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1", "100.64.0.1",
    "100.127.255.254",
    "169.254.0.1", "192.0.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.254",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    # where clouds keep their secrets
    METADATA, "0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "169.254.43518", "168.63.129.16",
    "100.100.100.200",
    "[fd00:ec2::254]", "[fe80::a9fe:a9fe]",
    # IPv6, and IPv4 within it
    "[::1]", "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::]", "[::127.0.0.1]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::FFFF:7F00:0001]", "[0:0:0:0:0:ffff:7f00:1]",
    "[::ffff:0:127.0.0.1]",
    "[::ffff:0:7f00:1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::10.0.0.1]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]", "[2001:0:7f00:1::]", "[2001::1]", "[2001:db8::1]", "[2001:10::1]", "[2001:20::1]",
    "[3fff::1]", "[5f00::1]", "[100::1]", "[fe80::1]", "[febf::1]", "[fec0::1]", "[fc00::1]", "[fdff::1]",
    "[ff02::1]", "[ff0e::1]", "[::ffff:169.254.169.254]", "[::ffff:0a00:1]", "[::ffff:c0a8:1]",
    # zones
    "[fe80::1%25eth0]", "[fe80::1%eth0]", "[fe80::1%251]", "[::1%25lo]", "[::1%lo]", "[::ffff:127.0.0.1%251]",
    # characters that become others
    "１２７.０.０.１", "127。0。0。1", "127．0．0．1", "①②⑦.⓪.⓪.①", "ｌｏｃａｌｈｏｓｔ", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "lo\u00adcalhost",
    "%31%32%37.0.0.1", "127.0.0.1%00.example.com", "%6cocalhost", "localhost%2eexample.com",
    # names
    "localhost", "localhost.", "LOCALHOST", "localhost.localdomain", "ip6-localhost", "foo.localhost",
    "metadata.google.internal", "metadata", "instance-data", "kubernetes.default.svc", "127.0.0.1.nip.io",
    # no names
    "a" * 64 + ".example.com", ".".join(["a" * 60] * 6), ".", "..", "a..b", "-", "*", "xn--a",
    "xn--\u00fc", "[", "]",
    "[]", "[::1", "::1", "[::1]]", "[v1.x]", "exa mple.com", "example.com\u2028", "\u202e", "",
]  # fmt: skip
ADDRESSES = [
    # what stands before the host, and what looks as if it did
    f"http://{PUBLIC}@127.0.0.1/", "http://user:pw@127.0.0.1/", "http://user@example.com/",
    "http://:@example.com/",
    "http://@example.com/", f"http://127.0.0.1@{PUBLIC}/", f"http://{PUBLIC}:80@127.0.0.1:80/",
    f"http://{PUBLIC}%40127.0.0.1/", f"http://127.0.0.1\\@{PUBLIC}/", f"http://{PUBLIC}\\@127.0.0.1/",
    "http://127.0.0.1#@example.com/", "http://127.0.0.1?@example.com/", "http://127.0.0.1;@example.com/",
    "http://127.0.0.1\\.example.com/", "http:\\\\127.0.0.1/", "http:/127.0.0.1/", "http:127.0.0.1/",
    "http:///127.0.0.1/",
    "http:////127.0.0.1/", " http://127.0.0.1/", "http://127.0.0.1 /", "http://\t127.0.0.1/",
    "ht\ntp://127.0.0.1/",
    "http://127.0.0.1\r\nHost: example.com/", "http://127.0.0.1/\r\nX: y", "//127.0.0.1/",
    "127.0.0.1/feed", "",
    # schemes
    "file:///etc/passwd", "FILE:///etc/passwd", "file://127.0.0.1/etc/passwd", "ftp://127.0.0.1/",
    "gopher://127.0.0.1/",
    "dict://127.0.0.1:11211/", "ldap://127.0.0.1/", "jar:http://127.0.0.1!/", "data:text/xml,<rss/>",
    "javascript:alert(1)",
    "unix:///run/docker.sock", "http+unix://%2Frun%2Fdocker.sock/", "tftp://127.0.0.1/",
    "netdoc:///etc/passwd",
    "view-source:http://127.0.0.1/", "feed://127.0.0.1/", "ws://127.0.0.1/", "blob:http://127.0.0.1/",
    "about:blank",
    # ports
    *(f"http://{PUBLIC}:{port}/" for port in (0, 1, 7, 21, 22, 23, 25, 53, 79, 110, 111, 143, 389, 445, 587)),
    f"http://{PUBLIC}:65536/", f"http://{PUBLIC}:-1/", f"http://{PUBLIC}:port/", f"http://{PUBLIC}:８０/",
    f"http://{PUBLIC}:080080/", f"http://{PUBLIC}:22:80/",
    *(f"http://127.0.0.1:{port}/" for port in (80, 443, 2375, 5432, 6379, 8080, 9200, 11211)),
]  # fmt: skip
EVERY = [
    *(f"{scheme}://{host}/feed" for scheme, host in itertools.product(("http", "https"), HOSTS)),
    *ADDRESSES,
]
RELATIVE = ("/", "\\", "127.0.0.1/feed", "http:1", "http:/1", "http:\\")
"""How begins what leads nowhere else when it is the target of a redirect."""

Resolve = Callable[[str], list[str]]


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hosts of every address that anything tries to reach; nothing is reached."""
    tried: list[str] = []

    def refuse(_: socket.socket, address: Any, *__: object) -> None:
        tried.append(str(address[0] if isinstance(address, tuple) else address))
        raise OSError("no connections here")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket.socket, "sendto", refuse)
    return tried


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Callable[[Resolve], list[str]]:
    """Answers for names as a test has them; addresses, in whatever spelling, are read by the C library still."""
    real = socket.getaddrinfo

    def install(answers: Resolve) -> list[str]:
        asked: list[str] = []

        def resolve(host: Any, port: Any, *rest: Any, **more: Any) -> list[Any]:
            name = host.encode("idna").decode() if isinstance(host, str) else str(host)
            try:
                return real(name, port, *rest, **more | {"flags": socket.AI_NUMERICHOST})
            except (OSError, TypeError):
                asked.append(name)
            return [_found(address, port) for address in answers(name)]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        return asked

    return install


def _found(address: str, port: Any) -> tuple[Any, ...]:
    if ":" in address:
        return socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address.partition("%")[0], int(port or 0), 0, 0)
    return socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, int(port or 0))


class Sending(BaseAdapter):
    """A server of a public name that sends whoever asks elsewhere. It opens no connection."""

    def __init__(self, status: int, location: str) -> None:
        super().__init__()
        self._status, self._location = status, location

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        answer = requests.Response()
        answer.status_code = self._status
        answer.headers["Location"] = self._location
        answer.url, answer.request, answer.raw = request.url or "", request, io.BytesIO()
        return answer

    def close(self) -> None:
        """Nothing is open."""


def redirecting(location: str, status: int = 302) -> Callable[[], requests.Session]:
    """A guarded session, and one public address that redirects."""

    def open_session() -> requests.Session:
        session = fetching.guarded_session()
        session.mount("http://public.example/moved", Sending(status, location))
        return session

    return open_session


@pytest.mark.parametrize("url", EVERY, ids=ascii)
def test_no_spelling_of_an_address_is_dialled(dialled, resolver, url: str) -> None:
    """Every name leads inside here: as with a server of names that answers so on purpose."""
    resolver(lambda _: ["127.0.0.1"])
    with pytest.raises(FetchError):
        fetch(url)
    assert dialled == []


@pytest.mark.parametrize("url", [url for url in EVERY if not url.startswith(RELATIVE) and url], ids=ascii)
def test_no_redirect_leads_inside(dialled, resolver, url: str) -> None:
    resolver(lambda _: ["127.0.0.1"])
    with pytest.raises(FetchError):
        fetch("http://public.example/moved", open_session=redirecting(url))
    assert dialled == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "target", ["http://127.0.0.1/", "//127.0.0.1/", f"https://{METADATA}/latest", "file:///etc/x"]
)
def test_every_way_to_redirect_is_judged_alike(dialled, resolver, status: int, target: str) -> None:
    resolver(lambda _: ["127.0.0.1"])
    with pytest.raises(FetchError) as caught:
        fetch("http://public.example/moved", open_session=redirecting(target, status))
    assert caught.value.reason in ("address-not-allowed", "bad-address")
    assert dialled == []


INSIDE = [
    *("127.0.0.1", "10.0.0.1", METADATA, "0.0.0.0", "255.255.255.255"),
    *("::1", "::", "::ffff:127.0.0.1", "fe80::1%eth0"),
]


@pytest.mark.parametrize("address", INSIDE)
@pytest.mark.parametrize("among", [[], [PUBLIC], [PUBLIC, "2606:2800:220:1::1"]])
def test_a_name_with_one_address_inside_is_not_dialled_at_all(dialled, resolver, address, among) -> None:
    for answers in itertools.permutations([*among, address]):
        resolver(lambda _, answers=answers: list(answers))
        with pytest.raises(FetchError) as caught:
            fetch("http://feeds.example/feed")
        assert caught.value.reason == "address-not-allowed"
    assert dialled == []


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("first", [1, 2, 3])
def test_a_name_that_leads_inside_at_the_second_look_gets_none(dialled, resolver, scheme, first) -> None:
    """Rebinding: public for the check, inside for the connection. What was checked is what is dialled."""
    looks = itertools.count(1)
    asked = resolver(lambda _: [PUBLIC] if next(looks) <= first else ["127.0.0.1"])
    with pytest.raises(FetchError) as caught:
        fetch(f"{scheme}://rebinding.example/feed")
    assert caught.value.reason == "not-reached"
    assert asked == ["rebinding.example"]
    assert set(dialled) == {PUBLIC}


def test_a_redirect_to_the_same_name_is_looked_up_and_judged_again(dialled, resolver) -> None:
    resolver(lambda _: ["10.0.0.1"])
    with pytest.raises(FetchError) as caught:
        fetch("http://public.example/moved", open_session=redirecting("http://public.example/feed"))
    assert caught.value.reason == "address-not-allowed"
    assert dialled == []


def test_no_proxy_and_no_credential_of_this_machine_is_used(dialled, resolver, monkeypatch, tmp_path) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:3128")
        monkeypatch.setenv(name.upper(), "http://127.0.0.1:3128")
    (tmp_path / ".netrc").write_text("machine feeds.example login user password pw")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    resolver(lambda _: [PUBLIC])
    with pytest.raises(FetchError):
        fetch("http://feeds.example/feed")
    assert set(dialled) == {PUBLIC}
    session = fetching.guarded_session()
    sent = session.prepare_request(requests.Request("GET", "http://feeds.example/feed"))
    assert "Authorization" not in sent.headers


def test_what_is_said_of_a_refusal_holds_no_credential(dialled, resolver) -> None:
    resolver(lambda _: ["127.0.0.1"])
    for url in (
        "http://user:hidden@feeds.example/",
        "http://feeds.example/?key=hidden",
        "gopher://u:hidden@x/",
    ):
        with pytest.raises(FetchError) as caught:
            fetch(url)
        assert "hidden" not in str(caught.value)
