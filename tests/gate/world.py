"""A newsroom to attack: an item in every state, a canary in every field, a reader of every sort.

A canary is a word that names where it was put: `kx` item `x` version `x` field `zq`. What each reader may
have of it is told here in a few lines, apart from the code and in the words of the design: the
items say what shows of them to each class now, the readers what they are licensed for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from syndicate.bootstrap import take_up_feeds
from syndicate.core import tokens
from syndicate.core.model import Level, item_key
from syndicate.core.tokens import Token, TokenKind
from syndicate.service import contracts, intake
from tests.newsroom import BY, FEEDS, Newsroom, ninjs

NOWHERE = '[except]\nsubject = ["nowhere"]\n'
PUBLIC = {
    "all": Level.EXCERPT,
    "economy": Level.EXCERPT,
    "headlines": Level.HEADLINE,
    "press-releases": Level.FULL,
    "secret": Level.NOTHING,
}
ORDINARY = frozenset({"all", "economy", "headlines", "secret"})

FIELDS = {
    "headline": Level.HEADLINE,
    "lead": Level.EXCERPT,
    **dict.fromkeys(
        ("tail", "alt", "caption", "figcaption", "note", "slug", "byline", "place", "summary"),
        Level.FULL,
    ),
}
"""The least level at which a field leaves. Of the raw message (`raw`) nothing leaves at any."""

CANARY = re.compile(r"kx[a-z0-9]+?xv[0-9]+x[a-z]+zq")  # no random token looks like it
GENRE = "http://cv.iptc.org/newscodes/genre/"
CORRECTION = {"name": "correction", "uri": "http://cv.iptc.org/newscodes/signal/correction"}


def canary(uri: str, version: str, name: str) -> str:
    """The word that stands in one field of one version of one item."""
    return f"kx{uri.replace('-', '')}x{version}x{name}zq"


def canaries(text: str) -> set[str]:
    """Every canary in a text, however its letters are cased."""
    return set(CANARY.findall(text.casefold()))


@dataclass(frozen=True)
class Told:
    """What shows of an item now to each class: a version, `hold`, `kill`, or nothing."""

    uri: str
    public: str | None = None
    licensed: str | None = None
    early: str | None = None
    feeds: frozenset[str] = ORDINARY
    lacks: frozenset[str] = frozenset({"summary"})
    is_old: bool = False

    @property
    def key(self) -> str:
        """The key of the item."""
        return item_key("stringer" if self.uri == "freelance" else "house", self.uri)

    def shown_to(self, reader_class: str) -> str | None:
        """What shows to a class."""
        return {"public": self.public, "licensed": self.licensed, "early": self.early}[reader_class]

    def words(self, version: str | None, level: Level) -> set[str]:
        """The canaries of a version that leave at a level."""
        if version is None or version in ("hold", "kill"):
            return set()
        return {
            canary(self.uri, version, name)
            for name, least in FIELDS.items()
            if level >= least and name not in self.lacks
        }


def _alike(uri: str, shown: str | None, **more: Any) -> Told:
    return Told(uri, shown, shown, shown, **more)


def _notice(uri: str, face: str, public: str | None = None) -> Told:
    return Told(uri, public, face, face)


ITEMS = (
    _alike("usable", "v1"),
    _alike("old", "v1", is_old=True),
    _alike("corrected", "v2"),
    _alike("late", "v2"),
    _notice("heldsource", "hold"),
    _notice("helddesk", "hold"),
    _notice("heldupdated", "hold"),
    _alike("heldunseen", None),
    _notice("killed", "kill", "kill"),
    _notice("killedsource", "kill", "kill"),
    _alike("killedfirst", None),
    Told("killedembargo", early="kill"),
    Told("embargoed", early="v1"),
    Told("embargoupdate", "v1", "v1", "v2"),
    _alike("expired", None),
    Told("advisory", None, "v1", "v1"),
    _alike("nowhere", "v1", feeds=frozenset()),
    _alike("short", "v1", lacks=frozenset({"summary", "lead"})),
    _alike("press", "v1", feeds=ORDINARY | {"press-releases"}),
    _alike("summarised", "v1", lacks=frozenset()),
    _alike("freelance", "v1", lacks=frozenset()),
    _alike("linkedfigure", "v1"),
)
BY_URI = {told.uri: told for told in ITEMS}


@dataclass(frozen=True)
class Reader:
    """Somebody who asks: with which credential, and what his contract gives. `opens` is False for refused ones."""

    name: str
    token: str | None = None
    licences: dict[str, Level] = field(default_factory=dict, hash=False)
    has_embargo_right: bool = False
    has_archive: bool = True
    opens: bool = True
    in_path: bool = True

    def feed_words(self, feed: str) -> set[str]:
        """What he may find in the private tier of a feed: the licence's level; of kills, at FULL, the slugline."""
        if not self.opens or feed not in self.licences:
            return set()
        level = max(self.licences[feed], PUBLIC[feed])
        found: set[str] = set()
        for told in (told for told in ITEMS if feed in told.feeds):
            found |= told.words(told.licensed, level)
            if told.licensed == "kill" and level is Level.FULL:
                found.add(canary(told.uri, "v1", "slug"))
        return found

    def key_words(self, told: Told) -> set[str]:
        """What he may find of an item by key: the most that any feed gives him, of what he has first."""
        if not self.opens:
            return set()
        best, shown = public_level(told), told.public
        for feed in told.feeds & self.licences.keys():
            level = max(self.licences[feed], PUBLIC[feed])
            if told.is_old and not self.has_archive:
                level = PUBLIC[feed]
            if level >= best:
                best, shown = level, told.early if self.has_embargo_right else told.licensed
        return told.words(shown, best)


def public_level(told: Told) -> Level:
    """How much of an item everybody may have by key."""
    return max((PUBLIC[feed] for feed in told.feeds), default=Level.NOTHING)


def public_words(told: Told) -> set[str]:
    """What anybody may find of an item by key."""
    return told.words(told.public, public_level(told))


def public_feed_words(feed: str) -> set[str]:
    """What anybody may find in the public tier of a feed."""
    return {word for told in ITEMS if feed in told.feeds for word in told.words(told.public, PUBLIC[feed])}


def public_headlines() -> set[str]:
    """What anybody may find in the ticker."""
    return {word for told in ITEMS if told.feeds for word in told.words(told.public, Level.HEADLINE)}


@dataclass
class World:
    """The newsroom with its items, and its readers by name."""

    newsroom: Newsroom
    readers: dict[str, Reader]


@contextmanager
def world(folder: Path, url: str = "sqlite:///data/syndicate.db") -> Iterator[World]:
    """A newsroom in which everything has happened."""
    with Newsroom.open(folder, url) as newsroom:
        for name in ("all", "headlines", "secret"):
            (folder / "feeds" / f"{name}.toml").write_text(FEEDS[name] + NOWHERE)
        take_up_feeds(newsroom.agency)
        readers = {reader.name: reader for reader in _readers(newsroom)}
        _tell_all(newsroom)
        _let_some_end(newsroom, readers)
        for name, text in _strangers(newsroom, readers["full"]):
            readers[name] = Reader(name, text, opens=False, in_path=False)
        yield World(newsroom, readers)


# Items


def _tell_all(newsroom: Newsroom) -> None:
    """Let every item come into its state. A minute passes between any two messages."""
    send(newsroom, "old")
    newsroom.clock.advance(days=40)
    soon = newsroom.clock.now + timedelta(hours=3)
    tomorrow = newsroom.clock.now + timedelta(days=1)
    for uri in ("usable", "heldsource", "helddesk", "heldupdated", "killed", "killedsource", "embargoupdate"):
        send(newsroom, uri)
    send(newsroom, "corrected")
    send(newsroom, "corrected", 2, genres=[CORRECTION])
    send(newsroom, "late", 2)
    send(newsroom, "late", 1)
    send(newsroom, "heldsource", 2, pubStatus="withheld")
    newsroom.hold("helddesk")
    newsroom.hold("heldupdated")
    send(newsroom, "heldupdated", 2)
    send(newsroom, "heldunseen", pubStatus="withheld")
    newsroom.kill("killed")
    send(newsroom, "killedsource", 2, pubStatus="canceled")
    send(newsroom, "killedfirst", 2, pubStatus="canceled")
    send(newsroom, "killedfirst", 1)
    send(newsroom, "killedembargo", embargoedUntil=tomorrow)
    newsroom.kill("killedembargo")
    send(newsroom, "embargoed", embargoedUntil=tomorrow)
    send(newsroom, "embargoupdate", 2, embargoedUntil=tomorrow)
    send(newsroom, "expired", expires=soon)
    send(newsroom, "advisory", genres=[{"name": "Advisory", "uri": f"{GENRE}Advisory"}])
    send(newsroom, "nowhere", subjects=[{"name": "nowhere"}])
    send(newsroom, "short", lead="", middle="")
    send(newsroom, "press", genres=[{"name": "Press release", "uri": f"{GENRE}Press_Release"}])
    send(newsroom, "summarised", summary=_summary("summarised"), lead="")
    send(
        newsroom, "freelance", source="stringer", summary=f"In short {canary('freelance', 'v1', 'summary')}."
    )
    send(newsroom, "linkedfigure", before=_linked_figure("linkedfigure"))
    newsroom.clock.advance(hours=4)


def send(newsroom: Newsroom, uri: str, version: int = 1, source: str = "desk", **fields: Any) -> None:
    """A message with a canary in each of its fields."""
    newsroom.clock.advance(minutes=1)
    message = document(newsroom, uri, version, **fields)
    body = json.dumps(message, ensure_ascii=False).encode()
    intake.take(newsroom.agency, body, newsroom.agency.settings.source(source))


def document(newsroom: Newsroom, uri: str, version: int, **fields: Any) -> dict[str, Any]:
    """The ninjs document. `lead` and `middle` are parts of its text, `before` HTML in front of it."""
    label = f"v{version}"

    def word(name: str) -> str:
        return canary(uri, label, name)

    lead = fields.pop("lead", f"The {word('lead')} opened on time, its master said on the quay this morning.")
    middle = fields.pop("middle", "Nobody had expected " + "that it would " * 70 + "be.")
    figure = (
        f'<figure><img src="https://pics.example/1.jpg" alt="{word("alt")}">'
        f"<figcaption>{word('figcaption')}.</figcaption></figure>"
    )
    text = f"{fields.pop('before', '')}<p>{lead} {middle}</p>{figure}<p>At last, {word('tail')}.</p>"
    given = {
        "headline": f"Headline {word('headline')}",
        "text": text,
        "note": f"For editors: {word('note')}.",
        "slugline": word("slug"),
        "byline": f"By {word('byline')}",
        "located": f"PORT {word('place')}",
        "associations": [_picture(word("caption"))],
        "internal": word("raw"),
    } | fields
    made = ninjs(uri, version, newsroom.clock.now, **given)
    made["bodies"][0]["value"] = text  # as it is, without the paragraph that `ninjs` puts around
    return made


def _picture(caption: str) -> dict[str, Any]:
    return {
        "name": "picture",
        "type": "picture",
        "descriptions": [{"role": "caption", "value": f"Seen here: {caption}."}],
        "renditions": [{"href": "https://pics.example/2.jpg", "contentType": "image/jpeg"}],
    }


def _summary(uri: str) -> str:
    """An editor's summary of which one sentence fits into an excerpt and the other does not."""
    fits = f"It was {canary(uri, 'v1', 'lead')} that came first, and then the rest of it."
    return f"{fits} After that {'came more and ' * 40} {canary(uri, 'v1', 'summary')}."


def _linked_figure(uri: str) -> str:
    return (
        '<a href="https://pics.example/page"><figure><img src="https://pics.example/3.jpg" alt="">'
        f"<figcaption>{canary(uri, 'v1', 'figcaption')}.</figcaption></figure></a>"
    )


# Readers

ALL = {"all": Level.FULL}


def _readers(newsroom: Newsroom) -> Iterator[Reader]:
    """Those whose credential opens something, and those whose does not. All contracts begin at once."""
    yield Reader("anonymous", opens=False)
    yield _reader(newsroom, "full", ALL)
    yield _reader(newsroom, "early", ALL, has_embargo_right=True)
    yield _reader(newsroom, "excerpt", {"all": Level.EXCERPT})
    yield _reader(newsroom, "headline", {"all": Level.HEADLINE})
    yield _reader(newsroom, "other", {"press-releases": Level.FULL})
    yield _reader(newsroom, "insider", {"secret": Level.FULL})
    yield _reader(newsroom, "archive", ALL, archive_days=7)
    yield _reader(newsroom, "api", ALL, kind="api")
    yield _reader(newsroom, "unlicensed", {})
    newsroom.company("scoped")
    newsroom.licence("scoped", ("all", "economy"))
    scoped = newsroom.token("scoped", feeds=frozenset({"economy"}))
    yield Reader("scoped", scoped, {"economy": Level.FULL})
    yield _reader(newsroom, "rotatedin", ALL)
    for name in ("rotatedout", "suspended", "revoked", "dropped", "ended", "endedlong"):
        yield _reader(newsroom, name, ALL, opens=False)
    soon, later = timedelta(days=41), timedelta(days=300)
    yield _reader(newsroom, "begunlater", ALL, opens=False, begins_at=newsroom.clock.now + later)
    newsroom.company("bounded")
    newsroom.licence("bounded", ("all",))
    for name, terms in {
        "elsewhere": {"networks": ("192.0.2.0/24",)},
        "expired": {"expires_at": newsroom.clock.now + soon - timedelta(days=10)},
        "expiredlong": {"expires_at": newsroom.clock.now + timedelta(days=1)},
    }.items():
        yield Reader(name, newsroom.token("bounded", **terms), ALL, opens=False)


def _reader(newsroom: Newsroom, name: str, licences: dict[str, Level], **terms: Any) -> Reader:
    kind, opens = terms.pop("kind", "reader"), terms.pop("opens", True)
    newsroom.company(name)
    for feed, level in licences.items():
        newsroom.licence(name, (feed,), level=level, **terms)
    return Reader(
        name,
        newsroom.token(name, kind),
        licences,
        has_embargo_right=terms.get("has_embargo_right", False),
        has_archive="archive_days" not in terms,
        opens=opens,
        in_path=kind == "reader",
    )


def _let_some_end(newsroom: Newsroom, readers: dict[str, Reader]) -> None:
    """Suspend, revoke and end what is to be refused from now on."""
    agency, now = newsroom.agency, newsroom.clock.now
    contracts.suspend(agency, "suspended", BY)
    ids = {name: newsroom.names[str(readers[name].token)] for name in readers if readers[name].token}
    contracts.revoke_token(agency, ids["revoked"], False, BY)
    contracts.revoke_token(agency, ids["dropped"], True, BY)
    contracts.rotate_token(agency, ids["rotatedin"], timedelta(hours=1), BY)
    contracts.rotate_token(agency, ids["rotatedout"], timedelta(0), BY)
    for company, days in (("ended", 10), ("endedlong", 31)):
        for licence in contracts.licences(agency, company):
            contracts.end_licence(agency, licence.id, now - timedelta(days=days), BY)


def _strangers(newsroom: Newsroom, full: Reader) -> Iterator[tuple[str, str]]:
    """Texts that are no token of a customer: of a source, made up, or made with a key that leaked."""
    keys = newsroom.agency.keys
    yield "sourcekey", contracts.add_source_key(newsroom.agency, "desk", BY)[1]
    yield "garbage", "synd_garbage"
    yield (
        "forged",
        tokens.issue(Token(TokenKind.READER, newsroom.names[str(full.token)], "n" * 24), (b"k" * 32,)),
    )
    yield "unknown", tokens.issue(Token(TokenKind.READER, "0" * 12, "n" * 24), keys)
    yield "leakedkey", tokens.issue(Token(TokenKind.READER, newsroom.names[str(full.token)], "n" * 24), keys)
