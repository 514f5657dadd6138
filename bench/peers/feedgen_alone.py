"""The whole of a feed by feedgen alone: what joined documents are held against, and timed against."""

from __future__ import annotations

from dataclasses import replace

from syndicate.core.entry import Feed
from syndicate.core.model import Level
from syndicate.outputs import atom, rss
from syndicate.outputs.outgoing import legal, outgoing


def rss_alone(feed: Feed) -> bytes:
    """RSS 2.0."""
    feed = _leaving(feed)
    made = rss.channel(feed.head)
    for entry in feed.entries:
        rss.add(made, entry, feed.head.wording)
    body: bytes = made.rss_str()
    return body


def atom_alone(feed: Feed) -> bytes:
    """Atom 1.0."""
    feed = _leaving(feed)
    made = atom.frame(feed)
    for entry in feed.entries:
        atom.add(made, entry, feed.head.wording)
    body: bytes = made.atom_str()
    return body


def _leaving(feed: Feed) -> Feed:
    entries = (outgoing(entry) for entry in feed.entries if entry.level is not Level.NOTHING)
    return replace(feed, head=legal(feed.head), entries=tuple(entries))


ALONE = {"rss": rss_alone, "atom": atom_alone}
