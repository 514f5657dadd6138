"""RSS 2.0, for every feed reader there is.

The description is HTML, so plain text is escaped into a paragraph; the title is plain text. Full text goes
into `content:encoded`, which must follow a description: an empty one where there is no excerpt. A byline is
`dc:creator`, since `author` would have to be an e-mail address; an item's own terms are `dc:rights`, since
`copyright` is the channel's. `pubDate` stays at the first sight; `atom:updated` moves with what the level
shows, `dcterms:modified` with every edit (`app:edited`, which Atom uses, is an error inside an item).
A category shows its label, since readers print it; its `domain` names the scheme.
What an entry may hold is not decided here but in `core.gate`.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from syndicate.core.entry import Entry, Feed, FeedHead, Wording
from syndicate.core.model import Rendition
from syndicate.outputs.feedgen_mended import ATOM, add_entry, cut, generator, joined, nowhere
from syndicate.outputs.vocabulary import media_type, own_language, stamp

CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
DCTERMS = "http://purl.org/dc/terms/"
MEDIA = "http://search.yahoo.com/mrss/"


def join(feed: Feed, fragments: Sequence[bytes]) -> bytes:
    """The feed as an RSS 2.0 document, from its entries as `fragment` gives them."""
    return joined(channel(feed.head).rss_str(), fragments, b"</channel>")


def fragment(entry: Entry, wording: Wording) -> bytes:
    """One entry as an `item` of any channel of this wording."""
    alone = channel(nowhere(wording))
    add(alone, entry, wording)
    return cut(alone.rss_str(), b"<item>", b"</item>")


def channel(head: FeedHead) -> Any:
    """The channel, without an item yet."""
    return generator(head, "application/rss+xml", _Channel())


def add(made: Any, entry: Entry, wording: Wording) -> None:
    """Add an item to feedgen's channel."""
    added = add_entry(made, entry, _Item(entry, wording.language))
    if entry.excerpt:
        added.description(paragraph(entry.excerpt))
    if entry.renditions:
        first = entry.renditions[0]
        added.enclosure(first.href, _size(first), media_type(first))


def paragraph(text: str) -> str:
    """Plain text as HTML."""
    return f"<p>{html.escape(text, quote=False)}</p>"


def _size(rendition: Rendition) -> str:
    """The length of an enclosure, which must be given: 0 says that it is not known."""
    return str(max(rendition.size or 0, 0))


@dataclass(frozen=True, slots=True)
class _Channel:
    """The namespaces that the items use."""

    def extend_ns(self) -> dict[str, str]:
        return {"dc": DC, "dcterms": DCTERMS, "media": MEDIA}

    def extend_rss(self, root: Any) -> Any:
        return root


@dataclass(frozen=True, slots=True)
class _Item:
    """What an item says in the words of other namespaces."""

    entry: Entry
    feed_language: str

    def extend_rss(self, item: Any) -> Any:
        entry = self.entry
        if entry.html:
            if item.find("description") is None:
                etree.SubElement(item, "description")
            _text(item, CONTENT, "encoded", entry.html)
        _text(item, DC, "creator", entry.byline)
        _text(item, DC, "rights", entry.rights)
        _text(item, DC, "language", own_language(entry, self.feed_language))
        _text(item, ATOM, "updated", stamp(entry.updated_at))
        _text(item, DCTERMS, "modified", stamp(entry.edited_at))
        if entry.replaces:
            etree.SubElement(item, f"{{{ATOM}}}link", rel="related", href=entry.replaces)
        for rendition in entry.renditions[1:]:
            _media(item, rendition)
        return item


def _text(parent: Any, namespace: str, name: str, text: str | None) -> None:
    """An element with this text, where there is any."""
    if text:
        etree.SubElement(parent, f"{{{namespace}}}{name}").text = text


def _media(item: Any, rendition: Rendition) -> None:
    """A rendition after the first; `enclosure` may stand only once. No group: one alone in it is an error."""
    content = etree.SubElement(item, f"{{{MEDIA}}}content", url=rendition.href, type=media_type(rendition))
    if rendition.size and rendition.size > 0:
        content.set("fileSize", str(rendition.size))
    _text(content, MEDIA, "description", rendition.caption)
