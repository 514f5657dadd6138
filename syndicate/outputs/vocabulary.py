"""What the formats say alike: times, topics, statuses, and the words for a bare headline.

Codes of the trade (IPTC Media Topics, signals) and the text of a time are written one way in all of them.
Nothing is decided here about who sees what.
Knows `core.entry` and `core.model`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from syndicate.core.entry import Entry, Feed
from syndicate.core.model import Face, Rendition, Status, Subject

TOPIC_SCHEME = "http://cv.iptc.org/newscodes/mediatopic/"
SIGNAL_SCHEME = "http://cv.iptc.org/newscodes/signal/"
CORRECTION = "sig:correction"
REPLACES = "http://purl.org/dc/terms/replaces"
UNKNOWN_TYPE = "application/octet-stream"
SLIP_ENDING = ":kill"
"""How the id of a kill slip ends: an entry of its own, under which nothing ever stood."""

STATUSES = {Face.ENTRY: Status.USABLE, Face.HOLD: Status.WITHHELD, Face.KILL: Status.CANCELED}

_TOPIC = re.compile(r"medtop:([0-9]+)")
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Category:
    """A word by which entries are sorted: its code, whose code it is, and what people call it."""

    term: str
    scheme: str | None = None
    label: str | None = None


def whole_seconds(at: datetime) -> datetime:
    """The time in UTC without fractions, which some readers cannot parse."""
    return at.astimezone(UTC).replace(microsecond=0)


def stamp(at: datetime) -> str:
    """The time as RFC 3339 text, the same in every format."""
    return whole_seconds(at).isoformat()


def categories(entry: Entry) -> Iterator[Category]:
    """The topics of an entry, its keywords, and the signal of a correction."""
    yield from (topic(subject) for subject in entry.subjects if subject.code.strip())
    yield from (Category(keyword) for keyword in entry.keywords if keyword.strip())
    if entry.is_corrected:
        yield Category(CORRECTION, SIGNAL_SCHEME)


def topic(subject: Subject) -> Category:
    """A Media Topic under IPTC's scheme, any other subject under none."""
    label = subject.name if subject.name and subject.name.strip() else None
    if found := _TOPIC.fullmatch(subject.code):
        return Category(found[1], TOPIC_SCHEME, label)
    return Category(subject.code, None, label)


def tombstones(feed: Feed) -> Iterator[Entry]:
    """The kill notices under the ids of the stories themselves, not the slips beside them."""
    return (each for each in feed.entries if each.face is Face.KILL and not each.id.endswith(SLIP_ENDING))


def media_type(rendition: Rendition) -> str:
    """The rendition's media type, or that of unknown bytes where the source gave none that reads as one."""
    return rendition.media_type if _MEDIA_TYPE.fullmatch(rendition.media_type) else UNKNOWN_TYPE


def own_language(entry: Entry, feed_language: str) -> str | None:
    """The entry's language tag where it differs from the feed's and reads as a tag."""
    tag = entry.language or ""
    return tag if tag != feed_language and _LANGUAGE.fullmatch(tag) else None


def given(**members: Any) -> dict[str, Any]:
    """The members of a JSON object that say something: an empty one is left out."""
    return {name: value for name, value in members.items() if value}
