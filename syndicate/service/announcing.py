"""Announcing: what an act, or the clock, has changed of items is written down, under the write lock.

History is announced up to `settled_at` of the epoch, in the very commit that settles it. So what was
announced last of an item is what showed then, and what is to be announced is what shows now: of the items
that the act touched, and of those with an edge (an embargo's end, an expiry, an archive's) in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as Keys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from syndicate.core.change import Change, News, Shown, Where, news, shown
from syndicate.core.model import Face, Level, ReaderClass
from syndicate.core.placement import Placed
from syndicate.store import changes, spans, stories
from syndicate.store.changes import Archive

if TYPE_CHECKING:
    from syndicate.service.agency import Agency

Seen = Mapping[Where, Shown]


class Announcer:
    """Announces what one act changes. `settled_at` is up to when everything was announced before it."""

    def __init__(self, connection: Connection, settled_at: datetime) -> None:
        self._connection = connection
        self._settled_at = settled_at
        self._before: dict[str, Seen] = {}
        self._placed: dict[str, Sequence[Placed]] = {}
        self._rewritten: set[str] = set()

    def touch(self, key: str, has_spans: bool) -> None:
        """Remember what was announced of an item, before its spans are made anew, if it has any."""
        if key not in self._before:
            seen = stories.shown_in(self._connection, [key], self._settled_at) if has_spans else {}
            self._before[key] = seen.get(key, {})

    def place(self, key: str, placed: Sequence[Placed]) -> None:
        """Say where an item stands from now on, so that it need not be looked up."""
        self._placed[key] = placed

    def rewrite(self, keys: Iterable[str]) -> None:
        """Say that items read otherwise now, though nothing in their lives has changed."""
        self._rewritten |= set(keys)

    def announce(self, n: int, now: datetime, archives: Iterable[Archive]) -> bool:
        """Write down all that there is to tell at `now`, as of epoch `n`; whether there was anything."""
        now = max(now, self._settled_at)
        due = spans.keys_with_edges(self._connection, self._settled_at, now) - self._before.keys()
        earlier = stories.shown_in(self._connection, due, self._settled_at) if due else {}
        before: dict[str, Seen] = {key: earlier.get(key, {}) for key in due} | self._before
        after = self._after(before.keys(), now)
        told = [
            (key, each)
            for key in sorted(before)
            for each in news(before[key], after.get(key, {}), self._alike(key))
        ]
        told += self._rewritten_news(before, after, now)
        changes.add_changes(self._connection, n, now, told)
        return self._announce_archives(n, now, archives) or bool(told)

    def _after(self, keys: Keys[str], now: datetime) -> Mapping[str, Seen]:
        looked_up = keys - self._placed.keys()
        after: dict[str, Seen] = dict(stories.shown_in(self._connection, looked_up, now)) if looked_up else {}
        for key, placed in self._placed.items():
            standing = (each for each in placed if each.from_at <= now < each.until_at)
            after[key] = shown((each.generation.definition.name, each.span) for each in standing)
        return after

    def _alike(self, key: str) -> Callable[[str, str], bool]:
        return lambda one, other: one == other or changes.are_open_alike(self._connection, key, one, other)

    def _rewritten_news(
        self, before: Mapping[str, Seen], after: Mapping[str, Seen], now: datetime
    ) -> list[tuple[str, News]]:
        """Items that read otherwise: also those that name an item which a class sees now for the first time."""
        first = [key for key, seen in after.items() if _classes(seen) - _classes(before[key])]
        keys = self._rewritten | (changes.substitutes_of(self._connection, first) if first else set())
        shown = stories.shown_in(self._connection, keys - before.keys(), now) if keys else {}
        return [
            (key, News(feed, reader_class, Change.MINOR, Level.HEADLINE))
            for key, seen in shown.items()
            for feed, reader_class in seen
        ]

    def _announce_archives(self, n: int, now: datetime, archives: Iterable[Archive]) -> bool:
        """Items that have become too old for the archive days of a licence that is not over."""
        has_told = False
        for days in (each.days for each in archives if each.ends_at > now):
            past = _past(days)
            keys = spans.keys_first_seen(self._connection, self._settled_at - past, now - past)
            shown = stories.shown_in(self._connection, keys, now) if keys else {}
            told = [
                (key, News(feed, reader_class, Change.EXPIRE, Level.HEADLINE))
                for key, seen in shown.items()
                for (feed, reader_class), each in seen.items()
                if each.span.face is Face.ENTRY
            ]
            changes.add_changes(self._connection, n, now, told, days)
            has_told = has_told or bool(told)
        return has_told


def _classes(seen: Seen) -> set[ReaderClass]:
    return {reader_class for (_, reader_class), each in seen.items() if each.span.face is Face.ENTRY}


def _past(days: int) -> timedelta:
    """How long ago an item was first seen that is just too old: `Licence.reaches_back_to` counts the last tick."""
    return timedelta(days=days, microseconds=1)


def settle(agency: Agency) -> None:
    """Announce what the clock has brought; a clock set back later does not hide again what was shown.

    Whoever comes first does it: the worker each second, or a partner who asks.
    """
    moment = agency.moment()
    settled_at = moment.epoch.settled_at
    with agency.database.snapshot() as connection:
        is_due = bool(spans.keys_with_edges(connection, settled_at, moment.now)) or any(
            spans.keys_first_seen(connection, settled_at - _past(each.days), moment.now - _past(each.days))
            for each in changes.archives(connection)
            if each.ends_at > moment.now
        )
    if is_due:
        with agency.writing() as act:
            act.changed(is_visible=False, is_of_terms=False)
