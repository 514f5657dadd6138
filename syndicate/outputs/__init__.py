"""Output formats, a file each: what a feed, an item or a list of feeds looks like outside.

PURE: knows `core.entry` and `core.model` alone, so a format cannot leak what it never holds. The same
value gives the same bytes: no clock, no locale, no state. What may leave is not decided here but in
`core.gate`; which address gives which format, in `web`.

A new feed format is a module with `write(feed) -> bytes` and a line in FORMATS. The formats that are not
feeds are asked for by name: `ninjs` and `text` write one item, `opml` a list of feeds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syndicate.core.entry import Feed
from syndicate.outputs import atom, jsonfeed, rss


@dataclass(frozen=True, slots=True)
class Format:
    """A format of feeds: its name for people, its media type for headers, and the function that writes it."""

    name: str
    media_type: str
    write: Callable[[Feed], bytes]


FORMATS: dict[str, Format] = {
    "rss": Format("RSS", "application/rss+xml; charset=utf-8", rss.write),
    "atom": Format("Atom", "application/atom+xml; charset=utf-8", atom.write),
    "json": Format("JSON Feed", "application/feed+json; charset=utf-8", jsonfeed.write),
}
"""The formats of feeds by the extension of their address."""
