"""Changes: what was told of items, in the order of commits; and what companies say they have taken out.

A change has a number, which never leaves, and a random name, by which a cursor knows it.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    union_all,
)

from syndicate.core.change import NOTICES, Change, News
from syndicate.core.model import Level, ReaderClass
from syndicate.store.prepared import add_rows
from syndicate.store.tables import acks, changes, licences, versions

BEGINNING = 0
"""The number before all numbers."""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One thing that was told of an item."""

    seq: int
    id: str
    n: int
    at: datetime
    feed: str
    key: str
    reader_class: ReaderClass
    change: Change
    least: Level
    archive_days: int | None


@dataclass(frozen=True, slots=True)
class Reading:
    """Which changes concern somebody: feeds with their classes, and the archive days of his licences."""

    feeds: frozenset[tuple[str, ReaderClass]]
    archives: frozenset[int]


def add_changes(
    connection: Connection,
    n: int,
    at: datetime,
    told: Iterable[tuple[str, News]],
    archive_days: int | None = None,
) -> None:
    """Write down what is told of items, by their keys, with the number of the epoch it is committed with."""
    rows = [change_row(n, at, key, each, archive_days) for key, each in told]
    if rows:
        add_rows(connection, _ADD_CHANGES, rows)


_ADD_CHANGES = insert(changes)


def change_row(n: int, at: datetime, key: str, told: News, archive_days: int | None = None) -> dict[str, Any]:
    """One thing that is told of an item, as a row under a new name."""
    return {
        "id": secrets.token_hex(8),
        "n": n,
        "at": at,
        "feed": told.feed,
        "key": key,
        "reader_class": told.reader_class.value,
        "change": told.change.value,
        "least": int(told.least),
        "archive_days": archive_days,
    }


def changes_after(connection: Connection, seq: int, reading: Reading, limit: int) -> list[ChangeRow]:
    """The next changes of these feeds, and the notices of every feed, oldest first."""
    after = changes.c.seq > seq
    mine = [_of_feed(feed, reader_class, reading) for feed, reader_class in sorted(reading.feeds)]
    notices = [changes.c.change == kind.value for kind in NOTICES]
    parts = [
        select(_CHANGE.where(after, which).order_by(changes.c.seq).limit(limit).subquery())
        for which in (*mine, *notices)
    ]
    found = union_all(*parts).subquery()
    rows = connection.execute(select(found).distinct().order_by(found.c.seq).limit(limit))
    return [_change(row) for row in rows]


def newest_changes(
    connection: Connection, before: int | None, reading: Reading, limit: int
) -> list[ChangeRow]:
    """The changes of these feeds, newest first, before a number or at all."""
    if not reading.feeds:
        return []
    earlier = [] if before is None else [changes.c.seq < before]
    parts = [
        select(
            _CHANGE.where(_of_feed(feed, reader_class, reading), *earlier)
            .order_by(changes.c.seq.desc())
            .limit(limit)
            .subquery()
        )
        for feed, reader_class in sorted(reading.feeds)
    ]
    found = union_all(*parts).subquery()
    rows = connection.execute(select(found).distinct().order_by(found.c.seq.desc()).limit(limit))
    return [_change(row) for row in rows]


def is_told_of(connection: Connection, row: ChangeRow, reading: Reading) -> bool:
    """Whether the same was told in the same commit in one of these feeds."""
    same = (changes.c.n == row.n, changes.c.key == row.key, changes.c.change == row.change.value)
    mine = [_of_feed(feed, reader_class, reading) for feed, reader_class in sorted(reading.feeds)]
    query = select(changes.c.seq).where(*same, or_(false(), *mine)).limit(1)
    return connection.execute(query).first() is not None


def seq_of(connection: Connection, id: str) -> int | None:
    """The number of the change of this name; None where there is none, or none any more."""
    return connection.execute(select(changes.c.seq).where(changes.c.id == id)).scalar_one_or_none()


def forget_changes(connection: Connection, before: datetime) -> None:
    """Drop what was told before: cursors that name it are told to begin again."""
    connection.execute(delete(changes).where(changes.c.at < before))


def _of_feed(feed: str, reader_class: ReaderClass, reading: Reading) -> ColumnElement[bool]:
    own = changes.c.archive_days.in_(sorted(reading.archives))
    return and_(
        changes.c.feed == feed,
        changes.c.reader_class == reader_class.value,
        or_(changes.c.archive_days.is_(None), own) if reading.archives else changes.c.archive_days.is_(None),
    )


_CHANGE = select(
    changes.c.seq,
    changes.c.id,
    changes.c.n,
    changes.c.at,
    changes.c.feed,
    changes.c.key,
    changes.c.reader_class,
    changes.c.change,
    changes.c.least,
    changes.c.archive_days,
)


def _change(row: Any) -> ChangeRow:
    return ChangeRow(
        row.seq,
        row.id,
        row.n,
        row.at,
        row.feed,
        row.key,
        ReaderClass(row.reader_class),
        Change(row.change),
        Level(row.least),
        row.archive_days,
    )


# What announcing asks


@dataclass(frozen=True, slots=True)
class Archive:
    """How many days back licences reach, and when the last of these ends."""

    days: int
    ends_at: datetime


def archives(connection: Connection) -> list[Archive]:
    """The archives that licences reach back in, shortest first."""
    return [Archive(*row) for row in connection.execute(_ARCHIVES)]


_ARCHIVES = (
    select(licences.c.archive_days, func.max(licences.c.ends_at))
    .where(licences.c.archive_days.is_not(None))
    .group_by(licences.c.archive_days)
    .order_by(licences.c.archive_days)
)


def substitutes_of(connection: Connection, keys: Collection[str]) -> set[str]:
    """The items of which a version names one of these as the item it stands in for."""
    return set(connection.execute(_SUBSTITUTES_OF, {"keys": list(keys)}).scalars())


_SUBSTITUTES_OF = select(versions.c.key).where(versions.c.replaces.in_(bindparam("keys", expanding=True)))


def are_open_alike(connection: Connection, key: str, one: str, other: str) -> bool:
    """Whether two versions of an item differ in sealed words alone, or in what only FULL shows."""
    sides = (
        *(versions.c.headline, versions.c.ticker_headline, versions.c.excerpt, versions.c.language),
        *(versions.c.urgency, versions.c.subjects, versions.c.kind, versions.c.rights, versions.c.replaces),
    )
    query = select(*sides).where(versions.c.key == key, versions.c.digest.in_([one, other]))
    rows = [tuple(map(repr, row)) for row in connection.execute(query)]
    return len(set(rows)) == 1


# Acknowledgements


def add_ack(connection: Connection, company: str, key: str, token: str, at: datetime) -> None:
    """Write down that a company says it has taken an item out."""
    connection.execute(insert(acks).values(company=company, key=key, token=token, at=at))


def last_acks(
    connection: Connection, keys: Sequence[str], company: str | None = None
) -> dict[tuple[str, str], datetime]:
    """When each company, or this one, last said that it has taken out each of these items."""
    query = (
        select(acks.c.company, acks.c.key, func.max(acks.c.at).label("at"))
        .where(acks.c.key.in_(keys))
        .group_by(acks.c.company, acks.c.key)
    )
    if company is not None:
        query = query.where(acks.c.company == company)
    return {(row.company, row.key): row.at for row in connection.execute(query)}
