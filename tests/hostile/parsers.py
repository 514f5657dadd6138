"""Everything that reads what others wrote: what it may say no with, and what it usually reads."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from syndicate.core import tokens, visits, webhooks
from syndicate.core.excerpt import Limits, excerpt_of
from syndicate.core.model import Source
from syndicate.core.tokens import Token, TokenKind
from syndicate.inputs import IngestError, charset, dates, html, wire
from syndicate.inputs.formats import FORMATS, read
from syndicate.inputs.refusal import ItemError
from syndicate.settings import SettingsError, load, load_feeds
from syndicate.web.front import takes_gzip
from syndicate.web.proxies import sender
from tests.newsroom import CONFIG, FEEDS, Newsroom, ninjs

ROOT = Path(__file__).parent.parent.parent
CORPUS = ROOT / "tests" / "corpus"
NOW = datetime(2026, 3, 18, 9, tzinfo=UTC)
SOURCE = Source("s", "s", is_numbered=True, zone="Europe/Moscow", corrections=("x",), not_public=("y",))
KEY = b"k" * 32
DATES = """2026-03-18T09:00:00Z|2026-03-18 09:00:00.123456+03:00|Wed, 18 Mar 2026 09:00:00 GMT|18.03.2026 09:00
20260318T090000Z|18 марта 2026 г. 09:00|March 18, 2026|1773824400|Wednesday, 18-Mar-26 09:00:00 MSK (Moscow)"""


@dataclass(frozen=True)
class Parser:
    """A parser under its name: documents that it reads, how it is called, and its refusals."""

    name: str
    seeds: list[bytes]
    parse: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...] = ()


def text(body: bytes) -> str:
    """Bytes as a field of a document may bring them: JSON holds half a character too."""
    return body.decode("utf-8", "surrogateescape") if len(body) % 2 else body.decode("utf-8", "replace")


def header(body: bytes) -> str:
    """Bytes as a server passes on a header: each is a character."""
    return body.decode("latin-1")


def parsers(folder: Path, newsroom: Newsroom) -> Iterator[Parser]:
    """All of them; files are written in `folder`, and what must be asked over HTTP is asked of `newsroom`."""
    for form in FORMATS:
        yield Parser(form.name, _corpus(form.name), lambda body: read(body, SOURCE), (IngestError,))
    yield Parser("charset", [*_corpus("rss"), *_corpus("atom")], partial(charset.decode, content_type=None))
    yield Parser(
        "content type", [b'text/xml; charset="utf-8"', b"text/xml;charset=windows-1251"], _content_type
    )
    yield Parser("dates", DATES.encode().replace(b"\n", b"|").split(b"|"), _dates)
    yield Parser("html", _texts(), _html, (ItemError,))
    yield Parser("excerpt", _texts(), _excerpt)
    yield Parser("answer of the child", _answers(), _answer, (wire.WireError, IngestError))
    yield Parser("request to the child", _requests(), _request, (wire.WireError,))
    yield Parser(
        "signed headers", [b"msg_1|1773824400|v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="], _signed
    )
    yield Parser(
        "webhook secrets", [webhooks.text_of(KEY).encode()], lambda body: webhooks.secret_in(text(body))
    )
    yield Parser(
        "tokens", [tokens.issue(Token(kind, "id", "nonce"), (KEY,)).encode() for kind in TokenKind], _token
    )
    yield Parser("retry-after", [b"120", b"Wed, 18 Mar 2026 09:00:00 GMT"], lambda body: _rest(header(body)))
    yield Parser("accept-encoding", [b"gzip, deflate;q=0.5, *;q=0"], lambda body: takes_gzip(header(body)))
    yield Parser(
        "x-forwarded-for",
        [b"192.0.2.7, [2001:db8::1]:443, 10.0.0.1:80"],
        lambda body: sender(header(body), 2),
    )
    yield Parser("config.toml", _configs(), partial(_config, folder), (SettingsError,))
    yield Parser(
        "feed files", [each.encode() for each in FEEDS.values()], partial(_feed, folder), (SettingsError,)
    )
    yield _over_http(newsroom)


def _corpus(name: str) -> list[bytes]:
    files = sorted((CORPUS / name).iterdir())
    return [path.read_bytes() for path in files if not path.name.endswith((".expect.json", "NOTICE", ".rnc"))]


def _texts() -> list[bytes]:
    return [
        b'<p>LONDON, May 3 - Mr. Smith said "no." He left.</p><ul><li>one<li>two</ul><p><a href="/x">more</a></p>',
        "<div>МОСКВА, 3 мая. В 2026 г. всё иначе… «Так?» — да!</div><table><tr><td>1</td></tr></table>".encode(),
        b'<figure><img src="http://h.example/a.jpg" alt="x"><figcaption>c</figcaption></figure><br>a &amp; &lt;',
    ]


def _content_type(body: bytes) -> object:
    return charset.decode(b"<rss/>\xe9", header(body))


def _dates(body: bytes) -> object:
    return dates.moment(text(body), "Europe/Moscow"), dates.exact_moment(text(body), "UTC")


def _html(body: bytes) -> object:
    markup = text(body)
    return html.clean(markup, "https://h.example/"), html.paragraphs(markup), html.words(markup)


def _excerpt(body: bytes) -> object:
    """Of what the inputs would let through, and of what they would not."""
    markup = text(body)
    return excerpt_of(html.words(markup), html.clean(markup), True, Limits()), excerpt_of(
        markup, markup, True, Limits()
    )


def _answers() -> list[bytes]:
    found = read(json.dumps([ninjs("a", 1, NOW), {"uri": 7}]).encode(), SOURCE)
    return [wire.answer_of(found), wire.failure_of(IngestError("reason", "detail"))]


def _answer(body: bytes) -> object:
    return wire.receive_answer(io.BytesIO(body))


def _requests() -> list[bytes]:
    sent = io.BytesIO()
    wire.send_request(sent, b"<rss/>", SOURCE, "text/xml")
    return [sent.getvalue()]


def _request(body: bytes) -> object:
    return wire.receive_request(io.BytesIO(body))


def _signed(body: bytes) -> object:
    id_, _, rest = header(body).partition("|")
    timestamp, _, signature = rest.partition("|")
    signed = webhooks.signed_of(id_, timestamp, signature)
    return signed and (webhooks.is_fresh(signed, NOW), webhooks.is_genuine(signed, "body", [KEY]))


def _token(body: bytes) -> object:
    return tokens.read(header(body), (KEY,))


def _rest(value: str) -> object:
    return visits.asked_rest(value, NOW)


def _configs() -> list[bytes]:
    return [
        CONFIG.format(url="sqlite:///data/syndicate.db").encode(),
        (ROOT / "syndicate" / "settings" / "starter" / "config.toml").read_bytes(),
    ]


def _config(folder: Path, body: bytes) -> object:
    (folder / "config.toml").write_bytes(body)
    return load(folder, {})


def _feed(folder: Path, body: bytes) -> object:
    (folder / "feeds").mkdir(exist_ok=True)
    (folder / "feeds" / "one.toml").write_bytes(body)
    found = load_feeds(folder, {"desk"})
    if found.problems:
        raise SettingsError(*found.problems)
    return found


def _over_http(newsroom: Newsroom) -> Parser:
    """The cursor and the wait of a partner's program: only an answer that is meant may come."""
    newsroom.send()
    token = newsroom.subscriber(kind="api")
    first: dict[str, Any] = newsroom.get("/private/changes", token).get_json()
    cursor = str(first["next"])

    def ask(body: bytes) -> object:
        since, _, wait = text(body).partition("|")
        query = {
            "since": since.encode("utf-8", "replace").decode(),
            "wait": f"0{wait}".encode("utf-8", "replace").decode(),
        }
        answer = newsroom.client.get(
            "/private/changes", query_string=query, headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code in (200, 409), answer.status_code
        return answer.status_code

    return Parser("cursors", [f"{cursor}|".encode(), f"{cursor.rpartition('.')[0]}.0-739000|".encode()], ask)
