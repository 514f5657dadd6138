"""Spans and places as rows: what follows from the facts of an item, made anew whenever one comes.

Places are kept for the generations of feeds that count or are being built; where an item stood before is
worked out in `past`. A place has the times of its span, and shows while its generation counts too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, delete, func, insert, select, union_all

from syndicate.core.model import FOREVER, Deed, Face, ReaderClass, Span
from syndicate.core.placement import Placed
from syndicate.store.columns import unindexed
from syndicate.store.tables import acts, places, spans


def replace_spans(
    connection: Connection, key: str, made: Mapping[ReaderClass, Sequence[Span]], placed: Iterable[Placed]
) -> bool:
    """Put the spans and places of an item in place of the old ones; whether anything is other than before."""
    new = [span for reader_class in ReaderClass for span in made[reader_class]]
    if set(spans_of(connection, key)) == set(new):
        return False
    for query in (_DELETE_PLACES, _DELETE_SPANS):
        connection.execute(query, {"of": key})
    if new:
        connection.execute(_ADD_SPANS, span_rows(key, made))
    add_places(connection, [(key, each) for each in placed])
    return True


_ADD_SPANS = insert(spans)
_DELETE_PLACES, _DELETE_SPANS = (
    delete(each).where(each.c.key == bindparam("of")) for each in (places, spans)
)


def spans_of(connection: Connection, key: str) -> list[Span]:
    """Every span of an item, oldest first."""
    return [span_from(row) for row in connection.execute(_SPANS_OF, {"of": key})]


def spans_of_all(connection: Connection, keys: Collection[str]) -> dict[str, list[Span]]:
    """Every span of these items, oldest first, by key."""
    found: dict[str, list[Span]] = {key: [] for key in keys}
    for row in connection.execute(_SPANS_OF_ALL, {"keys": list(keys)}):
        found[row.key].append(span_from(row))
    return found


def add_places(connection: Connection, placed: Iterable[tuple[str, Placed]]) -> None:
    """Write down where items (by key) stand, or will: past generations have no places."""
    rows = [row for key, each in placed for row in place_rows(key, [each])]
    if rows:
        connection.execute(_ADD_PLACES, rows)


_ADD_PLACES = insert(places)


def place_rows(key: str, placed: Iterable[Placed]) -> list[dict[str, Any]]:
    """The places of an item as rows, without those in generations that have ended."""
    return [_place_row(key, each) for each in placed if not each.generation.has_ended]


def _place_row(key: str, placed: Placed) -> dict[str, Any]:
    """The span of a place is found by key, class and beginning."""
    return {
        "generation": placed.generation.id,
        "feed": placed.generation.definition.name,
        "key": key,
        "reader_class": placed.span.reader_class.value,
        "face": placed.span.face.value,
        "public": int(placed.public),
        "from_at": placed.span.from_at,
        "until_at": placed.span.until_at,
        "outline_at": placed.span.outline_at,
        "words_at": placed.span.words_at,
    }


def drop_places_of(connection: Connection, keys: Collection[str], generations: Collection[int]) -> None:
    """Forget where items stand in these generations, before they are placed anew."""
    connection.execute(_DROP_OF, {"keys": list(keys), "generations": list(generations)})


def drop_some_places(connection: Connection, generations: Collection[int], most: int) -> int:
    """Forget places in these generations, at most so many at a time; gives how many."""
    some = select(places.c.id).where(places.c.generation.in_(generations)).limit(most)
    return connection.execute(delete(places).where(places.c.id.in_(some))).rowcount


_DROP_OF = delete(places).where(
    places.c.key.in_(bindparam("keys", expanding=True)),
    unindexed(places.c.generation).in_(bindparam("generations", expanding=True)),
)
"""A generation has as many places as there are items, an item a few: it is found by its key."""


def span_rows(key: str, made: Mapping[ReaderClass, Sequence[Span]]) -> list[dict[str, Any]]:
    """The spans of an item as rows."""
    return [_span_row(key, span) for reader_class in ReaderClass for span in made[reader_class]]


def _span_row(key: str, span: Span) -> dict[str, Any]:
    values = {name: getattr(span, name) for name in _SPAN_NAMES}
    return values | {"key": key, "reader_class": span.reader_class.value, "face": span.face.value}


SPAN_COLUMNS = (
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
_SPAN = select(*SPAN_COLUMNS)
_SPANS_OF = _SPAN.where(spans.c.key == bindparam("of")).order_by(spans.c.from_at, spans.c.id)
_SPANS_OF_ALL = (
    _SPAN.add_columns(spans.c.key)
    .where(spans.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(spans.c.from_at, spans.c.id)
)
_SPAN_NAMES = [column.name for column in SPAN_COLUMNS]


def span_from(row: Any) -> Span:
    """A row as a span."""
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


def next_span_edge(connection: Connection, now: datetime, key: str | None = None) -> datetime:
    """The earliest time after `now` at which a span begins or ends: of one item, or of any."""
    query, asked = (_NEXT_EDGE, {"now": now}) if key is None else (_NEXT_EDGE_OF, {"now": now, "key": key})
    times = connection.execute(query, asked).one()
    return min((at for at in times if at is not None), default=FOREVER)


_MOMENT = bindparam("now", type_=spans.c.from_at.type)


def _next_edge(*which: ColumnElement[bool]) -> Select[Any]:
    return select(
        *(
            select(func.min(column)).where(column > _MOMENT, *which).scalar_subquery()
            for column in (spans.c.from_at, spans.c.until_at)
        )
    )


_NEXT_EDGE = _next_edge()
_NEXT_EDGE_OF = _next_edge(spans.c.key == bindparam("key"))
