"""Output formats, a file each: what a feed, an item or a list of feeds looks like outside.

PURE: knows `core.entry` and `core.model` alone, so a format cannot leak what it never holds. The same
value gives the same bytes: no clock, no locale, no state. What may leave is not decided here but in
`core.gate`; which address gives which format, in `web`.

A new feed format is a module with `fragment(entry, wording) -> bytes` and `join(feed, fragments) -> bytes`,
and a line in FORMATS. The formats that are not feeds are asked for by name: `ninjs` and `text` write one
item, `opml` a list of feeds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from syndicate.core.entry import Entry, Feed, Wording
from syndicate.core.model import Level
from syndicate.outputs import atom, jsonfeed, outgoing, rss
from syndicate.outputs.fragments import Fragments


@dataclass(frozen=True, slots=True)
class Format:
    """A format of feeds: its name for people, its media type, and how it writes entries and joins them."""

    name: str
    media_type: str
    fragment: Callable[[Entry, Wording], bytes]
    join: Callable[[Feed, Sequence[bytes]], bytes]

    def write(self, feed: Feed, kept: Fragments | None = None) -> bytes:
        """The feed as a document. What was written of an entry before, and kept, is not written again."""
        kept = Fragments() if kept is None else kept
        head, wording = outgoing.legal(feed.head), outgoing.legal(feed.head.wording)
        leaving = [each for each in feed.entries if each.level is not Level.NOTHING]

        def written(entry: Entry) -> tuple[Entry, bytes]:
            entry = outgoing.outgoing(entry)
            return entry, self.fragment(entry, wording)

        made = kept.of(leaving, self.name, wording, written)
        whole = Feed(head, tuple(entry for entry, _ in made))
        return self.join(whole, [fragment for _, fragment in made])


FORMATS: dict[str, Format] = {
    "rss": Format("RSS", "application/rss+xml; charset=utf-8", rss.fragment, rss.join),
    "atom": Format("Atom", "application/atom+xml; charset=utf-8", atom.fragment, atom.join),
    "json": Format("JSON Feed", "application/feed+json; charset=utf-8", jsonfeed.fragment, jsonfeed.join),
}
"""The formats of feeds by the extension of their address."""
