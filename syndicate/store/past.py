"""The past of items: where they stood, through every generation of every feed, worked out from the facts.

Nothing of it is kept, since it follows from spans and generations and few ask.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from syndicate.core.model import Face, Level, ReaderClass
from syndicate.core.placement import Placed, places_of
from syndicate.store import feeds, items
from syndicate.store.spans import spans_of_all


def places_until(connection: Connection, keys: Collection[str], now: datetime) -> dict[str, list[Placed]]:
    """Where items have stood up to `now`, or stand: every place that has begun, by key."""
    if not keys:
        return {}
    generations = feeds.history(connection)
    profiles = items.profiles_of_all(connection, keys)
    return {
        key: [each for each in places_of(found, profiles[key], generations) if each.from_at <= now]
        for key, found in spans_of_all(connection, keys).items()
    }


def classes_that_saw(
    connection: Connection, keys: Collection[str], now: datetime
) -> dict[str, frozenset[ReaderClass]]:
    """For each of these items, the classes that have seen it as an entry, in a feed that they may read."""
    return {
        key: frozenset(
            each.span.reader_class
            for each in placed
            if each.span.face is Face.ENTRY
            and (each.span.reader_class is not ReaderClass.PUBLIC or each.public >= Level.HEADLINE)
        )
        for key, placed in places_until(connection, keys, now).items()
    }


def was_killed_for(
    connection: Connection,
    key: str,
    now: datetime,
    reader_class: ReaderClass,
    public: Level = Level.NOTHING,
    in_feeds: Collection[str] | None = None,
) -> bool:
    """Whether the item is killed, and stood for the class in a feed (of those) of that public level or more."""
    mine = [span for span in spans_of_all(connection, [key])[key] if span.reader_class is reader_class]
    if not any(span.face is Face.KILL and span.from_at <= now for span in mine):
        return False
    return any(
        each.span.reader_class is reader_class
        and each.span.face is Face.ENTRY
        and each.public >= public
        and (in_feeds is None or each.generation.definition.name in in_feeds)
        for each in places_until(connection, [key], now)[key]
    )
