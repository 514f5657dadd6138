"""What is told of an item when what a class sees of it changes: new, update, kill, leave and the rest.

`news` compares what a class saw in each feed with what it sees now. It is pure, and gives something for
every difference that anybody who reads by key could notice; who is told is decided by `service.changes`.
Knows `model`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from syndicate.core.model import FOREVER, Face, Level, ReaderClass, Span


class Change(StrEnum):
    """What a partner is told."""

    NEW = "new"  # also what comes back after an expiry, or enters a feed
    UPDATE = "update"
    CORRECTION = "correction"
    MINOR = "minor"  # no word changed
    LIFT = "lift"  # for those who knew it before its embargo ended
    HOLD = "hold"
    RELEASE = "release"
    KILL = "kill"
    EXPIRE = "expire"  # gone
    LEAVE = "leave"  # gone from this feed only


NOTICES = (Change.HOLD, Change.RELEASE, Change.KILL)
"""What those are told who hold a text, whatever they may read now."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a class sees of an item in one feed at one moment. `is_ahead`: while the embargo lasts for others."""

    span: Span
    is_ahead: bool = False

    def is_like(self, other: Shown) -> bool:
        """Whether nobody could tell the two apart; when they end shows nowhere."""
        return replace(self, span=replace(self.span, until_at=FOREVER)) == replace(
            other, span=replace(other.span, until_at=FOREVER)
        )


Where = tuple[str, ReaderClass]
"""A feed and a class."""


def shown(spans: Iterable[tuple[str, Span]]) -> dict[Where, Shown]:
    """What those with a licence see of one item, of the spans that stand in each feed at a moment."""
    standing = [(feed, span) for feed, span in spans if span.reader_class is not ReaderClass.PUBLIC]
    licensed = {span.version for _, span in standing if span.reader_class is ReaderClass.LICENSED}
    return {
        (feed, span.reader_class): Shown(
            span, span.reader_class is ReaderClass.EARLY and span.version not in licensed
        )
        for feed, span in standing
    }


@dataclass(frozen=True, slots=True)
class News:
    """One thing to tell of an item: to whom reads this feed for this class, at `least` this level."""

    feed: str
    reader_class: ReaderClass
    change: Change
    least: Level


def news(
    before: Mapping[Where, Shown], after: Mapping[Where, Shown], is_open_alike: Callable[[str, str], bool]
) -> Iterator[News]:
    """What there is to tell. `is_open_alike` says of two versions whether they differ in sealed words alone."""
    for where in sorted(before.keys() | after.keys()):
        old, new = before.get(where), after.get(where)
        feed, reader_class = where
        is_elsewhere = any(other is reader_class for _, other in after)
        change = _gone(old, is_elsewhere) if new is None else _came(old, new)
        if change is not None:
            yield News(feed, reader_class, change, _least(old, new, change, is_open_alike))


def _gone(old: Shown | None, is_elsewhere: bool) -> Change | None:
    """What is told when an item stands in a feed no more. That a kill notice has ended is no news."""
    if old is None or old.span.face is Face.KILL:
        return None
    return Change.LEAVE if is_elsewhere else Change.EXPIRE


def _came(old: Shown | None, new: Shown) -> Change | None:
    """What is told of what stands in a feed now."""
    if old is not None and old.is_like(new):
        return None
    if new.span.face is not Face.ENTRY:
        is_same_notice = old is not None and old.span.face is new.span.face
        if is_same_notice and old is not None and old.span.words_at == new.span.words_at:
            return Change.MINOR
        return Change.KILL if new.span.face is Face.KILL else Change.HOLD
    if old is None:
        return Change.NEW
    if old.span.face is not Face.ENTRY:
        return Change.RELEASE
    return _changed(old, new)


def _changed(old: Shown, new: Shown) -> Change:
    """What is told of an entry that was one before."""
    if new.span.is_corrected and new.span.outline_at != old.span.outline_at:
        return Change.CORRECTION
    if new.span.words_at != old.span.words_at:
        return Change.UPDATE
    return Change.LIFT if old.is_ahead and not new.is_ahead else Change.MINOR


def _least(
    old: Shown | None, new: Shown | None, change: Change, is_open_alike: Callable[[str, str], bool]
) -> Level:
    """The lowest level at which the change can be seen: FULL where only sealed words are others."""
    if old is None or new is None or change not in (Change.UPDATE, Change.MINOR):
        return Level.HEADLINE
    if old.span.face is not Face.ENTRY or old.is_ahead != new.is_ahead:
        return Level.HEADLINE
    outline = ("first_at", "outline_at", "is_corrected")
    if any(getattr(old.span, name) != getattr(new.span, name) for name in outline):
        return Level.HEADLINE
    return Level.FULL if is_open_alike(old.span.version, new.span.version) else Level.HEADLINE
