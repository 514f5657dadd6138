"""RSS 0.9x, 1.0 and 2.0, and Atom 0.3 and 1.0, well-formed or not.

feedparser reads the elements; dates, markup and what is a summary are decided again here, since it takes
unknown zones for UTC, leaves dangerous markup in, and offers the full text as a summary where the feed has
none. It is only ever given a stream: a text or bytes it would try as an address and a file name.
Tombstones (RFC 6721) are kills. Knows `core.model`, feedparser and lxml.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import feedparser.api
from lxml import etree

from syndicate.core.model import Message, Rendition, Source, Status, Subject
from syndicate.inputs import fields, html, marks
from syndicate.inputs.dates import moment
from syndicate.inputs.document import Document, guard_count
from syndicate.inputs.refusal import IngestError, ItemError, Refusal, one_by_one

Entry = dict[str, Any]

feedparser.api.PREFERRED_XML_PARSERS = ["syndicate.inputs.sax"]  # which is what this list is there for

_DECLARATION = re.compile(r"^<\?xml[^>]*\?>")
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)[\s/>]")
_FEED = re.compile(r"<(?:[\w.-]+:)?(?:rss|rdf|feed|channel)[\s/>]", re.IGNORECASE)
_LONG_TAG = re.compile(r"<[A-Za-z][^<>]{2000,}")
_ITEM = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)[\s/>]")
_HTML_TYPES = {"text/html", "application/xhtml+xml"}
_TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
MAX_ATTRIBUTES = 500  # expat is quadratic in them
MAX_COMMENTS = 2_000  # feedparser is quadratic in their openings when the document is ill-formed


def recognise_atom(document: Document) -> bool:
    """Whether the first element is that of an Atom feed."""
    root = _ROOT.search(document.text[:10_000])
    return document.data is None and root is not None and root[1] in {"feed", "entry"}


def recognise_rss(document: Document) -> bool:
    """Whether this is markup at all: feedparser alone can tell the many forms of RSS from other things."""
    return document.data is None and document.text.startswith("<")


def read(document: Document, source: Source) -> list[Message | Refusal]:
    """The entries of a feed, and the kills among its tombstones."""
    _guard(document.text)
    feed = _parsed(document.text)
    if not feed.get("version"):
        raise IngestError("not-a-feed", "The document is no RSS or Atom feed.")
    warnings = [*document.warnings]
    if feed.get("bozo"):
        warnings.append("The document is not well-formed XML; it was read leniently.")
    entries = [entry for entry in feed["entries"] if any(entry.values())] or feed["entries"]
    is_atom = feed["version"].startswith("atom")
    kills = _kills(document.text, entries, source)
    killed = {kill.uri for kill in kills}
    standing = [entry for entry in entries if _own(entry, "id") not in killed]
    return (
        one_by_one(
            standing, lambda entry: _message(entry, feed["feed"], is_atom, source, tuple(warnings)), _uri
        )
        + kills
    )


def _guard(text: str) -> None:
    """Refuses what is no feed, or would be slow to find out about, before any parser sees it."""
    if not _FEED.search(text):
        raise IngestError("not-a-feed", "The document is no RSS or Atom feed.")
    guard_count(sum(1 for _ in _ITEM.finditer(text)))
    if text.count("<!--") > MAX_COMMENTS:
        raise IngestError("too-many-comments", f"The document opens more than {MAX_COMMENTS} comments.")
    if any(tag[0].count("=") > MAX_ATTRIBUTES for tag in _LONG_TAG.finditer(text)):
        raise IngestError("too-many-attributes", f"An element has more than {MAX_ATTRIBUTES} attributes.")


def _parsed(text: str) -> Any:
    """What feedparser makes of `text`; its cleaning and resolving are done again here, and better."""
    body = _DECLARATION.sub("", text).lstrip().encode("utf-8", "replace")
    return feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)


def _uri(entry: Entry) -> str | None:
    return fields.line(_own(entry, "id") or _own(entry, "link"))


def _own(entry: Entry, name: str) -> Any:
    """A value that the feed gives: feedparser's own look-up would put other fields in its place."""
    return dict.get(entry, name)


def _message(entry: Entry, feed: Entry, is_atom: bool, source: Source, faults: tuple[str, ...]) -> Message:
    warnings = list(faults)
    base = _base(feed)
    text, summary = _words(entry, base)
    title = _title(entry)
    headline = title or fields.headline_from(text)
    topics = list(_marks(entry))
    found = fields.identity(_own(entry, "id"), _own(entry, "link"))
    language = _own(_own(entry, "title_detail") or {}, "language") or _own(feed, "language")
    return Message(
        uri=found or fields.identity_from_words(title, html.plain(text or "")),
        headline=headline,
        number=fields.number(None, source),
        created_at=_created(entry, is_atom, source, warnings),
        summary=summary,
        text=text,
        byline=_byline(entry),
        language=fields.language(language, warnings),
        subjects=marks.subjects_of(topics, source),
        kind=marks.kind_of(topics, None, source),
        keywords=fields.words(_own(entry, "media_keywords")),
        rights=fields.lines(_own(entry, "rights") or _own(feed, "rights")),
        is_correction=marks.is_correction(topics, (headline,), source),
        renditions=fields.renditions(_renditions(entry)),
        is_public=marks.is_public(topics, source),
        warnings=tuple(warnings),
    )


# Words


def _base(feed: Entry) -> str | None:
    link = _own(feed, "link")
    return link if isinstance(link, str) and html.is_web_address(link) else None


def _title(entry: Entry) -> str | None:
    detail = _own(entry, "title_detail") or {}
    value = str(_own(detail, "value") or "")
    return fields.line(html.words(value) if _own(detail, "type") in _HTML_TYPES else value)


def _words(entry: Entry, base: str | None) -> tuple[str | None, str | None]:
    """The text, and the summary where the feed gives both; a lone summary or description is the text."""
    contents = [text for part in _own(entry, "content") or () if (text := _as_html(part, base))]
    described = _as_html(_own(entry, "summary_detail") or {}, base)
    if not contents:
        return described, None
    text = max(contents, key=len)
    summary = fields.line(html.plain(described or ""), fields.MAX_NOTE)
    return text, summary if summary and summary != html.plain(text) else None


def _as_html(part: Entry, base: str | None) -> str | None:
    """One text of an entry as clean HTML; pictures and other media within the feed are left."""
    value, media_type = str(_own(part, "value") or ""), str(_own(part, "type") or "text/html").casefold()
    own_base = _own(part, "base")
    if media_type in _HTML_TYPES or (media_type == "text/plain" and html.looks_like_html(value)):
        return html.clean(
            value, own_base if isinstance(own_base, str) and html.is_web_address(own_base) else base
        )
    return html.paragraphs(value) if media_type.startswith("text/") else None


def _byline(entry: Entry) -> str | None:
    names = [fields.line(_own(author, "name")) for author in _own(entry, "authors") or ()]
    return fields.line(", ".join(dict.fromkeys(name for name in names if name)))


# Dates, marks, media


def _created(entry: Entry, is_atom: bool, source: Source, warnings: list[str]) -> datetime | None:
    """When this version was made. RSS has one date, and what others it carries are less to be trusted."""
    order = ("updated", "published", "created") if is_atom else ("published", "updated", "created")
    return fields.created(next((raw for name in order if (raw := _own(entry, name))), None), source, warnings)


def _marks(entry: Entry) -> Iterator[Subject]:
    """The categories. Their scheme belongs to the code only where the two make a code of IPTC's."""
    for tag in _own(entry, "tags") or ():
        term, scheme = fields.line(_own(tag, "term")), fields.line(_own(tag, "scheme"))
        code = marks.code_of(None, term, scheme)
        if term and code:
            known = code if code.startswith(("medtop:", "genre:", "sig:")) else marks.code_of(term)
            yield Subject(known or term, fields.line(_own(tag, "label")) or (term if known != term else None))


def _renditions(entry: Entry) -> Iterator[Rendition | None]:
    for one in _own(entry, "links") or ():
        if _own(one, "rel") == "enclosure":
            yield fields.rendition(_own(one, "href"), _own(one, "type"), _own(one, "length"))
    for one in _own(entry, "media_content") or ():
        yield fields.rendition(_own(one, "url"), _own(one, "type"), _own(one, "filesize"))


# Tombstones


def _kills(text: str, entries: list[Entry], source: Source) -> list[Message | Refusal]:
    """A kill for each entry that the feed buries, unless the same feed has it again in a later version."""
    if "deleted-entry" not in text:
        return []
    versions = {_own(entry, "id"): moment(_own(entry, "updated"), source.zone) for entry in entries}
    graves = [grave for grave in _root(text).iter(_TOMBSTONE) if not _has_returned(grave, versions, source)]
    return one_by_one(graves, lambda grave: _kill(grave, source), lambda grave: fields.line(grave.get("ref")))


def _has_returned(grave: Any, versions: dict[Any, datetime | None], source: Source) -> bool:
    returned, when = versions.get(grave.get("ref")), moment(grave.get("when"), source.zone)
    return returned is not None and when is not None and when < returned


def _kill(grave: Any, source: Source) -> Message:
    uri = fields.identity(grave.get("ref"))
    if uri is None:
        raise ItemError("no-identity", "The tombstone does not say whose it is.")
    return Message(
        uri=uri,
        number=fields.number(None, source),
        created_at=moment(grave.get("when"), source.zone),
        status=Status.CANCELED,
        editors_note=fields.lines(" ".join(comment.text or "" for comment in grave.iter("{*}comment"))),
    )


def _root(text: str) -> Any:
    """The document as a tree: without entities, network or limits lifted."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    root = etree.fromstring(_DECLARATION.sub("", text).lstrip().encode("utf-8", "replace"), parser)
    return root if root is not None else etree.Element("nothing")
