"""Spans and places: what follows from the facts, and the stories of a feed at a moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    union_all,
)

from syndicate.core.change import Shown, Where, shown
from syndicate.core.model import FOREVER, Deed, Face, Level, ReaderClass, Span
from syndicate.core.placement import Placed
from syndicate.core.story import Place, Story
from syndicate.store.columns import unindexed
from syndicate.store.items import OPEN_SIDES, version_from
from syndicate.store.tables import acts, items, places, spans, versions


def replace_spans(
    connection: Connection, key: str, made: Mapping[ReaderClass, Sequence[Span]], placed: Iterable[Placed]
) -> bool:
    """Put the spans and places of an item in place of the old ones; whether anything is other than before."""
    new = [span for reader_class in ReaderClass for span in made[reader_class]]
    if set(spans_of(connection, key)) == set(new):
        return False
    connection.execute(_DELETE_SPANS, {"of": key})
    add_spans(connection, key, made, placed)
    return True


_DELETE_SPANS = delete(spans).where(spans.c.key == bindparam("of"))


def add_spans(
    connection: Connection, key: str, made: Mapping[ReaderClass, Sequence[Span]], placed: Iterable[Placed]
) -> bool:
    """Write down the spans and places of an item that has none; whether there are any."""
    new = [span for reader_class in ReaderClass for span in made[reader_class]]
    if not new:
        return False
    ids = connection.execute(_ADD_SPANS, [span_row(key, span) for span in new]).scalars()
    add_places(connection, key, placed, dict(zip(new, ids, strict=True)))
    return True


_ADD_SPANS = insert(spans).returning(spans.c.id, sort_by_parameter_order=True)


def spans_of(connection: Connection, key: str) -> list[Span]:
    """Every span of an item, oldest first."""
    return [_span(row) for row in connection.execute(_SPANS_OF, {"of": key})]


def span_ids(connection: Connection, key: str) -> dict[Span, int]:
    """The ids of the spans of an item."""
    rows = connection.execute(_SPAN.add_columns(spans.c.id).where(spans.c.key == key))
    return {_span(row): row.id for row in rows}


def add_places(connection: Connection, key: str, placed: Iterable[Placed], ids: Mapping[Span, int]) -> None:
    """Write down where the spans of an item stand."""
    rows = [place_row(key, each, ids[each.span]) for each in placed]
    if rows:
        connection.execute(_ADD_PLACES, rows)


_ADD_PLACES = insert(places)


def place_row(key: str, placed: Placed, span: int) -> dict[str, Any]:
    """A place as a row; `span` is the id of its span."""
    return {
        "generation": placed.generation.id,
        "span": span,
        "feed": placed.generation.definition.name,
        "key": key,
        "reader_class": placed.span.reader_class.value,
        "face": placed.span.face.value,
        "public": int(placed.public),
        "from_at": placed.from_at,
        "until_at": placed.until_at,
        "outline_at": placed.span.outline_at,
        "words_at": placed.span.words_at,
    }


def drop_places(connection: Connection, feed: str) -> None:
    """Forget where items stand in a feed, before they are placed anew under its new generation."""
    connection.execute(delete(places).where(places.c.feed == feed))


def span_row(key: str, span: Span) -> dict[str, Any]:
    """A span as a row."""
    values = {name: getattr(span, name) for name in _SPAN_NAMES}
    return values | {"key": key, "reader_class": span.reader_class.value, "face": span.face.value}


_SPAN_COLUMNS = (
    spans.c.reader_class,
    spans.c.from_at,
    spans.c.until_at,
    spans.c.version,
    spans.c.face,
    spans.c.first_at,
    spans.c.outline_at,
    spans.c.words_at,
    spans.c.is_corrected,
    spans.c.ordinal,
)
_SPAN = select(*_SPAN_COLUMNS)
_SPANS_OF = _SPAN.where(spans.c.key == bindparam("of")).order_by(spans.c.from_at, spans.c.id)
_SPAN_NAMES = [column.name for column in _SPAN_COLUMNS]


def _span(row: Any) -> Span:
    return Span(
        reader_class=ReaderClass(row.reader_class),
        from_at=row.from_at,
        until_at=row.until_at,
        version=row.version,
        face=Face(row.face),
        first_at=row.first_at,
        outline_at=row.outline_at,
        words_at=row.words_at,
        is_corrected=bool(row.is_corrected),
        ordinal=row.ordinal,
    )


# The stories of a feed


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
    newest = (
        select(places.c.key)
        .where(
            places.c.reader_class == ReaderClass.PUBLIC.value,
            places.c.face == Face.ENTRY.value,
            places.c.public >= int(Level.HEADLINE),
            _STANDING,
        )
        .order_by(places.c.outline_at.desc(), places.c.key)
    )
    keys: dict[str, None] = {}
    with connection.execute(
        newest, {"now": now}
    ) as rows:  # an item has a row for each feed: read on until there are enough
        for key in rows.scalars():
            keys[key] = None
            if len(keys) == limit:
                break
    found = find_stories(connection, list(keys), now, limits)
    return [found[key] for key in keys]


_STORY: Select[Any] = (
    select(*_SPAN_COLUMNS, *OPEN_SIDES, items.c.uri, places.c.feed, places.c.public)
    .select_from(places)
    .join(spans, spans.c.id == places.c.span)
    .join(versions, and_(versions.c.key == places.c.key, versions.c.digest == spans.c.version))
    .join(items, items.c.key == places.c.key)
)

_NOW = bindparam("now", type_=places.c.from_at.type)
_STANDING = and_(unindexed(places.c.from_at) <= _NOW, unindexed(places.c.until_at) > _NOW)
"""Nearly every place stands, so what is looked for is found by other columns and in their order."""
_WINDOW = _STORY.where(
    places.c.feed == bindparam("feed"),
    places.c.reader_class == bindparam("reader_class"),
    places.c.face == bindparam("face"),
    _STANDING,
).limit(bindparam("limit"))
_BY_WORDS = _WINDOW.order_by(places.c.words_at.desc(), places.c.key)
_BY_OUTLINE = _WINDOW.order_by(places.c.outline_at.desc(), places.c.key)
_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)


def _stories(
    connection: Connection, rows: Sequence[Row[Any]], reader_class: ReaderClass, now: datetime, limits: str
) -> list[Story]:
    """The rows as stories, each with the public's view of it too (an item's address depends on that)."""
    keys = [row.key for row in rows] if reader_class is not ReaderClass.PUBLIC else []
    public_rows = _by_key(connection, keys, ReaderClass.PUBLIC, now)
    replaced = _seen_replaced(connection, [row.replaces for row in rows if row.replaces], now)
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
        spans={ReaderClass(row.reader_class): _span(row) for row in rows},
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


def _seen_replaced(
    connection: Connection, keys: Sequence[str], now: datetime
) -> dict[str, frozenset[ReaderClass]]:
    """For each replaced item, the classes that had seen it, in a feed that they may read."""
    if not keys:
        return {}
    seen: dict[str, set[ReaderClass]] = {}
    for row in connection.execute(_SEEN, {"keys": list(keys), "now": now}):
        seen.setdefault(row.key, set()).add(ReaderClass(row.reader_class))
    return {key: frozenset(classes) for key, classes in seen.items()}


_SEEN = (
    select(places.c.key, places.c.reader_class)
    .where(
        places.c.key.in_(_KEYS),
        places.c.face == Face.ENTRY.value,
        places.c.from_at <= _NOW,
        or_(places.c.reader_class != ReaderClass.PUBLIC.value, places.c.public >= int(Level.HEADLINE)),
    )
    .distinct()
)


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
    replaced = _seen_replaced(connection, replaces, now)
    return {key: _story(rows, limits, replaced) for key, rows in found.items()}


_STORIES = _STORY.where(places.c.key.in_(_KEYS), _STANDING).order_by(
    places.c.key, places.c.feed, places.c.reader_class
)


def was_killed_for(
    connection: Connection,
    key: str,
    now: datetime,
    reader_class: ReaderClass,
    public: Level = Level.NOTHING,
    in_feeds: Collection[str] | None = None,
) -> bool:
    """Whether the item is killed, and stood for the class in a feed (of those) of that public level or more."""
    killed = select(spans.c.id).where(
        spans.c.key == key,
        spans.c.reader_class == reader_class.value,
        spans.c.face == Face.KILL.value,
        spans.c.from_at <= now,
    )
    shown = select(places.c.id).where(
        places.c.key == key,
        places.c.reader_class == reader_class.value,
        places.c.face == Face.ENTRY.value,
        places.c.public >= int(public),
        places.c.from_at <= now,
    )
    if in_feeds is not None:
        shown = shown.where(places.c.feed.in_(in_feeds))
    return all(connection.execute(query).first() is not None for query in (killed, shown))


def shown_in(connection: Connection, keys: Collection[str], now: datetime) -> dict[str, dict[Where, Shown]]:
    """What those with a licence see of items at a moment, in each feed; nothing for those that stand nowhere."""
    if not keys:
        return {}
    rows = connection.execute(_SHOWN, {"keys": list(keys), "now": now})
    standing: dict[str, list[tuple[str, Span]]] = {}
    for row in rows:
        standing.setdefault(row.key, []).append((row.feed, _span(row)))
    return {key: shown(each) for key, each in standing.items()}


_SHOWN = (
    select(*_SPAN_COLUMNS, places.c.key, places.c.feed)
    .join_from(places, spans, spans.c.id == places.c.span)
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
                places.c.feed == feed,
                places.c.reader_class == reader_class.value,
                places.c.face == Face.ENTRY.value,
                places.c.key > after,
                _STANDING,
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


def notices_at(connection: Connection, now: datetime) -> dict[str, tuple[Face, datetime]]:
    """Every item that is killed, or held from those with a licence, and since when."""
    held = select(spans.c.key, spans.c.words_at).where(
        spans.c.face == Face.HOLD.value, spans.c.from_at <= now, spans.c.until_at > now
    )
    notices = {row.key: (Face.HOLD, row.words_at) for row in connection.execute(held)}
    killed = (
        select(acts.c.key, func.min(acts.c.received_at).label("at"))
        .where(acts.c.deed == Deed.KILL.value, acts.c.received_at <= now)
        .group_by(acts.c.key)
    )
    return notices | {row.key: (Face.KILL, row.at) for row in connection.execute(killed)}


def keys_with_edges(connection: Connection, after: datetime, until: datetime) -> set[str]:
    """The items of which a span begins or ends in (`after`, `until`]."""
    return set(connection.execute(_WITH_EDGES, {"after": after, "until": until}).scalars())


_AFTER, _UNTIL = (bindparam(name, type_=spans.c.from_at.type) for name in ("after", "until"))
_WITH_EDGES = union_all(
    *(
        select(spans.c.key).where(column > _AFTER, column <= _UNTIL)
        for column in (spans.c.from_at, spans.c.until_at)
    )
)


def keys_first_seen(connection: Connection, after: datetime, until: datetime) -> set[str]:
    """The items that a class saw first in (`after`, `until`]."""
    first = select(spans.c.key).where(spans.c.first_at > after, spans.c.first_at <= until)
    return set(connection.execute(first).scalars())


# Times of change


def changed_at(
    connection: Connection, feed: str, reader_class: ReaderClass, now: datetime
) -> datetime | None:
    """When anything last came into, changed in, or left a feed for a class."""
    asked = {"feed": feed, "reader_class": reader_class.value, "now": now}
    times = connection.execute(_CHANGED_AT, asked).one()
    return max((at for at in times if at is not None), default=None)


_IN_FEED = and_(places.c.feed == bindparam("feed"), places.c.reader_class == bindparam("reader_class"))
_CHANGED_AT = select(
    *(
        select(func.max(column)).where(_IN_FEED, column <= _NOW).scalar_subquery()
        for column in (places.c.from_at, places.c.until_at)
    )
)


def next_span_edge(connection: Connection, now: datetime, key: str | None = None) -> datetime:
    """The earliest time after `now` at which a span begins or ends: of one item, or of any."""
    query, asked = (_NEXT_EDGE, {"now": now}) if key is None else (_NEXT_EDGE_OF, {"now": now, "key": key})
    times = connection.execute(query, asked).one()
    return min((at for at in times if at is not None), default=FOREVER)


def _next_edge(*which: ColumnElement[bool]) -> Select[Any]:
    return select(
        *(
            select(func.min(column)).where(column > _NOW, *which).scalar_subquery()
            for column in (spans.c.from_at, spans.c.until_at)
        )
    )


_NEXT_EDGE = _next_edge()
_NEXT_EDGE_OF = _next_edge(spans.c.key == bindparam("key"))
