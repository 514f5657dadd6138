"""Single fields of a message, read out of foreign values.

Decided here: what counts as a version, a status, an urgency, a language, an embargo, a picture, and what
happens when a value is none. Where readers could get too much, the item is refused; elsewhere the field
is left out and `warnings` says so. Knows `core.model`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime

from syndicate.core.model import Rendition, Source, Status
from syndicate.inputs.characters import cut, folded, legal
from syndicate.inputs.dates import exact_moment, moment
from syndicate.inputs.html import is_web_address, plain
from syndicate.inputs.refusal import ItemError

MAX_KEYWORDS = 200
MAX_LINE = 1_000
MAX_NOTE = 20_000
MAX_URI = 2_000
MAX_RENDITIONS = 100
TITLE_FROM_TEXT = 80

_VERSION = re.compile(r"[0-9]{1,18}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,80}")
_STATUSES = {status.value: status for status in Status} | {"cancelled": Status.CANCELED}


def line(value: object, limit: int = MAX_LINE) -> str | None:
    """A text or a number as one line of at most `limit` characters; None for anything else or nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return cut(folded(str(value)), limit) or None


def lines(value: object) -> str | None:
    """A longer text that may keep its lines."""
    return legal(value).strip()[:MAX_NOTE] or None if isinstance(value, str) else None


def words(value: object) -> tuple[str, ...]:
    """Keywords, as a list or as one text with commas between them."""
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(word for part in parts[:MAX_KEYWORDS] if (word := line(part)))


def identity(*candidates: object) -> str | None:
    """The first candidate that can be an identity: a text, or a number as JSON feeds have it."""
    for value in candidates:
        if isinstance(value, str | int) and not isinstance(value, bool):
            uri = legal(str(value)).strip()
            if len(uri) > MAX_URI:
                raise ItemError("bad-identity", f"The identity is longer than {MAX_URI} characters.")
            if uri:
                return uri
    return None


MADE_OF_WORDS = "urn:sha256:"
"""With this begins the identity of an item whose source gave none."""


def identity_from_words(*words: str | None) -> str:
    """An identity for an item that brings none: the same words give the same. Without words, a refusal."""
    if not any(words):
        raise ItemError("no-identity", "The item has no id and no link, and no words to know it by.")
    digest = hashlib.sha256("\n".join(word or "" for word in words).encode()).hexdigest()
    return f"{MADE_OF_WORDS}{digest}"


def number(value: object, source: Source) -> int | None:
    """The version of a numbered source, 0 where it is missing; None for dated sources."""
    if not source.is_numbered:
        return None
    if value is None:
        return 0
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not _VERSION.fullmatch(text):
        raise ItemError(
            "bad-version", f"The version of a numbered source must be an integer, not {_shown(value)}."
        )
    return int(text)


def status(value: object) -> Status:
    """What the message says of its item; usable when it says nothing."""
    if value is None:
        return Status.USABLE
    known = _STATUSES.get(value.strip().casefold()) if isinstance(value, str) else None
    if known is None:
        raise ItemError(
            "unknown-status", f"The status {_shown(value)} is none of usable, withheld, canceled."
        )
    return known


def embargo(values: Iterable[object], source: Source) -> datetime | None:
    """The latest of the embargoes given. One that cannot be read refuses the item: nothing goes out early."""
    given = [value for value in values if value is not None]
    moments = [exact_moment(value, source.zone) for value in given]
    for value, when in zip(given, moments, strict=True):
        if when is None:
            raise ItemError("bad-embargo", f"The embargo {_shown(value)} is not a date with a time.")
    return max((when for when in moments if when), default=None)


def expiry(value: object, source: Source) -> datetime | None:
    """When the item ends. One that cannot be read refuses the item, as nobody knows how long it may stand."""
    if value is None or value == "":
        return None
    when = moment(value, source.zone)
    if when is None:
        raise ItemError("bad-expiry", f"The expiry {_shown(value)} is not a date.")
    return when


def created(value: object, source: Source, warnings: list[str]) -> datetime | None:
    """When this version was made, or None with a warning."""
    if value is None or value == "":
        return None
    when = moment(value, source.zone)
    if when is None:
        warnings.append(f"The date {_shown(value)} cannot be read; the item counts as undated.")
    return when


def urgency(value: object, warnings: list[str]) -> int | None:
    """1 (most urgent) to 9, or None with a warning."""
    if value is None:
        return None
    text = str(value).strip().removesuffix(".0")
    if isinstance(value, bool) or not re.fullmatch("[1-9]", text):
        warnings.append(f"The urgency {_shown(value)} is not a number from 1 to 9.")
        return None
    return int(text)


def language(value: object, warnings: list[str]) -> str | None:
    """A language tag, or None with a warning."""
    if value is None or value == "":
        return None
    tag = str(value).strip().replace("_", "-")
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(tag):
        warnings.append(f"The language {_shown(value)} is not a language tag.")
        return None
    return tag


def rendition(href: object, media_type: object, size: object, caption: object = None) -> Rendition | None:
    """A picture, sound or film by its web address, or None when the address is none."""
    address = href.strip() if isinstance(href, str) else ""
    if not is_web_address(address) or len(address) > MAX_URI:
        return None
    kind = str(media_type).strip().casefold().partition(";")[0]
    length = str(size).strip()
    return Rendition(
        address,
        kind.replace("image/jpg", "image/jpeg")
        if _MEDIA_TYPE.fullmatch(kind)
        else "application/octet-stream",
        int(length) if _VERSION.fullmatch(length) and int(length) else None,
        line(caption, MAX_NOTE),
    )


def renditions(found: Iterable[Rendition | None]) -> tuple[Rendition, ...]:
    """The renditions that have an address, each address once."""
    kept: dict[str, Rendition] = {}
    for one in found:
        if one is not None:
            kept.setdefault(one.href, one)
    return tuple(kept.values())[:MAX_RENDITIONS]


def headline_from(text: str | None) -> str:
    """A headline for an item without one: the first words of its text, or nothing."""
    return cut(plain(text or ""), TITLE_FROM_TEXT)


def _shown(value: object) -> str:
    """A foreign value as it may stand in a sentence for the operator."""
    return cut(folded(repr(value)), 60)
