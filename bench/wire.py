"""A made-up wire of any length: the same messages for the same number of items, for ever.

An item is some three thousand characters of clean HTML under a headline, mostly in one version. One in
twenty is changed or corrected soon after, a few are under an embargo, expire, are withheld for a while or
killed: what the database of an agency looks like after years. Nothing is kept: a message is made from its
number.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any

from syndicate.core.model import Kind, Message, Source, Status, Subject

SEED = "syndicate bench"
SOURCE = Source("desk", "house", is_numbered=True, may_kill=True, has_summaries=True)
STEP = timedelta(seconds=60)
"""How long the wire is silent between two items."""

_SYLLABLES = [f"{first}{second}" for first in "bdfghklmnprstv" for second in "aeio"]
_TOPICS = ("01000000", "04000000", "11000000", "15000000")
_CODES = "http://cv.iptc.org/newscodes"
_PRESS_RELEASE = "genre/Press_Release"
_CORRECTION = "signal/correction"
_PARAGRAPHS = 9


@dataclass(frozen=True, slots=True)
class Sent:
    """One message of the wire: its bytes (ninjs 3.1), what they say, and when it is received."""

    body: bytes
    message: Message
    received_at: datetime


def wire(items: int, until: datetime) -> Iterator[Sent]:
    """Every message of so many items, in the order of receipt. The last item comes a step before `until`."""
    start = until.replace(microsecond=0) - items * STEP
    for number in range(items):
        yield from messages(number, start + number * STEP)


def messages(number: int, at: datetime) -> Iterator[Sent]:
    """The messages of one item, the first at `at`, the next before the next item's."""
    first = story(number, at)
    if number % 200 == 7:
        first = replace(first, embargo_at=at + 2.5 * STEP)
    if number % 200 == 19:
        first = replace(first, expires_at=at + 9.5 * STEP)
    yield Sent(ninjs(first), first, at)
    if number % 20 == 3:
        yield _later(number, 2, at + STEP / 2, is_correction=number % 100 == 23, status=_later_status(number))
    if number % 500 == 63:
        yield _later(number, 3, at + STEP * 3 / 4)


def _later(number: int, version: int, at: datetime, **marks: Any) -> Sent:
    message = replace(story(number, at, version), **marks)
    return Sent(ninjs(message), message, at)


def _later_status(number: int) -> Status:
    """Kills are so rare that a feed shows one or none; what is withheld comes back."""
    if number % 20_000 == 43:
        return Status.CANCELED
    return Status.WITHHELD if number % 500 == 63 else Status.USABLE


def story(number: int, at: datetime, version: int = 1) -> Message:
    """One version of an item. No two versions of the wire have the same headline."""
    random = Random(f"{SEED} {number} {version}")  # noqa: S311 - words, not secrets
    return Message(
        uri=f"tag:wire.example,2026:bench:{number}",
        headline=f"{' '.join(random.choices(_words(), k=7)).capitalize()} {number}.{version}",
        number=version,
        created_at=at,
        summary=" ".join(random.choices(_sentences(), k=3)) if number % 3 == 0 else None,
        text="".join(_paragraph(random) for _ in range(_PARAGRAPHS)),
        byline=" ".join(random.choices(_words(), k=2)),
        language="en",
        urgency=number % 9 + 1,
        subjects=(Subject(f"medtop:{_TOPICS[number % len(_TOPICS)]}"),),
        keywords=tuple(random.sample(_words(), k=3)),
        slugline="-".join(random.choices(_words(), k=2)),
        kind=Kind.PRESS_RELEASE if number % 25 == 0 else Kind.TEXT,
    )


def _paragraph(random: Random) -> str:
    """Three sentences, marked up as desks do: a name in bold, a quotation, what it is about as a link, a list."""
    first, second, third = random.choices(_sentences(), k=3)
    match random.randrange(4):
        case 0:
            return f"<p><strong>{first}</strong> {second} <em>{third}</em></p>"
        case 1:
            address = f"https://wire.example/{random.choice(_words())}"
            return f'<p>{first} <a href="{address}">{second}</a> {third}</p>'
        case 2:
            return f"<ul><li>{first}</li><li>{second}</li><li><b>{third}</b></li></ul>"
        case _:
            return f"<blockquote><p>{first} <i>{second}</i></p></blockquote><p>{third}</p>"


def ninjs(message: Message) -> bytes:
    """A message as a document in ninjs 3.1."""
    marks = [_CORRECTION] if message.is_correction else []
    marks += [_PRESS_RELEASE] if message.kind is Kind.PRESS_RELEASE else []
    document: dict[str, Any] = {
        "uri": message.uri,
        "type": "text",
        "version": str(message.number),
        "versionCreated": _stamp(message.created_at),
        "embargoed": _stamp(message.embargo_at),
        "expires": _stamp(message.expires_at),
        "pubStatus": message.status.value,
        "language": message.language,
        "urgency": message.urgency,
        "byline": message.byline,
        "slugline": message.slugline,
        "headlines": [{"role": "main", "contentType": "text/plain", "value": message.headline}],
        "subjects": [{"uri": f"{_CODES}/mediatopic/{_topic(each)}"} for each in message.subjects],
        "genres": [{"uri": f"{_CODES}/{mark}"} for mark in marks],
        "keywords": list(message.keywords),
        "descriptions": [{"role": "summary", "value": message.summary}] if message.summary else [],
        "bodies": [{"role": "main", "contentType": "text/html", "value": message.text}],
    }
    return json.dumps({name: value for name, value in document.items() if value}).encode()


def _topic(subject: Subject) -> str:
    return subject.code.removeprefix("medtop:")


@cache
def _words() -> list[str]:
    random = Random(SEED)  # noqa: S311 - as above
    return ["".join(random.choices(_SYLLABLES, k=random.randint(1, 4))) for _ in range(4_000)]


@cache
def _sentences() -> list[str]:
    """Of words that are the rarer the later they stand, as in any language: so they pack as texts do."""
    random = Random(f"{SEED} sentences")  # noqa: S311 - as above
    words = _words()
    weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))
    return [
        " ".join(random.choices(words, cum_weights=weights, k=random.randint(8, 18))).capitalize() + "."
        for _ in range(20_000)
    ]


def _stamp(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else None
