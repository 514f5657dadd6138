"""JSON Feed 1.0 and 1.1, read leniently: wrong types count as missing, an unknown version as the newest.

Knows `core.model`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from syndicate.core.model import Message, Rendition, Source, Subject
from syndicate.inputs import fields, html, marks
from syndicate.inputs.document import Document, guard_count
from syndicate.inputs.refusal import ItemError, Refusal, one_by_one

_EXTENSION = "_syndicate"  # what our own feeds say beyond the standard


def recognise(document: Document) -> bool:
    """Whether this is an object that names a version of JSON Feed."""
    version = document.data.get("version") if isinstance(document.data, dict) else None
    return isinstance(version, str) and "jsonfeed.org/version/" in version


def read(document: Document, source: Source) -> list[Message | Refusal]:
    """The items of a JSON Feed."""
    feed = document.data
    items = _list(feed.get("items"))
    guard_count(len(items))
    return one_by_one(items, lambda item: _message(_object(item), feed, source, document.warnings), _uri)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ItemError("not-an-item", "The list of items holds something that is no object.")
    return value


def _uri(item: Any) -> str | None:
    return fields.line(item.get("id") or item.get("url")) if isinstance(item, dict) else None


def _message(item: dict[str, Any], feed: dict[str, Any], source: Source, faults: tuple[str, ...]) -> Message:
    warnings = list(faults)
    text = _text(item, feed)
    title = fields.line(item.get("title"))
    headline = title or fields.headline_from(text)
    topics = [
        Subject(code, None) for tag in _list(item.get("tags")) if (code := marks.code_of(fields.line(tag)))
    ]
    ours = _dict(item.get(_EXTENSION))
    found = fields.identity(item.get("id"), item.get("url"))
    return Message(
        uri=found or fields.identity_from_words(title, html.plain(text or "")),
        headline=headline,
        number=fields.number(None, source),
        created_at=fields.created(item.get("date_modified") or item.get("date_published"), source, warnings),
        status=fields.status(ours.get("status")),
        summary=fields.line(item.get("summary"), fields.MAX_NOTE),
        text=text,
        byline=_byline(item) or _byline(feed),
        language=fields.language(item.get("language") or feed.get("language"), warnings),
        subjects=marks.subjects_of(topics, source),
        kind=marks.kind_of(topics, None, source),
        rights=fields.lines(ours.get("rights")),
        is_correction=marks.is_correction(topics, (headline,), source),
        replaces=fields.identity(ours.get("replaces")),
        renditions=fields.renditions(_renditions(item)),
        is_public=marks.is_public(topics, source),
        warnings=tuple(warnings),
    )


def _text(item: dict[str, Any], feed: dict[str, Any]) -> str | None:
    base = next((url for url in (item.get("url"), feed.get("home_page_url")) if isinstance(url, str)), None)
    markup, words = item.get("content_html"), item.get("content_text")
    text = html.clean(markup, base) if isinstance(markup, str) else None
    return text or (html.paragraphs(words) if isinstance(words, str) else None)


def _byline(owner: dict[str, Any]) -> str | None:
    """The names of the authors: a list in 1.1, one in 1.0."""
    authors = [*_list(owner.get("authors")), owner.get("author")]
    names = (fields.line(author.get("name")) for author in authors if isinstance(author, dict))
    return fields.line(", ".join(dict.fromkeys(name for name in names if name)))


def _renditions(item: dict[str, Any]) -> Iterator[Rendition | None]:
    for one in _list(item.get("attachments")):
        if isinstance(one, dict):
            yield fields.rendition(
                one.get("url"), one.get("mime_type"), one.get("size_in_bytes"), one.get("title")
            )
    for name in ("image", "banner_image"):
        yield fields.rendition(item.get(name), None, None)
