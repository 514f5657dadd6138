"""The second locks: seals, the last look of the formats, the texts of tokens, the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import select

from syndicate.core import sealed, tokens
from syndicate.core.entry import Entry, Feed, FeedHead
from syndicate.core.model import Face, Level, Rendition
from syndicate.core.sealed import Sealed, SealedError
from syndicate.core.tokens import Token, TokenKind
from syndicate.outputs import FORMATS, ninjs, text
from syndicate.service import logs
from syndicate.store import items, tables
from syndicate.store.database import Database
from syndicate.web import showing
from tests.gate.world import World, canaries

NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
SECRET = "kxsealedxv1xwordszq"
KEYS = (b"an older key of thirty-two bytes", b"the newest key of thirty-two byt")


def a_seal_holds(attacked: World) -> None:
    """Nothing prints it, nothing below FULL opens it, and the database gives nothing unsealed."""
    hidden = Sealed(SECRET)
    assert SECRET not in repr(hidden)
    for way in (str, "{}".format, lambda it: f"{it}", list, lambda it: "%s" % it):  # noqa: UP031
        _must_refuse(lambda way=way: way(hidden))
    for level in Level:
        if level is not Level.FULL:
            _must_refuse(lambda level=level: sealed.reveal(hidden, level))
    database = Database(attacked.newsroom.agency.database.url.render_as_string())
    with database.snapshot() as connection:  # a new one: the other remembers how its columns are read
        for row in connection.execute(select(tables.versions.c.text, tables.versions.c.renditions)):
            assert all(each is None or isinstance(each, Sealed) for each in row), "bare text in a row"
        raw = connection.execute(select(tables.messages.c.raw)).scalars().all()
        assert all(isinstance(each, Sealed) for each in raw), "bare bytes in a row"
    database.close()


def _must_refuse(way: Callable[[], object]) -> None:
    try:
        way()
    except SealedError:
        return
    raise AssertionError("a seal was opened")


def no_format_writes_above_the_level(_: World) -> None:
    """An entry with too much in it, as a faulty gate would make one: every exit cuts it."""
    fields = dict.fromkeys(
        ("html", "text_html", "summary", "byline", "dateline", "slugline", "editors_note"), SECRET
    )
    careless = Entry(
        id="tag:k",
        key="k",
        face=Face.ENTRY,
        level=Level.EXCERPT,
        title="A headline",
        href="https://wire.example/items/k",
        published_at=NOW,
        updated_at=NOW,
        edited_at=NOW,
        excerpt="A sentence.",
        headline=SECRET,
        keywords=(SECRET,),
        renditions=(Rendition("https://pics.example/1.jpg", "image/jpeg", 1, SECRET),),
        **fields,
    )
    head = FeedHead(
        *(
            "id",
            "all",
            "All",
            "Everything",
            "en",
            "Wire",
            "rights@wire.example",
            "A notice.",
            "https://wire.example/",
        ),
        *(None, 5, NOW, False),
    )
    for entry in (careless, replace(careless, level=Level.HEADLINE), replace(careless, face=Face.KILL)):
        written = b"".join(each.write(Feed(head, (entry,))) for each in FORMATS.values())
        written += ninjs.write(entry, "A notice.") + text.write(entry, "A notice.")
        assert not canaries(written.decode()), "words above the level"
        with _app_context():
            assert not canaries(repr((showing.item(entry), showing.listed(entry), showing.line(entry))))


@contextmanager
def _app_context() -> Iterator[None]:
    """What `showing` reads of an application: the site's zone."""
    app = Flask("checks")
    app.config["SETTINGS"] = type("S", (), {"site": type("Z", (), {"timezone": "UTC"})})
    with app.app_context():
        yield


def only_what_was_signed_is_a_token(_: World) -> None:
    """To the character, of its own kind, with one of our keys; and what is kept of it opens nothing."""
    token = Token(TokenKind.READER, "an-id", "a-nonce" * 4)
    good = tokens.issue(token, KEYS)
    assert tokens.read(good, KEYS) == token
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for last in alphabet:
        assert last == good[-1] or tokens.read(good[:-1] + last, KEYS) is None, "a signature is malleable"
    forged = tokens.issue(token, (b"a key of somebody else, 32 bytes",)).removeprefix(tokens.PREFIX)
    for kind in TokenKind:
        assert tokens._loads(forged, kind, KEYS) is None, "a forged signature"
        other = tokens.issue(replace(token, kind=kind), KEYS).removeprefix(tokens.PREFIX)
        for door in TokenKind:
            assert (tokens._loads(other, door, KEYS) is None) == (door is not kind), "a token of another kind"
    assert token.nonce not in tokens.digest(token.nonce), "the database would hold a secret"
    assert len(tokens.digest(token.nonce)) == 64


def a_log_line_is_redacted(_: World) -> None:
    good = tokens.issue(Token(TokenKind.READER, "an-id", "a-nonce" * 4), KEYS)
    assert good not in logs._redact(None, "error", f"path=/private/{good}/feeds/all.rss"), (
        "a token in the log"
    )


def a_stale_excerpt_is_none(attacked: World) -> None:
    """Made under other limits, an excerpt counts as missing."""
    with attacked.newsroom.agency.database.snapshot() as connection:
        rows = connection.execute(select(*items.OPEN_SIDES)).all()
    assert rows
    assert all(items.version_from(row, "other limits").excerpt is None for row in rows)
