"""Building generations of feeds beside those that count, and the switch from one to the other.

Every item is placed in what is to come, some at a time, so that others write in between; each act on an item
meanwhile places it there too. The switch is one short commit. Whoever breaks off leaves nothing wrong: what
was begun is taken up again by the next who builds the same, or given up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from time import perf_counter, sleep

from syndicate.core.placement import places_ahead
from syndicate.core.selection import FeedDefinition
from syndicate.service.agency import Agency, Writing
from syndicate.store import feeds, items, spans

BATCH = 100
"""So many items are placed at once: others that write wait for no more than that."""

ROUNDS = 10
"""So often what has happened meanwhile is caught up with in batches; what is left then, in the switch."""

DROPPED = 1000
"""So many places are forgotten at once."""


class Building:
    """The new states of some feeds, being built. `at` is when they begin to count: when they are ready."""

    _seen_until: datetime  # what has happened up to then was known when items were placed

    def __init__(
        self,
        agency: Agency,
        definitions: Mapping[str, FeedDefinition],
        digests: Mapping[str, str],
        at: datetime | None = None,
    ) -> None:
        self._agency = agency
        self._definitions = definitions
        self._digests = dict(digests)
        self._at = at

    def build(self, removed: Collection[str]) -> bool:
        """Place every item, then let the new states count and those of `removed` feeds no more.

        Gives whether it did: not where somebody else has begun to build something else meanwhile.
        """
        self._seen_until = self._begin()
        keys: Sequence[str] = [""]
        while self._digests and (keys := self._next(keys[-1])):
            self._place(keys)
        for _ in range(ROUNDS):
            if len(late := self._catch_up()) <= BATCH:
                break
            for keys in _batches(late):
                self._place(keys)
        with self._agency.writing() as act:
            if feeds.coming_digests(act.connection) != self._digests:
                return False
            for keys in _batches(self._with_edges(act)):
                self._place_in(act, keys, act.now)
            self._switch(act, removed)
            return True

    def _begin(self) -> datetime:
        """Say what is to come; what is left of other buildings is given up.

        History is settled up to then: a clock that is set back cannot hide what is placed from now on.
        """
        with self._agency.writing() as act:
            coming = feeds.coming_digests(act.connection)
            feeds.give_up(
                act.connection, [name for name in coming if coming[name] != self._digests.get(name)], act.now
            )
            for name, digest in self._digests.items():
                if coming.get(name) != digest:
                    feeds.propose(act.connection, self._definitions[name], digest)
            act.changed(is_visible=coming != self._digests)
            return act.now

    def _next(self, after: str) -> list[str]:
        with self._agency.database.snapshot() as connection:
            return items.keys_after(connection, after, BATCH)

    def _catch_up(self) -> list[str]:
        """The items that may be other than they were placed; from now on, only what happens after this."""
        with self._agency.writing() as act:
            late = self._with_edges(act)
            if len(late) > BATCH:
                self._seen_until = act.now
                act.changed(is_visible=False, is_of_terms=False)
        return late

    def _with_edges(self, act: Writing) -> list[str]:
        """The items with which something has happened since they may have been placed."""
        return (
            sorted(spans.keys_with_edges(act.connection, self._seen_until, act.now)) if self._digests else []
        )

    def _place(self, keys: Sequence[str]) -> None:
        """Place some items, and then rest as long as that took: whoever waits to write comes first."""
        with self._agency.writing() as act:
            begun = perf_counter()
            self._place_in(act, keys, self._seen_until)
        sleep(perf_counter() - begun)

    def _place_in(self, act: Writing, keys: Sequence[str], at: datetime) -> None:
        """Place some items as if the new states counted from `at` on."""
        connection = act.connection
        timetable = feeds.timetable(connection)
        if not timetable.coming:
            return
        spans.drop_places_of(connection, keys, [each.id for each in timetable.coming])
        profiles = items.profiles_of_all(connection, keys)
        ahead = [
            (key, each)
            for key, found in spans.spans_of_all(connection, keys).items()
            for each in places_ahead(found, profiles[key], timetable, self._at or at)
        ]
        spans.add_places(connection, ahead)

    def _switch(self, act: Writing, removed: Collection[str]) -> None:
        feeds.switch(act.connection, [*self._digests, *removed], self._at or act.now)
        if self._digests or removed:
            act.changed()


def _batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), BATCH):
        yield keys[start : start + BATCH]


def clear(agency: Agency) -> None:
    """Forget the places of generations that have ended: nothing stands there any more."""
    with agency.database.snapshot() as connection:
        ended = feeds.ended_with_places(connection)
    dropped = DROPPED if ended else 0
    while dropped == DROPPED:
        with agency.writing() as act:
            begun = perf_counter()
            dropped = spans.drop_some_places(act.connection, ended, DROPPED)
        sleep(perf_counter() - begun)
