"""ninjs 3.1 of one item: what a partner's system takes in.

Below FULL the document says `partial` and has no bodies. A notice is `withheld` or `canceled`, holds its
constant words in `headlines` and `edNote`, and no word of the story. ninjs has no field for a correction:
it is a genre with the IPTC signal's URI, as intake reads it. `usageTerms` are the item's own terms, else
the agency's notice. The bytes of one entry are always the same: partners are told their digest.
Which item may be asked for is not decided here but in `core.gate`.
"""

from __future__ import annotations

import json
from typing import Any

from syndicate.core.entry import Entry
from syndicate.core.model import Face, Kind, Level, Rendition, Subject
from syndicate.outputs.outgoing import outgoing
from syndicate.outputs.vocabulary import (
    REPLACES,
    SIGNAL_SCHEME,
    STATUSES,
    given,
    media_type,
    stamp,
    topic,
)

MEDIA_TYPE = "application/json; charset=utf-8"
STANDARD = {
    "name": "ninjs",
    "version": "3.1",
    "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json",
}
GENRE_SCHEME = "http://cv.iptc.org/newscodes/genre/"
GENRES = {
    Kind.PRESS_RELEASE: "Press_Release",
    Kind.INTERVIEW: "Interview",
    Kind.ADVISORY: "Advisory",
    Kind.CALENDAR: "Daybook",
}


def write(entry: Entry, notice: str) -> bytes:
    """The entry as a ninjs document; `notice` is the agency's, for items without terms of their own."""
    entry = outgoing(entry)
    document = given(**_frame(entry, notice), **_words(entry), **_relations(entry))
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _frame(entry: Entry, notice: str) -> dict[str, Any]:
    """What the item is. A new version of what this level shows has a new `versionCreated`, and no other."""
    is_full = entry.level is Level.FULL
    return {
        "uri": entry.id,
        "standard": STANDARD,
        "type": "picture" if entry.kind is Kind.PICTURE else "text",
        "representationType": "full" if is_full else "partial",
        "version": str(entry.ordinal) if entry.ordinal is not None else None,
        "firstCreated": stamp(entry.published_at),
        "versionCreated": stamp(entry.edited_at if is_full else entry.updated_at),
        "embargoedUntil": stamp(entry.embargo_at) if entry.embargo_at else None,
        "pubStatus": STATUSES[entry.face].value,
        "urgency": entry.urgency if entry.urgency in range(1, 10) else None,
        "language": entry.language,
        "usageTerms": entry.rights or notice,
        "altIds": [{"role": "key", "value": entry.key}],
    }


def _words(entry: Entry) -> dict[str, Any]:
    is_notice = entry.face is not Face.ENTRY
    return {
        "headlines": _values("main", "text/plain", entry.headline or entry.title)
        + _values("ticker", "text/plain", entry.ticker_headline),
        "descriptions": None
        if is_notice
        else _values("summary", "text/plain", entry.summary or entry.excerpt),
        "bodies": _values("main", "text/html", entry.text_html),
        "edNote": entry.excerpt if is_notice else entry.editors_note,
        "by": entry.byline,
        "located": entry.dateline,
        "slugline": entry.slugline,
    }


def _values(role: str, content_type: str, value: str | None) -> list[dict[str, str]]:
    return [{"role": role, "contentType": content_type, "value": value}] if value else []


def _relations(entry: Entry) -> dict[str, Any]:
    return {
        "subjects": [_subject(subject) for subject in entry.subjects]
        + [{"name": word} for word in entry.keywords],
        "genres": _genres(entry),
        "renditions": [_rendition(number, each) for number, each in enumerate(entry.renditions, start=1)],
        "associations": _replaced(entry.replaces) if entry.replaces else None,
    }


def _subject(subject: Subject) -> dict[str, str]:
    category = topic(subject)
    if category.scheme:
        return given(name=category.label, uri=f"{category.scheme}{category.term}", literal=category.term)
    if category.term.startswith(("http://", "https://")):
        return given(name=category.label, uri=category.term)
    return given(name=category.label, literal=category.term)


def _genres(entry: Entry) -> list[dict[str, str]]:
    genres = []
    if genre := GENRES.get(entry.kind):
        genres.append({"name": genre.replace("_", " "), "uri": f"{GENRE_SCHEME}{genre}"})
    if entry.is_corrected:
        genres.append({"name": "Correction", "uri": f"{SIGNAL_SCHEME}correction"})
    return genres


def _rendition(number: int, rendition: Rendition) -> dict[str, Any]:
    return given(
        name=f"rendition-{number}",
        href=rendition.href,
        contentType=media_type(rendition),
        title=rendition.caption,
        sizeInBytes=max(rendition.size or 0, 0),
    )


def _replaced(id_: str) -> list[dict[str, str]]:
    return [{"name": "Withdrawn item that this item replaces", "rel": REPLACES, "uri": id_}]
