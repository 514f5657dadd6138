"""No exit gives more than the gate: no canary leaves by any address, whoever asks and however.

The world has a canary in every field of an item in every state; `addresses` says what may be found where.
Looked at are bodies (also packed), headers, and what was logged meanwhile.
"""

from __future__ import annotations

import gzip
import json
import logging
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import unquote, unquote_to_bytes

import pytest
import structlog
from werkzeug.test import TestResponse

from syndicate.core.model import Level
from syndicate.core.sealed import SealedError
from syndicate.service import publish, rendering
from syndicate.web.app import create_app
from tests.gate.addresses import Address, addresses, undeclared
from tests.gate.world import ITEMS, Reader, World, canaries

LOOKERS = ("anonymous", "full", "excerpt", "suspended")
"""The readers for whom every variant is tried; all of them ask plainly."""

METHODS = ("HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")
HEADERS: tuple[dict[str, str], ...] = (
    {"If-None-Match": "*"},
    {"If-None-Match": 'W/"0"'},
    {"If-Modified-Since": "Wed, 18 Mar 2020 09:00:00 GMT"},
    {"If-Modified-Since": "Fri, 18 Mar 2050 09:00:00 GMT"},
    {"If-Match": "*"},
    {"Range": "bytes=0-400"},
    {"Range": "bytes=-4000", "If-Range": "Fri, 18 Mar 2050 09:00:00 GMT"},
    {"Accept-Encoding": "gzip"},
    {"Accept-Encoding": "br, deflate, identity;q=0"},
    {"Accept": "text/html"},
    {"Accept": "application/json, text/html;q=0.1"},
    {"Accept-Language": "ru"},
    {"X-HTTP-Method-Override": "DELETE"},
    {"X-Original-URL": "/private/feeds/all.rss", "X-Rewrite-URL": "/private/feeds/all.rss"},
    {"X-Forwarded-For": "192.0.2.1", "Forwarded": "for=192.0.2.1", "X-Real-IP": "192.0.2.1"},
    {"Host": "evil.example"},
    {"Cookie": "session=1; token=1"},
)


def found(answer: TestResponse) -> set[str]:
    """Every canary in an answer: its body, unpacked, and its headers."""
    body = answer.get_data()
    packing = answer.headers.get("Content-Encoding")
    if packing == "gzip" and body:
        body = gzip.decompress(body)
    elif packing == "deflate" and body:
        body = zlib.decompress(body)
    return canaries(f"{body.decode('utf-8', 'replace')}\n{unquote(str(answer.headers))}")


def ask(world: World, reader: Reader, path: str, method: str = "GET", **headers: str) -> TestResponse:
    """Ask as a reader, his token as Bearer, for exactly this path: a client would read `//feeds` as a host."""
    if reader.token is not None:
        headers.setdefault("Authorization", f"Bearer {reader.token}")
    spelled, _, query = path.partition("?")
    raw = {"PATH_INFO": unquote_to_bytes(spelled).decode("latin-1"), "QUERY_STRING": query}
    client = world.newsroom.app.test_client()
    return client.open("/", method=method, headers=headers, environ_overrides=raw, buffered=True)


@pytest.fixture(autouse=True)
def nothing_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever a test asks, no canary goes to the log."""
    with structlog.testing.capture_logs() as events, caplog.at_level(logging.DEBUG):
        yield
    assert canaries(json.dumps(events, default=repr) + caplog.text) == set()


def test_every_route_says_what_may_be_found_there(attacked: World) -> None:
    assert undeclared(attacked.newsroom.app) == set(), "declare the route in tests/gate/addresses.py"


def test_every_reader_finds_at_most_what_is_his_at_every_address(attacked: World) -> None:
    for reader in attacked.readers.values():
        for address in addresses():
            answer = ask(attacked, reader, address.path_for(reader))
            extra = found(answer) - address.words(reader)
            assert not extra, f"{reader.name} found {extra} at {address.path}"


@pytest.mark.parametrize("method", METHODS)
def test_no_method_gives_more(attacked: World, method: str) -> None:
    for reader, address in looks(attacked):
        path = address.path_for(reader)
        answer = ask(attacked, reader, path, method)
        assert not found(answer) - address.words(reader), (reader.name, address.path)
        if method not in ("HEAD", "OPTIONS"):
            assert answer.status_code >= 400, (reader.name, address.path)


@pytest.mark.parametrize(
    "headers", HEADERS, ids=lambda headers: ",".join(f"{n}={v}" for n, v in headers.items())
)
def test_no_header_gives_more(attacked: World, headers: dict[str, str]) -> None:
    for reader, address in looks(attacked):
        answer = ask(attacked, reader, address.path_for(reader), **headers)
        assert not found(answer) - address.words(reader), (reader.name, address.path)
        assert answer.status_code != 206 or address.path.startswith("/static/"), "Range is ignored"
        assert "evil.example" not in f"{answer.headers}{answer.get_data()!r}", (
            "the Host header is not repeated"
        )


def test_the_etag_of_one_reader_opens_nothing_to_another(attacked: World) -> None:
    """A 304 would tell that the bytes are equal; that of other bytes must never answer."""
    full, anonymous = attacked.readers["full"], attacked.readers["anonymous"]
    for told in ITEMS:
        for path in (f"/private/items/{told.key}.json", "/private/feeds/all.json"):
            etag = ask(attacked, full, path).headers.get("ETag", 'W/"x"')
            for reader in (anonymous, attacked.readers["excerpt"], attacked.readers["suspended"]):
                answer = ask(attacked, reader, path, **{"If-None-Match": etag})
                if answer.status_code == 304:
                    assert ask(attacked, reader, path).headers["ETag"] == etag
                    assert reader.key_words(told) == full.key_words(told)


def spellings(path: str) -> Iterator[str]:
    """Odd spellings of a path."""
    head, _, tail = path.rpartition("/")
    yield path + "/"
    yield path + "//"
    yield path.replace("/", "//")
    yield f"/{path}"
    yield path.replace("/", "/./", 2)
    yield f"/about/..{path}"
    yield f"/feeds/%2e%2e{path}"
    yield f"/about/..;{path}"
    yield f"{head}/%2e/{tail}"
    yield f"{head}%2f{tail}"
    yield f"{head}%5c{tail}"
    yield path.upper()
    yield path.swapcase()
    yield f"{path}%20"
    yield f"{path}%00"
    yield f"{path}%00.css"
    yield f"{path}."
    yield f"{path};x=1"
    yield f"{path}?token=1&since=0&level=full&_method=GET"
    yield "/" + "".join(f"%{byte:02X}" for byte in path[1:].encode())
    yield "/" + "".join(f"%25{byte:02x}" for byte in path[1:].encode())
    yield path.replace("e", "\N{FULLWIDTH LATIN SMALL LETTER E}")
    yield path.replace("a", "\N{CYRILLIC SMALL LETTER A}")
    yield path.replace(".", "\N{FULLWIDTH FULL STOP}")
    yield path.replace("/", "\N{FRACTION SLASH}")
    yield path + "\N{COMBINING ACUTE ACCENT}"
    yield f"{head}/{tail.split('.')[0]}.{tail.rpartition('.')[2].upper()}"


def test_no_odd_spelling_gives_more(attacked: World) -> None:
    """What a spelling means is the router's business; it finds no more than the address that it spells."""
    for reader, address in looks(attacked, "anonymous", "full"):
        path = address.path_for(reader)
        for spelled in spellings(path):
            answer = ask(attacked, reader, spelled)
            assert not found(answer) - address.words(reader), (reader.name, spelled)
            assert "Location" not in answer.headers, (reader.name, spelled)


def test_whoever_pays_finds_all_that_he_pays_for(attacked: World) -> None:
    """Else a gate that gives nothing would pass: as ninjs an item shows exactly what its reader may have."""
    for reader in attacked.readers.values():
        for told in ITEMS if reader.token else ():
            answer = ask(attacked, reader, f"/private/items/{told.key}.json")
            assert found(answer) == reader.key_words(told), (reader.name, told.uri)


def test_the_feeds_hold_the_texts_of_those_who_pay(attacked: World) -> None:
    for reader in attacked.readers.values():
        for feed in reader.licences if reader.opens else ():
            answer = ask(attacked, reader, f"/private/feeds/{feed}.json")
            missing = reader.feed_words(feed) - found(answer)
            assert not {word for word in missing if "xtailzq" in word or "xleadzq" in word}, reader.name


def looks(attacked: World, *names: str) -> Iterable[tuple[Reader, Address]]:
    """The readers for whom variants are tried, at the addresses that stand for all."""
    for name in names or LOOKERS:
        for address in addresses(brief=True):
            yield attacked.readers[name], address


# When something breaks on the way


FAULTS = (
    (rendering.stories, "feed_stories"),
    (rendering.items, "full_words"),
    (rendering.gate, "entry"),
    (publish.stories, "find_story"),
    (publish.Counter, "sign"),
)
"""Where the way out can break, from the database to the counter."""


@pytest.mark.parametrize(("room", "name"), FAULTS, ids=lambda value: value if isinstance(value, str) else "")
@pytest.mark.parametrize("fault", [ValueError, KeyError, RecursionError, SealedError])
def test_a_fault_on_the_way_shows_nothing(
    attacked: World, monkeypatch: pytest.MonkeyPatch, room: object, name: str, fault: type[Exception]
) -> None:
    """The text of a fault may hold a text: neither the visitor nor the log gets it."""

    def broken(*_: object, **__: object) -> None:
        raise fault(" ".join(sorted(ITEMS[0].words("v1", Level.FULL))))

    app = create_app(attacked.newsroom.agency)  # without the renderings that are kept
    monkeypatch.setattr(room, name, broken)
    reader = attacked.readers["full"]
    for path in (
        "/feeds/all.rss",
        "/private/feeds/all.json",
        f"/private/items/{ITEMS[0].key}",
        "/feeds/all/",
    ):
        headers = {"Authorization": f"Bearer {reader.token}"}
        answer = app.test_client().get(path, headers=headers)
        assert answer.status_code in (200, 500)
        assert answer.status_code == 200 or not found(answer)


def test_an_entry_above_its_level_is_cut_by_every_format_and_page(
    attacked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second lock: were the gate to hand out a full entry as an excerpt, no exit would write its words."""
    whole = rendering.gate.entry
    told = ITEMS[0]

    def careless(story, decision, words, house, language):
        words = publish.items.full_words(connection, [(story.key, decision.span.version)]).get(
            decision.span.version
        )
        made = whole(story, replace(decision, level=Level.FULL), words, house, language)
        return made and replace(made, level=decision.level)

    app = create_app(attacked.newsroom.agency)
    with attacked.newsroom.agency.database.snapshot() as connection:
        monkeypatch.setattr(rendering.gate, "entry", careless)
        for path in ("/feeds/all.rss", "/feeds/all.atom", "/feeds/all.json", "/feeds/all/", "/"):
            extra = found(app.test_client().get(path)) - public_outlines()
            assert not extra, path
        assert not found(app.test_client().get(f"/items/{told.key}")) - told.words("v1", Level.EXCERPT)


def public_outlines() -> set[str]:
    """Every headline and excerpt that anybody may see anywhere."""
    return {word for told in ITEMS for word in told.words(told.public, Level.EXCERPT)}
