"""What the marks on an item mean: topics, genres, signals, and a source's mappings of its own words.

Decided here: the one spelling of a code, which kind an item is, whether it is a correction, and whether
it is kept from the public. Reading marks out of a format is done in the formats. Knows `core.model`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from syndicate.core.model import Kind, Source, Subject

MAX_SUBJECTS = 200

_IPTC = re.compile(r"https?://cv\.iptc\.org/newscodes/(mediatopic|genre|signal)/([^/?#]+)/?")
_PREFIXES = {"mediatopic": "medtop:", "genre": "genre:", "signal": "sig:"}
_CORRECTION = "sig:correction"
_GENRES = {  # the order is one of caution: an advisory is never public
    "genre:advisory": Kind.ADVISORY,
    "genre:daybook": Kind.CALENDAR,
    "genre:press_release": Kind.PRESS_RELEASE,
    "genre:interview": Kind.INTERVIEW,
}


def code_of(uri: str | None, code: str | None = None, scheme: str | None = None) -> str | None:
    """The one spelling of a topic, genre or signal: IPTC's with its prefix, else the source's own."""
    if uri is None and code and scheme:
        uri = scheme + code if scheme.endswith(("/", "#", ":")) else _joined(scheme, code)
    spelled = uri or code
    iptc = _IPTC.fullmatch(spelled or "")
    return _PREFIXES[iptc[1]] + iptc[2] if iptc else spelled


def _joined(scheme: str, code: str) -> str:
    """IPTC's schemes are written without their last slash too; in others a colon parts scheme and code."""
    return f"{scheme}/{code}" if _IPTC.fullmatch(f"{scheme}/{code}") else f"{scheme}:{code}"


def subjects_of(marks: Iterable[Subject], source: Source) -> tuple[Subject, ...]:
    """The topics among `marks` in our codes: what the source's mapping names is replaced; signals go."""
    found: dict[str, Subject] = {}
    for mark in marks:
        codes = [to for own, to in source.subjects if _names(own, mark)] or [mark.code]
        for code in codes:
            if not code.startswith("sig:"):
                found.setdefault(code, Subject(code, mark.name))
    return tuple(found.values())[:MAX_SUBJECTS]


def kind_of(marks: Iterable[Subject], media_type: str | None, source: Source) -> Kind:
    """The kind: by the source's mapping of genres and types, by IPTC's genres, by type, else text."""
    marks = [*marks, Subject(media_type or "")]
    mapped = [kind for own, kind in source.kinds if any(_names(own, mark) for mark in marks)]
    codes = {mark.code.casefold() for mark in marks}
    iptc = [kind for code, kind in _GENRES.items() if code in codes]
    if Kind.ADVISORY in mapped:
        return Kind.ADVISORY
    by_type = Kind.PICTURE if media_type == "picture" else Kind.TEXT
    return next(iter(mapped + iptc), by_type)


def is_correction(marks: Iterable[Subject], openings: Iterable[str | None], source: Source) -> bool:
    """Whether IPTC's signal or a mark of the source says so; a mark may also open the note or headline."""
    if any(mark.code.casefold() == _CORRECTION for mark in marks):
        return True
    by_mark = any(_names(own, mark) for own in source.corrections for mark in marks)
    starts = tuple(own.casefold() for own in source.corrections if own)
    return by_mark or any((text or "").casefold().startswith(starts) for text in openings)


def is_public(marks: Iterable[Subject], source: Source) -> bool:
    """Whether no mark is among those that the source's mapping keeps from the public."""
    return not any(_names(own, mark) for own in source.not_public for mark in marks)


def _names(own: str, mark: Subject) -> bool:
    """Whether `own`, a word of the configuration, is the code or the name of `mark`, case aside."""
    wanted = (code_of(own) or "").casefold()
    return wanted in {mark.code.casefold(), (mark.name or "").casefold()} and bool(wanted)
