"""Feeds: the generations of their files, which one counts, and which are being built beside it.

One that is being built counts from `FOREVER`; one that was given up before it counted ends when it begins.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, exists, insert, select, update

from syndicate.core.model import FOREVER
from syndicate.core.placement import Generation, Timetable
from syndicate.core.selection import FeedDefinition
from syndicate.store.glance import Glance, rows_of
from syndicate.store.tables import generations, places

_GENERATION = select(
    generations.c.id,
    generations.c.definition,
    generations.c.from_at,
    generations.c.until_at,
)
_COUNTED = _GENERATION.where(generations.c.from_at < generations.c.until_at).order_by(generations.c.id)
_COUNTS = (generations.c.from_at < FOREVER, generations.c.until_at == FOREVER)
_CURRENT = _GENERATION.where(*_COUNTS)
_COMING = generations.c.from_at == FOREVER
_NOW = bindparam("now", type_=generations.c.from_at.type)


def counting(feed: str | BindParameter[str] | None = None) -> Select[tuple[int]]:
    """The ids of the generations that count at the time that is bound as `now`: of one feed, or of all."""
    query = select(generations.c.id).where(generations.c.from_at <= _NOW, generations.c.until_at > _NOW)
    return query if feed is None else query.where(generations.c.feed == feed)


def current(reading: Connection | Glance) -> dict[str, Generation]:
    """The generation of each feed that counts now, by the feed's name and in that order."""
    made = {each.definition.name: each for each in map(_generation, rows_of(reading, _CURRENT))}
    return dict(sorted(made.items()))


def names_today(reading: Connection | Glance) -> dict[str, str]:
    """The name of each renamed feed now, by its old names."""
    return {
        alias: name
        for name, generation in current(reading).items()
        for alias in generation.definition.aliases
    }


def current_digests(connection: Connection) -> dict[str, str]:
    """The digest of each feed file that counts now, by the feed's name."""
    rows = connection.execute(select(generations.c.feed, generations.c.digest).where(*_COUNTS))
    return {row.feed: row.digest for row in rows}


def history(connection: Connection, feed: str | None = None) -> list[Generation]:
    """Every generation that counts or has counted, oldest first; of one feed or of all."""
    query = _COUNTED if feed is None else _COUNTED.where(generations.c.feed == feed)
    return [_generation(row) for row in connection.execute(query)]


def timetable(connection: Connection) -> Timetable:
    """Every generation, also those that are being built."""
    coming = connection.execute(_GENERATION.where(_COMING).order_by(generations.c.id))
    return Timetable(tuple(history(connection)), tuple(map(_generation, coming)))


# Building


def coming_digests(connection: Connection) -> dict[str, str]:
    """The digest of each feed file of which a generation is being built, by the feed's name."""
    rows = connection.execute(select(generations.c.feed, generations.c.digest).where(_COMING))
    return {row.feed: row.digest for row in rows}


def propose(connection: Connection, definition: FeedDefinition, digest: str) -> None:
    """Add a generation that is to be built."""
    connection.execute(
        insert(generations).values(
            feed=definition.name, digest=digest, definition=definition, from_at=FOREVER, until_at=FOREVER
        )
    )


def give_up(connection: Connection, names: Collection[str], now: datetime) -> None:
    """Give up what is being built for these feeds."""
    which = (_COMING, generations.c.feed.in_(names))
    connection.execute(update(generations).where(*which).values(from_at=now, until_at=now))


def switch(connection: Connection, ending: Iterable[str], now: datetime) -> None:
    """From `now` on what was being built counts, and what counted for the feeds that are `ending` does not."""
    connection.execute(
        update(generations).where(generations.c.feed.in_(list(ending)), *_COUNTS).values(until_at=now)
    )
    connection.execute(update(generations).where(_COMING).values(from_at=now))


def ended_with_places(connection: Connection) -> list[int]:
    """The generations that have ended and whose places are there still."""
    is_kept = exists().where(places.c.generation == generations.c.id)
    return list(
        connection.execute(
            select(generations.c.id).where(generations.c.until_at < FOREVER, is_kept)
        ).scalars()
    )


def _generation(row: Sequence[Any]) -> Generation:
    return Generation(*row)
