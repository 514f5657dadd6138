"""What got out: the values that output formats write.

An `Entry` is made by the gate and holds only what may leave; below FULL the fields for full words are
empty, so a format cannot leak what it never holds. Titles and notices are finished text: the marks of a
correction and the constant words of a notice are already in them. Nothing is decided here.
Knows `model` alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from syndicate.core.model import Face, Kind, Level, Rendition, Subject


@dataclass(frozen=True, slots=True)
class Entry:
    """One story, or the notice in its place, as one view sees it.

    `id` is the tag URI, the same in every format and tier; `href` an absolute address without a credential.
    `published_at` is the first sight by the class, `updated_at` the last change of what the level shows
    (and the order of the feed), `edited_at` the last change of any kind.
    """

    id: str
    key: str
    face: Face
    level: Level
    title: str
    href: str
    published_at: datetime
    updated_at: datetime
    edited_at: datetime
    language: str | None = None
    kind: Kind = Kind.TEXT
    urgency: int | None = None
    subjects: tuple[Subject, ...] = ()
    excerpt: str | None = None  # plain text; at EXCERPT and FULL; of a notice, its constant words
    ticker_headline: str | None = None  # a shorter title for the ticker, where the item has one
    rights: str | None = None  # the item's own terms, which win over the house notice
    is_corrected: bool = False
    replaces: str | None = None  # the id of the item that this one stands in for
    embargo_at: datetime | None = None  # by key, for an embargo right, while the embargo lasts
    # At FULL only:
    ordinal: int | None = None  # how many versions the class has been shown, this one included
    headline: str | None = None  # the title without marks
    html: str | None = None  # the full text, clean HTML, the editor's note of a correction first
    text_html: str | None = None  # the full text alone
    summary: str | None = None
    byline: str | None = None
    dateline: str | None = None
    slugline: str | None = None
    keywords: tuple[str, ...] = ()
    editors_note: str | None = None
    renditions: tuple[Rendition, ...] = ()

    def __hash__(self) -> int:
        """Of what tells entries apart mostly: entries are looked up by the hundred, and compared whole."""
        return hash((self.id, self.edited_at, self.level, self.title))


@dataclass(frozen=True, slots=True)
class FeedHead:
    """What stands above the entries of a feed. `self_href` is None in private feeds: it would be followed."""

    id: str
    name: str
    title: str
    description: str
    language: str
    agency: str
    contact: str  # an e-mail address
    notice: str  # the agency's no-republication sentence, verbatim
    home_href: str  # the feed's page
    self_href: str | None
    ttl_minutes: int
    updated_at: datetime  # when this view last changed
    is_private: bool
    headline_only: str = "Headline only."  # what stands for an excerpt where there is none

    @property
    def wording(self) -> Wording:
        """What the entries of this feed take from it."""
        return Wording(self.language, self.headline_only)


@dataclass(frozen=True, slots=True)
class Wording:
    """All that the writing of an entry takes from its feed, so that it can be kept for feeds alike."""

    language: str
    headline_only: str


@dataclass(frozen=True, slots=True)
class Feed:
    """One view of one feed: entries newest first, notices among them in their place."""

    head: FeedHead
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class FeedLink:
    """One line of an OPML list. `feed_href` may hold a credential in a partner's own list."""

    title: str
    description: str
    language: str
    feed_href: str
    home_href: str
