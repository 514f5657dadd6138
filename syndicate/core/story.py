"""A story at one moment, as the store hands it to the gate, and who asks for it.

Nothing is decided here. A `Story` holds what is known of one item at one time: for each class the span
that holds then, where its feeds show it, and the open sides of the versions in question. The full words
(`FullWords`) are sealed and come apart from it, and only when the gate has said FULL.
Knows `model`, `sealed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syndicate.core.model import Face, Kind, Level, ReaderClass, Span, Subject
from syndicate.core.sealed import Sealed


@dataclass(frozen=True, slots=True)
class Version:
    """The sides of a version that are not sealed. `replaces` is the key of the item it stands in for."""

    digest: str
    key: str
    headline: str
    ticker_headline: str | None
    excerpt: str | None
    byline: str | None
    dateline: str | None
    language: str | None
    urgency: int | None
    subjects: tuple[Subject, ...]
    keywords: tuple[str, ...]
    slugline: str | None
    kind: Kind
    rights: str | None
    replaces: str | None
    is_correction: bool
    embargo_at: datetime | None


@dataclass(frozen=True, slots=True)
class FullWords:
    """The sealed sides of a version; `renditions` is a JSON text, since captions are words too."""

    summary: Sealed[str] | None = None
    text: Sealed[str] | None = None
    editors_note: Sealed[str] | None = None
    renditions: Sealed[str] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A feed that shows an item to a class at the moment in question, and the feed's public level."""

    feed: str
    reader_class: ReaderClass
    face: Face
    public: Level


@dataclass(frozen=True, slots=True)
class Story:
    """One item at one moment. `replaced_for` are the classes that had seen the item which this one replaces."""

    key: str
    uri: str
    spans: Mapping[ReaderClass, Span]
    places: tuple[Place, ...]
    versions: Mapping[str, Version]
    replaced_for: frozenset[ReaderClass] = frozenset()

    def version(self, span: Span) -> Version:
        """The version that `span` shows, or under a notice showed last."""
        return self.versions[span.version]


@dataclass(frozen=True, slots=True)
class Licence:
    """What a company may have: some feeds at a level for a time, perhaps early, perhaps not too far back.

    `archive_days` None means without limit. `ends_at` is the first moment at which it is over.
    """

    id: int
    feeds: frozenset[str]
    level: Level
    begins_at: datetime
    ends_at: datetime
    has_embargo_right: bool = False
    archive_days: int | None = None

    def covers(self, feed: str, now: datetime) -> bool:
        """Whether it gives `feed` at `now`."""
        return feed in self.feeds and self.begins_at <= now < self.ends_at

    def reaches_back_to(self, first_at: datetime, now: datetime) -> bool:
        """Whether an item first seen at `first_at` is still within its archive days."""
        return self.archive_days is None or now - first_at <= timedelta(days=self.archive_days)


@dataclass(frozen=True, slots=True)
class Anonymous:
    """Everybody: no credential."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The agency's own people."""


@dataclass(frozen=True, slots=True)
class Partner:
    """A company that asks with one of its tokens. `scope` narrows its licences to some feeds."""

    company: str
    token: str
    licences: tuple[Licence, ...]
    scope: frozenset[str] | None = None

    def licences_for(self, feed: str, now: datetime) -> list[Licence]:
        """The licences that give `feed` to this token at `now`."""
        if self.scope is not None and feed not in self.scope:
            return []
        return [licence for licence in self.licences if licence.covers(feed, now)]


Principal = Anonymous | Partner | Desk


@dataclass(frozen=True, slots=True)
class InFeed:
    """The channel of a feed in any format. Always the `licensed` spans: no reader honours an embargo."""

    feed: str


@dataclass(frozen=True, slots=True)
class ByKey:
    """The channel of one item by its key (page, JSON, text, changes), with every feed counted together."""


Channel = InFeed | ByKey


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate says: a level, the rule that gave it, and the span that it is about."""

    level: Level
    rule: str
    span: Span | None = field(default=None)
    feed: str | None = None
