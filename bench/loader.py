"""The bulk loader: what intake, message by message, and then retention would leave, written in great pieces.

Every row comes from the functions that intake itself uses (excerpt, digests, timeline, places, news); only
the reading of bytes, the lock and the look-ups are left out, since the wire is known. That the tables are
equal is proven in `tests/bench/test_loader.py`. Only a database without items can be loaded.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, update

from bench.wire import SOURCE, Sent
from syndicate.core.change import News, Shown, Where, news, shown
from syndicate.core.life import timeline
from syndicate.core.model import FOREVER, Act, Fact, ReaderClass, Span
from syndicate.core.placement import Generation, Placed, places_of
from syndicate.core.sealed import Sealed
from syndicate.core.selection import Profile
from syndicate.core.story import Version
from syndicate.service.agency import Agency
from syndicate.service.changes import GOOD_FOR
from syndicate.service.preparing import Ready, prepare
from syndicate.store import changes, feeds, items, spans
from syndicate.store.database import Epoch, read_epoch
from syndicate.store.tables import epoch as epoch_table
from syndicate.store.tables import metadata

BATCH = 10_000
"""So many messages are written at once."""

_TABLES = ("items", "messages", "versions", "acts", "spans", "places", "changes")
_NUMBERED = {
    "messages": "id",
    "versions": "id",
    "acts": "id",
    "spans": "id",
    "places": "id",
    "changes": "seq",
}


@dataclass(slots=True)
class Life:
    """What is known of one item so far, and where it stands."""

    ready: Ready
    facts: list[Fact] = field(default_factory=list)
    versions: dict[str, Version] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    made: Mapping[ReaderClass, Sequence[Span]] = field(default_factory=dict)
    placed: list[Placed] = field(default_factory=list)


def load(agency: Agency, wire: Iterable[Sent], now: datetime, tell: Callable[[int], None]) -> None:
    """Load a wire as if it had been taken in, and `now` had come since. `tell` hears how many messages are in."""
    with agency.database.snapshot() as connection:
        generations, epoch = feeds.history(connection), read_epoch(connection)
    loading = _Loading(agency, generations, epoch, now)
    with agency.database.write() as connection:
        _drop_indexes(connection)
    for number, sent in enumerate(wire, 1):
        loading.take(sent)
        if number % BATCH == 0:
            loading.write()
            tell(number)
    loading.end_life()
    loading.write()
    with agency.database.write() as connection:
        _make_indexes(connection)
        _advance_numbers(connection)


class _Loading:
    """The rows that wait to be written, and as much of the past as the next message can change."""

    def __init__(self, agency: Agency, generations: list[Generation], epoch: Epoch, now: datetime) -> None:
        self._agency = agency
        self._generations = generations
        self._n, self._settled_at = epoch.n, epoch.settled_at
        self._raw_from = now - timedelta(days=agency.settings.retention.raw_days)
        self._told_from = now - GOOD_FOR
        self._numbers = {name: count(1) for name in _NUMBERED}
        self._rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self._life: Life | None = None
        self._edges: list[tuple[datetime, str]] = []
        self._lives: dict[str, Life] = {}
        """Those with an edge to come."""

    def take(self, sent: Sent) -> None:
        """One message: its rows, and what is told at its receipt."""
        ready = prepare(sent.message, SOURCE, self._agency.limits)
        if self._life is None or self._life.ready.key != ready.key:
            self.end_life()
            self._life = Life(ready)
            self._add("items", asdict(ready.item))
        life, before = self._life, _shown(self._life.placed, self._settled_at)
        self._add_fact(life, ready, sent)
        life.made = timeline(life.facts)
        every = [span for reader_class in ReaderClass for span in life.made[reader_class]]
        life.placed = places_of(every, life.profiles, self._generations)
        self._n += 1
        self._announce(life, before, sent.received_at)
        for span in every:
            for at in (span.from_at, span.until_at):
                self._watch(life, at, sent.received_at)

    def end_life(self) -> None:
        """No more messages come for the item at hand: its spans and places are final."""
        if self._life is None:
            return
        key = self._life.ready.key
        for row in spans.span_rows(key, self._life.made):
            self._add("spans", row)
        for row in spans.place_rows(key, self._life.placed):
            self._add("places", row)

    def write(self) -> None:
        """Write what waits, and settle up to the last message."""
        with self._agency.database.write() as connection:
            for name in _TABLES:
                if rows := self._rows.pop(name, []):
                    connection.execute(insert(metadata.tables[name]), rows)
            connection.execute(update(epoch_table).values(n=self._n, settled_at=self._settled_at))

    def _add_fact(self, life: Life, ready: Ready, sent: Sent) -> None:
        fact = ready.fact_at(sent.received_at)
        raw = Sealed(sent.body) if sent.received_at >= self._raw_from else None
        digest = hashlib.sha256(sent.body).hexdigest()
        row = {"source": SOURCE.name, "digest": digest, "raw": raw, "received_at": sent.received_at}
        message = self._add("messages", row)
        life.facts.append(fact)
        if isinstance(fact, Act):
            self._add("acts", items.act_row(ready.key, fact, message))
        elif ready.sealed is not None:
            life.versions[fact.digest] = ready.sealed.version
            life.profiles[fact.digest] = ready.sealed.profile
            row = items.version_row(ready.key, ready.sealed, message)
            self._add("versions", row | {"received_at": sent.received_at})

    def _announce(self, life: Life, before: Mapping[Where, Shown], now: datetime) -> None:
        """What the message and the clock have changed, in the order in which it is told."""
        touched = {life.ready.key: (life, before)}
        for due in self._due(now):
            touched.setdefault(due.ready.key, (due, _shown(due.placed, self._settled_at)))
        for key, (each, seen) in sorted(touched.items()):
            for told in news(seen, _shown(each.placed, now), _alike(each)):
                self._tell(key, told, now)
        self._settled_at = now

    def _tell(self, key: str, told: News, now: datetime) -> None:
        number = next(self._numbers["changes"])
        if now >= self._told_from:
            self._rows["changes"].append(changes.change_row(self._n, now, key, told) | {"seq": number})

    def _watch(self, life: Life, at: datetime, now: datetime) -> None:
        if now < at < FOREVER:
            heappush(self._edges, (at, life.ready.key))
            self._lives[life.ready.key] = life

    def _due(self, now: datetime) -> Iterator[Life]:
        """The items with an edge since the last message."""
        while self._edges and self._edges[0][0] <= now:
            _, key = heappop(self._edges)
            yield self._lives[key]
            if all(other != key for _, other in self._edges):
                del self._lives[key]

    def _add(self, table: str, row: dict[str, Any]) -> int:
        """Let a row wait to be written; gives its number, where it has one."""
        if table not in _NUMBERED:
            self._rows[table].append(row)
            return 0
        number = next(self._numbers[table])
        self._rows[table].append(row | {_NUMBERED[table]: number})
        return number


def _shown(placed: Iterable[Placed], now: datetime) -> dict[Where, Shown]:
    """What those with a licence see of an item at a moment: `store.stories.shown_in` without a database."""
    return shown(
        (each.generation.definition.name, each.span) for each in placed if each.from_at <= now < each.until_at
    )


def _alike(life: Life) -> Callable[[str, str], bool]:
    """Whether two versions differ in sealed words alone: `store.changes.are_open_alike` without a database."""

    def sides(digest: str) -> tuple[Any, ...]:
        version = life.versions[digest]
        return (
            *(version.headline, version.ticker_headline, version.excerpt, version.language),
            *(version.urgency, version.subjects, version.kind, version.rights, version.replaces),
        )

    return lambda one, other: one == other or sides(one) == sides(other)


def _drop_indexes(connection: Connection) -> None:
    """Without indexes rows go in by the ten thousand; made afterwards, they are made by sorting."""
    for table in _loaded():
        for index in table.indexes:
            index.drop(connection)


def _make_indexes(connection: Connection) -> None:
    for table in _loaded():
        for index in table.indexes:
            index.create(connection)


def _advance_numbers(connection: Connection) -> None:
    """PostgreSQL counts apart from the rows: it is told how far we have counted."""
    if connection.dialect.name != "postgresql":
        return
    for name, column in _NUMBERED.items():
        last = select(func.coalesce(func.max(metadata.tables[name].c[column]), 1)).scalar_subquery()
        connection.execute(select(func.setval(func.pg_get_serial_sequence(name, column), last)))


def _loaded() -> list[Table]:
    return [metadata.tables[name] for name in _TABLES]
