"""The words of the trade as values: what a message says, what is known of an item, who may ask.

Nothing is decided here. Every other room takes and gives these frozen values; `life` turns facts into
spans, `gate` decides what may leave. Times are aware and in UTC; `FOREVER` stands for "no end".
Knows nothing but the standard library.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum, StrEnum

FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
"""The end of what has no end: later than every time that a source can name."""

CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


class Level(IntEnum):
    """How much of a story may leave. Each holds everything below it."""

    NOTHING = 0
    NOTICE = 1
    HEADLINE = 2
    EXCERPT = 3
    FULL = 4


class Status(StrEnum):
    """What a message says of its item, in the words of ninjs `pubStatus`."""

    USABLE = "usable"
    WITHHELD = "withheld"
    CANCELED = "canceled"


class Kind(StrEnum):
    """What sort of item it is. An `advisory` is for editors and never public."""

    TEXT = "text"
    PRESS_RELEASE = "press-release"
    INTERVIEW = "interview"
    PICTURE = "picture"
    ADVISORY = "advisory"
    CALENDAR = "calendar"


class ReaderClass(StrEnum):
    """A class of readers, for whom spans are made."""

    PUBLIC = "public"
    LICENSED = "licensed"
    EARLY = "early"


class Face(StrEnum):
    """What a span shows: the story, or the notice that stands in its place."""

    ENTRY = "entry"
    HOLD = "hold"
    KILL = "kill"


class Deed(StrEnum):
    """What an act does."""

    KILL = "kill"
    HOLD = "hold"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Subject:
    """A topic: an IPTC Media Topic as `medtop:04000000`, else the source's own code or URI."""

    code: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Rendition:
    """A picture, sound or film that goes with an item. `size` in bytes; None when the source is silent."""

    href: str
    media_type: str
    size: int | None = None
    caption: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What one message of a source says of one item, as an input format read it: words in the clear.

    `text` is HTML, already clean (no script, no form, only http(s) addresses), or None. `number` is the
    version of a numbered source, else None. `is_public` is false for what the source's mapping keeps from
    the public. `warnings` are for the operator: what was read in spite of a fault.
    """

    uri: str
    headline: str = ""
    number: int | None = None
    created_at: datetime | None = None
    status: Status = Status.USABLE
    embargo_at: datetime | None = None
    expires_at: datetime | None = None
    ticker_headline: str | None = None
    summary: str | None = None
    text: str | None = None
    byline: str | None = None
    dateline: str | None = None
    language: str | None = None
    urgency: int | None = None
    subjects: tuple[Subject, ...] = ()
    keywords: tuple[str, ...] = ()
    slugline: str | None = None
    kind: Kind = Kind.TEXT
    editors_note: str | None = None
    rights: str | None = None
    is_correction: bool = False
    replaces: str | None = None
    renditions: tuple[Rendition, ...] = ()
    is_public: bool = True
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionFact:
    """A version as `life` needs it: its place in the order, its times, and digests of its words.

    `outline_digest` covers headline and excerpt, `words_digest` headline, summary and text.
    `created_at` None means undated: created when first received.
    """

    digest: str
    received_at: datetime
    number: int | None
    created_at: datetime | None
    is_withheld: bool
    embargo_at: datetime | None
    expires_at: datetime | None
    outline_digest: str
    words_digest: str
    is_correction: bool
    is_public: bool


@dataclass(frozen=True, slots=True)
class Act:
    """A kill, hold or release of the desk or of a source. `by` names the person or the source."""

    digest: str
    received_at: datetime
    deed: Deed
    by: str
    reason: str


Fact = VersionFact | Act


@dataclass(frozen=True, slots=True)
class Span:
    """What one class of readers has of one item from `from_at` until (not including) `until_at`.

    `version` is the digest of the version that shows, or, under a notice, that showed last. `first_at` is
    the first sight of the item by the class; `outline_at` and `words_at` tell when what an excerpt reader,
    and a full-text reader, sees last changed; `ordinal` counts the versions that the class has been shown.
    """

    reader_class: ReaderClass
    from_at: datetime
    until_at: datetime
    version: str
    face: Face
    first_at: datetime
    outline_at: datetime
    words_at: datetime
    is_corrected: bool
    ordinal: int


def item_key(namespace: str, uri: str) -> str:
    """The key of an item, for ever: 16 characters of Crockford base32 of SHA-256 over namespace and uri."""
    number = int.from_bytes(hashlib.sha256(f"{namespace}\n{uri}".encode()).digest()[:10])
    return "".join(CROCKFORD[number >> shift & 31] for shift in range(75, -1, -5))


def is_key(text: str) -> bool:
    """Whether a text has the form of a key: what has not is no item's, and is asked of no database."""
    return len(text) == 16 and all(letter in CROCKFORD for letter in text)


def digest_of(*parts: object) -> str:
    """A digest over the `repr` of values that have a stable one (text, numbers, times, frozen values)."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Source:
    """Where items come from, and how its messages are to be understood.

    `is_numbered` says that versions carry integers (else they are dated); it never changes. `zone` is an
    IANA name for dates that come without one. The mappings: `subjects` from the source's own words or
    codes to ours, `kinds` from its genres to kinds, `corrections` what marks one, `not_public` genres or
    subjects that are kept from the public.
    """

    name: str
    namespace: str
    is_numbered: bool = False
    may_kill: bool = False
    has_summaries: bool = False
    zone: str = "UTC"
    subjects: tuple[tuple[str, str], ...] = ()
    kinds: tuple[tuple[str, Kind], ...] = ()
    corrections: tuple[str, ...] = ()
    not_public: tuple[str, ...] = ()
