"""The last look at an entry before it is written: characters that no format may carry, words above its level.

The gate has already decided; this is the second lock. A field that is not listed here for a level is
dropped below FULL, so a new field of `Entry` stays inside until somebody lists it. A leak takes two
mistakes. Characters that XML forbids are stripped at ingest; stripped here again, since one of them would
make feedgen refuse the whole feed.
Knows `core.entry` and `core.model`.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from syndicate.core.entry import Entry
from syndicate.core.model import Face, Level

Value = TypeVar("Value")

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_FRAME = frozenset(
    ("id", "key", "face", "level", "title", "href", "published_at", "updated_at", "edited_at", "language")
)
_OUTLINE = _FRAME | {
    *("ticker_headline", "kind", "urgency", "subjects", "rights", "is_corrected", "replaces", "embargo_at"),
}
_FIELDS: dict[Level, frozenset[str]] = {
    Level.NOTICE: _FRAME | {"excerpt"},
    Level.HEADLINE: _OUTLINE,
    Level.EXCERPT: _OUTLINE | {"excerpt"},
}
"""What may be written below FULL. NOTHING is not here: an entry of that level is an error, and is refused."""


def outgoing(entry: Entry) -> Entry:
    """The entry as every format writes it: no field above its level, no forbidden character, never untitled."""
    level = entry.level if entry.face is Face.ENTRY else Level.NOTICE
    if level is not Level.FULL:
        entry = Entry(**{name: getattr(entry, name) for name in _FIELDS[level]})
    entry = legal(entry)
    return replace(entry, level=level, title=entry.title if entry.title.strip() else entry.key)


def legal(value: Value) -> Value:
    """The same value without the characters that XML forbids, in every text it holds."""
    return _legal(value)  # type: ignore[no-any-return]


def _legal(value: Any) -> Any:
    if type(value) is str:  # not the enumerations, which are text too
        return _FORBIDDEN.sub("", value)
    if isinstance(value, tuple):
        return tuple(_legal(each) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _legal(getattr(value, field.name)) for field in fields(value)})
    return value
