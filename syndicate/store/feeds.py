"""Feeds: the generations of their files, and which one counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from syndicate.core.model import FOREVER
from syndicate.core.placement import Generation
from syndicate.core.selection import FeedDefinition
from syndicate.store.tables import generations, items


def current(connection: Connection) -> dict[str, Generation]:
    """The generation of each feed that counts now, by the feed's name."""
    rows = connection.execute(
        _GENERATION.where(generations.c.until_at == FOREVER).order_by(generations.c.feed)
    )
    return {row.feed: _generation(row) for row in rows}


def names_today(connection: Connection) -> dict[str, str]:
    """The name of each renamed feed now, by its old names."""
    return {
        alias: name
        for name, generation in current(connection).items()
        for alias in generation.definition.aliases
    }


def current_digests(connection: Connection) -> dict[str, str]:
    """The digest of each feed file that counts now, by the feed's name."""
    rows = connection.execute(
        select(generations.c.feed, generations.c.digest).where(generations.c.until_at == FOREVER)
    )
    return {row.feed: row.digest for row in rows}


def history(connection: Connection, feed: str | None = None) -> list[Generation]:
    """Every generation, oldest first; of one feed or of all."""
    query = _EVERY if feed is None else _EVERY.where(generations.c.feed == feed)
    return [_generation(row) for row in connection.execute(query)]


def begin(connection: Connection, definition: FeedDefinition, digest: str, now: datetime) -> None:
    """Start a new generation of a feed; the one before must have ended."""
    connection.execute(
        insert(generations).values(
            feed=definition.name,
            digest=digest,
            definition=definition,
            from_at=now,
            until_at=FOREVER,
        )
    )


def end(connection: Connection, feed: str, now: datetime) -> None:
    """End the generation of a feed that counts now."""
    connection.execute(
        update(generations)
        .where(generations.c.feed == feed, generations.c.until_at == FOREVER)
        .values(until_at=now)
    )


def every_key(connection: Connection) -> Iterator[str]:
    """The keys of all items, in order."""
    yield from connection.execute(select(items.c.key).order_by(items.c.key)).scalars()


_GENERATION = select(
    generations.c.id,
    generations.c.feed,
    generations.c.definition,
    generations.c.from_at,
    generations.c.until_at,
)
_EVERY = _GENERATION.order_by(generations.c.id)


def _generation(row: Any) -> Generation:
    return Generation(row.id, row.definition, row.from_at, row.until_at)
