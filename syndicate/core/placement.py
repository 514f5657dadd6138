"""Where an item stands: the feeds that show each of its spans, and from when to when.

A feed's file may change; each state of it is a generation with its own time. An entry stands in a feed
while a generation of it selects the version that shows; a notice stands in every feed that showed the
item before. Generations that are being built beside the others count from a moment that is not known yet.
All of it is pure: equal for equal spans and generations.
Knows `model`, `selection`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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

    @property
    def has_ended(self) -> bool:
        """Whether another file, or none, has taken the place of this one."""
        return self.until_at != FOREVER


@dataclass(frozen=True, slots=True)
class Placed:
    """A span in a feed, cut to the time of the generation. `public` of a notice: the level shown before."""

    generation: Generation
    span: Span
    from_at: datetime
    until_at: datetime
    public: Level


@dataclass(frozen=True, slots=True)
class Timetable:
    """The generations of all feeds: those that count or have counted, oldest first, and those being built."""

    counted: tuple[Generation, ...]
    coming: tuple[Generation, ...] = ()


def places_of(
    spans: Sequence[Span], profiles: Mapping[str, Profile], generations: Iterable[Generation]
) -> list[Placed]:
    """Every place of one item. `spans` are those of all classes; `profiles` are by version.

    A renamed feed is one feed: what stood under its old name was shown by it.
    """
    states = list(generations)
    name_of = _names(states)
    earliest = min((span.from_at for span in spans), default=FOREVER)
    feeds: dict[str, list[Generation]] = {}
    for generation in states:
        if generation.until_at > earliest:
            feeds.setdefault(name_of(generation), []).append(generation)
    return [
        placed
        for states in feeds.values()
        for reader_class in ReaderClass
        for placed in _in_feed(
            [span for span in spans if span.reader_class is reader_class], profiles, states
        )
    ]


def places_ahead(
    spans: Sequence[Span], profiles: Mapping[str, Profile], timetable: Timetable, at: datetime
) -> list[Placed]:
    """Where one item would stand in the generations that are being built, if they counted from `at` on."""
    if not timetable.coming:
        return []
    name_of = _names([*timetable.counted, *timetable.coming])
    names = {name_of(each) for each in timetable.coming}
    before = [
        replace(each, until_at=min(each.until_at, at)) for each in timetable.counted if name_of(each) in names
    ]
    ahead = {each.id: replace(each, from_at=at) for each in timetable.coming}
    placed = places_of(spans, profiles, [*before, *ahead.values()])
    return [each for each in placed if each.generation.id in ahead]


def _names(states: Sequence[Generation]) -> Callable[[Generation], str]:
    """What the feed of a generation is called by the newest of its files."""
    names = {alias: each.definition.name for each in states for alias in each.definition.aliases}
    return lambda generation: names.get(generation.definition.name, generation.definition.name)


def _in_feed(
    spans: Sequence[Span], profiles: Mapping[str, Profile], states: Sequence[Generation]
) -> Iterator[Placed]:
    """The places of one class's spans in one feed."""
    shown: Level | None = None
    for span in spans:
        for generation in states:
            level = generation.definition.public if span.face is Face.ENTRY else shown
            placed = None if level is None else _cut(span, generation, level)
            if level is None or placed is None:
                continue
            if span.face is Face.ENTRY:
                if not selects(generation.definition, profiles[span.version]):
                    continue
                if _is_seen(span.reader_class, level):
                    shown = max(level, shown or Level.NOTHING)
            yield placed


def _is_seen(reader_class: ReaderClass, public: Level) -> bool:
    """The public has not seen what stood in a feed that it may not read."""
    return reader_class is not ReaderClass.PUBLIC or public >= Level.HEADLINE


def _cut(span: Span, generation: Generation, public: Level) -> Placed | None:
    from_at = max(span.from_at, generation.from_at)
    until_at = min(span.until_at, generation.until_at)
    return Placed(generation, span, from_at, until_at, public) if from_at < until_at else None
