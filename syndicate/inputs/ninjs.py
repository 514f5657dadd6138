"""IPTC ninjs 1.x, 2.x and 3.x: one item, or a list of items.

The three branches spell names differently (`embargoed`, `embargoedUntil`; `headline`, `headlines`), so
all names are read case aside and the fields of every branch are looked for in each: a mixed document
never loses its embargo. A kill is taken even when the rest of its message is at fault.
Knows `core.model`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from syndicate.core.model import Message, Rendition, Source, Status, Subject
from syndicate.inputs import fields, html, marks
from syndicate.inputs.document import Document, guard_count
from syndicate.inputs.refusal import ItemError, Refusal, one_by_one

Names = dict[str, Any]  # an object of the document, its names in lower case

_TELLTALE = {
    "uri", "pubstatus", "versioncreated", "headline", "headlines", "bodies", "body_text", "body_xhtml",
    "$standard", "standard", "representationtype",
}  # fmt: skip
_MEDIA = {"picture", "graphic", "audio", "video"}
_REPLACES = "http://purl.org/dc/terms/replaces"
_HTML_TYPES = ("text/html", "application/xhtml+xml")


def recognise(document: Document) -> bool:
    """Whether this is a ninjs item or a list with one."""
    return any(_TELLTALE & _names(item).keys() for item in _items(document))


def read(document: Document, source: Source) -> list[Message | Refusal]:
    """The items of a ninjs document."""
    items = _items(document)
    guard_count(len(items))
    return one_by_one(
        items,
        lambda item: _message(_object(item), source, document.warnings),
        lambda item: fields.line(_names(item).get("uri")),
    )


def _items(document: Document) -> list[Any]:
    return document.data if isinstance(document.data, list) else [document.data]


def _names(value: Any) -> Names:
    return {name.casefold(): inner for name, inner in value.items()} if isinstance(value, dict) else {}


def _object(item: Any) -> Names:
    if not isinstance(item, dict):
        raise ItemError("not-an-item", "The list holds something that is no ninjs object.")
    return _names(item)


def _objects(value: Any) -> list[Names]:
    """The objects in a list, or in an object by name as 1.x has them."""
    if isinstance(value, dict):
        value = [
            inner if "name" in inner else {**inner, "name": name}
            for name, inner in value.items()
            if isinstance(inner, dict)
        ]
    return [_names(inner) for inner in value if isinstance(inner, dict)] if isinstance(value, list) else []


def _message(item: Names, source: Source, warnings: tuple[str, ...]) -> Message:
    """The item as a message. Without an identity of its own it could never be killed, so it needs one."""
    uri = fields.identity(item.get("uri"))
    if uri is None:
        raise ItemError("no-identity", "The item has no uri.")
    status = fields.status(item.get("pubstatus"))
    try:
        return _version(item, uri, status, source, list(warnings))
    except Exception as fault:  # a kill counts whatever else its message holds
        if status is not Status.CANCELED or isinstance(fault, MemoryError):
            raise
        return Message(uri, number=0 if source.is_numbered else None, status=status, warnings=(str(fault),))


def _version(item: Names, uri: str, status: Status, source: Source, warnings: list[str]) -> Message:
    text = _text(item)
    note = fields.lines(item.get("ednote"))
    headline = _headline(item, "main") or fields.line(item.get("title")) or fields.headline_from(text)
    genres = list(_marks(item, "genre", "genres"))
    topics = list(_marks(item, "subject", "subjects"))
    signals = list(_marks(item, "signal", "signals"))
    every = [*genres, *topics, *signals]
    media_type = fields.line(item.get("type"))
    return Message(
        uri=uri,
        headline=headline,
        number=fields.number(item.get("version"), source),
        created_at=fields.created(item.get("versioncreated"), source, warnings),
        status=status,
        embargo_at=fields.embargo((item.get("embargoed"), item.get("embargoeduntil")), source),
        expires_at=fields.expiry(item.get("expires"), source),
        ticker_headline=_headline(item, "ticker") or _headline(item, "short"),
        summary=_summary(item),
        text=text,
        byline=fields.line(item.get("byline") or item.get("by")),
        dateline=fields.line(item.get("located")),
        language=fields.language(item.get("language"), warnings),
        urgency=fields.urgency(item.get("urgency"), warnings),
        subjects=marks.subjects_of(topics, source),
        keywords=fields.words(item.get("keywords")),
        slugline=fields.line(item.get("slugline")),
        kind=marks.kind_of([*genres, *topics], media_type, source),
        editors_note=note,
        rights=_rights(item),
        is_correction=marks.is_correction(every, (note, headline), source),
        replaces=_replaces(item),
        renditions=fields.renditions(_renditions(item)),
        is_public=marks.is_public(every, source),
        warnings=tuple(warnings),
    )


# Words


def _role(part: Names) -> str:
    return str(part.get("role") or "").casefold()


def _value(part: Names) -> str:
    value = part.get("value")
    return value if isinstance(value, str) else ""


def _headline(item: Names, role: str) -> str | None:
    """The headline of a role. The main one is, failing that, the first without a role of its own, or the first."""
    headlines = _objects(item.get("headlines"))
    own = [part for part in headlines if _role(part) == role]
    if role != "main":
        return _line(own[0]) if own else fields.line(item.get(f"headline_{role}"))
    ranked = own + [part for part in headlines if not _role(part)] + headlines
    return fields.line(item.get("headline")) or (_line(ranked[0]) if ranked else None)


def _line(part: Names, limit: int = fields.MAX_LINE) -> str | None:
    """A headline or description as plain text on one line."""
    value = _value(part)
    return fields.line(html.words(value) if _is_html(part) else value, limit)


def _is_html(part: Names) -> bool:
    media_type = str(part.get("contenttype") or "").casefold()
    if media_type:
        return media_type.startswith(_HTML_TYPES)
    return "html" in _role(part) or html.looks_like_html(_value(part))


def _summary(item: Names) -> str | None:
    """The editor's summary. What describes a picture is its caption, never a summary."""
    for part in _objects(item.get("descriptions")):
        if _role(part) == "summary":
            return _line(part, fields.MAX_NOTE)
    if _is_media(item):
        return None
    return fields.line(item.get("description_summary") or item.get("description_text"), fields.MAX_NOTE)


def _text(item: Names) -> str | None:
    """The text as clean HTML: the best HTML body, else the best plain one; NITF and the like are left."""
    found = sorted(_bodies(item), key=lambda body: (not body[0], not body[1]))
    for is_html, _, value in found:
        text = html.clean(value) if is_html else html.paragraphs(value)
        if text:
            return text
    return None


def _bodies(item: Names) -> Iterator[tuple[bool, bool, str]]:
    """Each body that can be a text: whether it is HTML, whether it is the main one, and the words."""
    for part in _objects(item.get("bodies")):
        media_type = str(part.get("contenttype") or "").casefold()
        if _value(part) and (not media_type or media_type.startswith((*_HTML_TYPES, "text/plain"))):
            yield _is_html(part), _role(part) == "main", _value(part)
    for name, value in item.items():
        if name.startswith("body_") and isinstance(value, str) and "nitf" not in name:
            yield "html" in name, name in {"body_xhtml", "body_text"}, value


def _rights(item: Names) -> str | None:
    """The item's own terms: whose it is, then what may be done with it."""
    parts = (fields.lines(item.get("copyrightnotice")), fields.lines(item.get("usageterms")))
    return " ".join(part for part in parts if part) or None


# Marks and relations


def _marks(item: Names, *lists: str) -> Iterator[Subject]:
    for part in (part for name in lists for part in _objects(item.get(name))):
        name = fields.line(part.get("name"))
        own = fields.line(part.get("code")) or fields.line(part.get("literal"))
        code = marks.code_of(fields.line(part.get("uri")), own, fields.line(part.get("scheme"))) or name
        if code:
            yield Subject(code, name)


def _replaces(item: Names) -> str | None:
    """The item that this one stands in for."""
    for part in _objects(item.get("associations")):
        if part.get("rel") == _REPLACES and (uri := fields.identity(part.get("uri"))):
            return uri
    return None


def _renditions(item: Names) -> Iterator[Rendition | None]:
    """The renditions of the item, if it is a picture, sound or film, and of those that go with it."""
    for owner in (item, *_objects(item.get("associations"))):
        caption = _caption(owner) if _is_media(owner) else None
        for one in _objects(owner.get("renditions")):
            media_type = one.get("contenttype") or one.get("mimetype")
            yield fields.rendition(one.get("href"), media_type, one.get("sizeinbytes"), caption)


def _is_media(item: Names) -> bool:
    return fields.line(item.get("type")) in _MEDIA


def _caption(owner: Names) -> str | None:
    descriptions = _objects(owner.get("descriptions"))
    ranked = [part for part in descriptions if _role(part) == "caption"] + descriptions
    own = owner.get("description_caption") or owner.get("description_text")
    return _line(ranked[0], fields.MAX_NOTE) if ranked else fields.line(own, fields.MAX_NOTE)
