"""Where an item stands: the feeds that show each of its spans, and from when to when.

A feed's file may change; each state of it is a generation with its own time. An entry stands in a feed
while a generation of it selects the version that shows; a notice stands in every feed that showed the
item before. `places_of` is pure: equal for equal spans and generations.
Knows `model`, `selection`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from syndicate.core.model import FOREVER, Face, Level, ReaderClass, Span
from syndicate.core.selection import FeedDefinition, Profile, selects


@dataclass(frozen=True, slots=True)
class Generation:
    """One state of a feed's file, and when it counted."""

    id: int
    definition: FeedDefinition
    from_at: datetime
    until_at: datetime = FOREVER


@dataclass(frozen=True, slots=True)
class Placed:
    """A span in a feed, cut to the time of the generation. `public` of a notice: the level shown before."""

    generation: Generation
    span: Span
    from_at: datetime
    until_at: datetime
    public: Level


def places_of(
    spans: Sequence[Span], profiles: Mapping[str, Profile], generations: Iterable[Generation]
) -> list[Placed]:
    """Every place of one item. `spans` are those of all classes; `profiles` are by version.

    A renamed feed is one feed: what stood under its old name was shown by it.
    """
    states = list(generations)
    names = {alias: each.definition.name for each in states for alias in each.definition.aliases}
    feeds: dict[str, list[Generation]] = {}
    for generation in states:
        name = generation.definition.name
        feeds.setdefault(names.get(name, name), []).append(generation)
    return [
        placed
        for states in feeds.values()
        for reader_class in ReaderClass
        for placed in _in_feed(
            [span for span in spans if span.reader_class is reader_class], profiles, states
        )
    ]


def _in_feed(
    spans: Sequence[Span], profiles: Mapping[str, Profile], states: Sequence[Generation]
) -> Iterator[Placed]:
    """The places of one class's spans in one feed."""
    shown: Level | None = None
    for span in spans:
        for generation in states:
            level = generation.definition.public
            if span.face is Face.ENTRY:
                if not selects(generation.definition, profiles[span.version]):
                    continue
            elif shown is None:
                continue
            else:
                level = shown
            placed = _cut(span, generation, level)
            if placed is None:
                continue
            if span.face is Face.ENTRY and _is_seen(span.reader_class, level):
                shown = max(level, shown or Level.NOTHING)
            yield placed


def _is_seen(reader_class: ReaderClass, public: Level) -> bool:
    """The public has not seen what stood in a feed that it may not read."""
    return reader_class is not ReaderClass.PUBLIC or public >= Level.HEADLINE


def _cut(span: Span, generation: Generation, public: Level) -> Placed | None:
    from_at = max(span.from_at, generation.from_at)
    until_at = min(span.until_at, generation.until_at)
    return Placed(generation, span, from_at, until_at, public) if from_at < until_at else None
