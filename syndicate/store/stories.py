"""Stories: what stands in a feed, in the ticker or by key at a moment, as the gate is shown it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, Select, and_, bindparam, func, select, union_all

from syndicate.core.change import Shown, Where, shown
from syndicate.core.model import Face, Level, ReaderClass, Span
from syndicate.core.story import Place, Story
from syndicate.store import feeds
from syndicate.store.columns import unindexed
from syndicate.store.items import OPEN_SIDES, version_from
from syndicate.store.past import classes_that_saw, places_until
from syndicate.store.spans import SPAN_COLUMNS, span_from
from syndicate.store.tables import items, places, spans, versions


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a feed is asked for: a class's view, in the order of what its level shows."""

    feed: str
    reader_class: ReaderClass
    level: Level
    entries: int
    notices: int


def feed_stories(connection: Connection, window: Window, now: datetime, limits: str) -> list[Story]:
    """The stories that stand in a feed for a class now, newest first: entries up to the window, and notices."""
    query = _BY_WORDS if window.level is Level.FULL else _BY_OUTLINE
    found: list[Row[Any]] = []
    for face, limit in (
        (Face.ENTRY, window.entries),
        (Face.HOLD, window.notices),
        (Face.KILL, window.notices),
    ):
        asked = {"feed": window.feed, "reader_class": window.reader_class.value, "face": face.value}
        found += connection.execute(query, asked | {"now": now, "limit": limit})
    found.sort(key=lambda row: row.key)
    found.sort(key=lambda row: row.words_at if window.level is Level.FULL else row.outline_at, reverse=True)
    return _stories(connection, found, window.reader_class, now, limits)


def ticker_stories(connection: Connection, now: datetime, limit: int, limits: str) -> list[Story]:
    """The newest stories that the public sees at HEADLINE or more in any feed, each once."""
    open_feeds = [
        name for name, each in feeds.current(connection).items() if each.definition.public >= Level.HEADLINE
    ]
    if not open_feeds:
        return []
    newest = union_all(*(select(_newest_of(feed, limit).subquery()) for feed in open_feeds)).subquery()
    each_once = select(newest.c.key, newest.c.outline_at).distinct()
    query = each_once.order_by(newest.c.outline_at.desc(), newest.c.key).limit(limit)
    keys = [row.key for row in connection.execute(query, {"now": now})]
    found = find_stories(connection, keys, now, limits)
    return [found[key] for key in keys]


def _newest_of(feed: str, limit: int) -> Select[Any]:
    return (
        select(places.c.key, places.c.outline_at)
        .where(
            places.c.generation == feeds.counting(feed).scalar_subquery(),
            places.c.reader_class == ReaderClass.PUBLIC.value,
            places.c.face == Face.ENTRY.value,
            _NOW_WITHIN,
        )
        .order_by(places.c.outline_at.desc(), places.c.key)
        .limit(limit)
    )


_OF_PLACE = and_(
    spans.c.key == places.c.key,
    spans.c.reader_class == places.c.reader_class,
    spans.c.from_at == places.c.from_at,
)
_STORY: Select[Any] = (
    select(*SPAN_COLUMNS, *OPEN_SIDES, items.c.uri, places.c.feed, places.c.public)
    .select_from(places)
    .join(spans, _OF_PLACE)
    .join(versions, and_(versions.c.key == places.c.key, versions.c.digest == spans.c.version))
    .join(items, items.c.key == places.c.key)
)

_NOW = bindparam("now", type_=places.c.from_at.type)
_NOW_WITHIN = and_(unindexed(places.c.from_at) <= _NOW, unindexed(places.c.until_at) > _NOW)
"""Nearly every place stands, so what is looked for is found by other columns and in their order."""
_STANDING = and_(_NOW_WITHIN, unindexed(places.c.generation).in_(feeds.counting()))
_IN_FEED = and_(
    places.c.generation == feeds.counting(bindparam("feed")).scalar_subquery(),
    places.c.reader_class == bindparam("reader_class"),
)
_WINDOW = _STORY.where(_IN_FEED, places.c.face == bindparam("face"), _NOW_WITHIN).limit(bindparam("limit"))
_BY_WORDS = _WINDOW.order_by(places.c.words_at.desc(), places.c.key)
_BY_OUTLINE = _WINDOW.order_by(places.c.outline_at.desc(), places.c.key)
_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)


def _stories(
    connection: Connection, rows: Sequence[Row[Any]], reader_class: ReaderClass, now: datetime, limits: str
) -> list[Story]:
    """The rows as stories, each with the public's view of it too (an item's address depends on that)."""
    keys = [row.key for row in rows] if reader_class is not ReaderClass.PUBLIC else []
    public_rows = _by_key(connection, keys, ReaderClass.PUBLIC, now)
    replaced = classes_that_saw(connection, [row.replaces for row in rows if row.replaces], now)
    stories = []
    for row in rows:
        beside = [] if reader_class is ReaderClass.PUBLIC else public_rows.get(row.key, [])
        stories.append(_story([row, *beside], limits, replaced))
    return stories


def _story(rows: Sequence[Any], limits: str, replaced: Mapping[str, frozenset[ReaderClass]]) -> Story:
    """`replaced` tells who had seen an item that one of the versions names; each class is asked for its own."""
    return Story(
        key=rows[0].key,
        uri=rows[0].uri,
        spans={ReaderClass(row.reader_class): span_from(row) for row in rows},
        places=tuple(
            Place(row.feed, ReaderClass(row.reader_class), Face(row.face), Level(row.public)) for row in rows
        ),
        versions={row.digest: version_from(row, limits) for row in rows},
        replaced_for=frozenset(
            ReaderClass(row.reader_class)
            for row in rows
            if row.reader_class in replaced.get(row.replaces, frozenset())
        ),
    )


def _by_key(
    connection: Connection, keys: Sequence[str], reader_class: ReaderClass, now: datetime
) -> dict[str, list[Row[Any]]]:
    if not keys:
        return {}
    found: dict[str, list[Row[Any]]] = {}
    asked = {"keys": list(keys), "reader_class": reader_class.value, "now": now}
    for row in connection.execute(_STORIES_FOR, asked):
        found.setdefault(row.key, []).append(row)
    return found


_STORIES_FOR = _STORY.where(
    places.c.key.in_(_KEYS), places.c.reader_class == bindparam("reader_class"), _STANDING
).order_by(places.c.key, places.c.feed)


# One story


def find_story(connection: Connection, key: str, now: datetime, limits: str) -> Story | None:
    """One item at one moment, with every place where it stands for every class; None when it stands nowhere."""
    return find_stories(connection, [key], now, limits).get(key)


def find_stories(connection: Connection, keys: Sequence[str], now: datetime, limits: str) -> dict[str, Story]:
    """Items at one moment, by key; those that stand nowhere are left out."""
    found: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(_STORIES, {"keys": list(keys), "now": now}) if keys else ():
        found.setdefault(row.key, []).append(row)
    replaces = [row.replaces for rows in found.values() for row in rows if row.replaces]
    replaced = classes_that_saw(connection, replaces, now)
    return {key: _story(rows, limits, replaced) for key, rows in found.items()}


_STORIES = _STORY.where(places.c.key.in_(_KEYS), _STANDING).order_by(
    places.c.key, places.c.feed, places.c.reader_class
)


def story_at(connection: Connection, key: str, at: datetime, limits: str) -> Story | None:
    """One item as it was or will be at any moment, by the feeds of then; None where it stands nowhere."""
    placed = [each for each in places_until(connection, [key], at)[key] if at < each.until_at]
    wanted = {each.span.version for each in placed}
    rows = connection.execute(_OPEN, {"key": key, "digests": list(wanted)}).all() if wanted else []
    if not rows:
        return None
    saw = classes_that_saw(connection, {row.replaces for row in rows if row.replaces}, at)
    replaces = {row.digest: row.replaces for row in rows}
    spans = {each.span.reader_class: each.span for each in placed}
    return Story(
        key=key,
        uri=rows[0].uri,
        spans=spans,
        places=tuple(
            Place(each.generation.definition.name, each.span.reader_class, each.span.face, each.public)
            for each in placed
        ),
        versions={row.digest: version_from(row, limits) for row in rows},
        replaced_for=frozenset(
            reader_class
            for reader_class, span in spans.items()
            if reader_class in saw.get(replaces[span.version], frozenset())
        ),
    )


_OPEN = (
    select(*OPEN_SIDES, items.c.uri)
    .join_from(versions, items, items.c.key == versions.c.key)
    .where(
        versions.c.key == bindparam("key"),
        versions.c.digest.in_(bindparam("digests", expanding=True)),
    )
)


def shown_in(connection: Connection, keys: Collection[str], now: datetime) -> dict[str, dict[Where, Shown]]:
    """What those with a licence see of items at a moment, in each feed; nothing for those that stand nowhere."""
    if not keys:
        return {}
    rows = connection.execute(_SHOWN, {"keys": list(keys), "now": now})
    standing: dict[str, list[tuple[str, Span]]] = {}
    for row in rows:
        standing.setdefault(row.key, []).append((row.feed, span_from(row)))
    return {key: shown(each) for key, each in standing.items()}


_SHOWN = (
    select(*SPAN_COLUMNS, places.c.key, places.c.feed)
    .join_from(places, spans, _OF_PLACE)
    .where(places.c.key.in_(_KEYS), places.c.reader_class != ReaderClass.PUBLIC.value, _STANDING)
)


def keys_in(
    connection: Connection, where: Collection[Where], now: datetime, after: str, limit: int
) -> list[str]:
    """The next items by key that stand as entries in any of these feeds, each for its class."""
    if not where:
        return []
    parts = [
        select(
            select(places.c.key)
            .where(
                places.c.generation == feeds.counting(feed).scalar_subquery(),
                places.c.reader_class == reader_class.value,
                places.c.face == Face.ENTRY.value,
                places.c.key > after,
                _NOW_WITHIN,
            )
            .order_by(places.c.key)
            .limit(limit)
            .subquery()
        )
        for feed, reader_class in sorted(where)
    ]
    found = union_all(*parts).subquery()
    query = select(found.c.key).distinct().order_by(found.c.key).limit(limit)
    return list(connection.execute(query, {"now": now}).scalars())


# Times of change


def left_at(connection: Connection, feed: str, reader_class: ReaderClass, now: datetime) -> datetime | None:
    """When anything last left a feed for a class, or came to stand otherwise in it."""
    asked = {"feed": feed, "reader_class": reader_class.value, "now": now}
    left: datetime | None = connection.execute(_LEFT_AT, asked).scalar_one()
    return left


_LEFT_AT = select(func.max(places.c.until_at)).where(_IN_FEED, places.c.until_at <= _NOW)
