"""Rendering: a new version into a feed whose other entries are kept, beside feedgen for the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from bench.clocks import cpu
from bench.figures import Scope, Wrong, at_least, row
from bench.ground import House
from bench.peers.feedgen_alone import ALONE
from syndicate.core.entry import Feed
from syndicate.outputs import FORMATS
from syndicate.outputs.fragments import Fragments

_REPEATED = 5


@row(11, "a new version into 50 entries", at_least("RSS", 7, 10), at_least("Atom", 10, 14), scope=Scope.ONCE)
def into_fifty(house: House) -> Sequence[float]:
    """How many times as fast as feedgen alone."""
    return [_beside_feedgen(house.feed(50), form) for form in ("rss", "atom")]


@row(
    12, "a new version into 500 entries", at_least("RSS", 40, 60), at_least("Atom", 40, 60), scope=Scope.ONCE
)
def into_five_hundred(house: House) -> Sequence[float]:
    """How many times as fast as feedgen alone."""
    return [_beside_feedgen(house.feed(500), form) for form in ("rss", "atom")]


def _beside_feedgen(feed: Feed, form: str) -> float:
    kept, numbers = Fragments(), count()
    FORMATS[form].write(feed, kept)

    def with_new_version() -> Feed:
        newest = replace(feed.entries[0], title=f"Version {next(numbers)}")
        return replace(feed, entries=(newest, *feed.entries[1:]))

    changed = with_new_version()
    if FORMATS[form].write(changed, kept) != ALONE[form](changed):
        raise Wrong("The joined document is not what feedgen gives for the whole.")

    def ours() -> None:
        """One document after the other: to hold them all would be new memory for each."""
        for _ in range(_REPEATED):
            FORMATS[form].write(with_new_version(), kept)

    joined, alone = cpu(ours, lambda: ALONE[form](with_new_version()))
    return alone / (joined / _REPEATED)
