"""Atom (RFC 4287), with tombstones (RFC 6721).

The summary is plain text, the full text HTML. `published` stays, `updated` moves with what the level shows,
`app:edited` with every edit. A killed story has both a notice under its id, for readers, and an
`at:deleted-entry` of the same time, for programs; the kill slip, under whose id nothing ever stood, has
none. Categories carry the code, its scheme and its label.
What an entry may hold is not decided here but in `core.gate`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from syndicate.core.entry import Entry, Feed, Wording
from syndicate.core.model import Level, Rendition
from syndicate.outputs.feedgen_mended import add_entry, cut, generator, joined, nowhere
from syndicate.outputs.vocabulary import media_type, own_language, stamp, tombstones

APP = "http://www.w3.org/2007/app"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def join(feed: Feed, fragments: Sequence[bytes]) -> bytes:
    """The feed as an Atom document, from its entries as `fragment` gives them."""
    return joined(frame(feed).atom_str(), fragments, b"</feed>")


def fragment(entry: Entry, wording: Wording) -> bytes:
    """One entry as an `entry` of any feed of this wording."""
    alone = frame(Feed(nowhere(wording), ()))
    add(alone, entry, wording)
    return cut(alone.atom_str(), b"<entry", b"</entry>")


def frame(feed: Feed) -> Any:
    """The feed, with the tombstones of its entries and without an entry yet."""
    return generator(feed.head, "application/atom+xml", _Tombstones(tuple(tombstones(feed))))


def add(made: Any, entry: Entry, wording: Wording) -> None:
    """Add an entry to feedgen's feed."""
    added = add_entry(made, entry, _Entry(entry, wording.language))
    summary = wording.headline_only if entry.level is Level.HEADLINE else entry.excerpt
    if summary:
        added.summary(summary)
    if entry.html:
        added.content(entry.html, type="html")
    if entry.byline:
        added.author(name=entry.byline)
    if entry.rights:
        added.rights(entry.rights)


@dataclass(frozen=True, slots=True)
class _Tombstones:
    """The deleted entries of a feed, and the namespaces of its entries."""

    killed: tuple[Entry, ...]

    def extend_ns(self) -> dict[str, str]:
        return {"app": APP, "at": TOMBSTONES} if self.killed else {"app": APP}

    def extend_atom(self, root: Any) -> Any:
        for entry in self.killed:
            when = stamp(entry.updated_at)
            etree.SubElement(root, f"{{{TOMBSTONES}}}deleted-entry", ref=entry.id, when=when)
        return root


@dataclass(frozen=True, slots=True)
class _Entry:
    """What feedgen's Atom entry lacks. Its trees have no namespace for Atom's own elements, so nor have these."""

    entry: Entry
    feed_language: str

    def extend_atom(self, element: Any) -> Any:
        entry = self.entry
        etree.SubElement(element, f"{{{APP}}}edited").text = stamp(entry.edited_at)
        if language := own_language(entry, self.feed_language):
            element.set(XML_LANG, language)
        if entry.replaces:
            etree.SubElement(element, "link", rel="related", href=entry.replaces)
        for rendition in entry.renditions:
            _enclosure(element, rendition)
        return element


def _enclosure(element: Any, rendition: Rendition) -> None:
    link = etree.SubElement(element, "link", rel="enclosure", href=rendition.href, type=media_type(rendition))
    if rendition.size and rendition.size > 0:
        link.set("length", str(rendition.size))
    if rendition.caption:
        link.set("title", rendition.caption)
