"""Receipts: what was handed over to whom. Added, never changed. They lie in their own file on SQLite.

What leaves together is a bundle: a set of texts, kept once for all who were ever given exactly that. So the
first look at a feed of fifty texts is one row for each token.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from syndicate.core.model import Level
from syndicate.store.tables import bundle_texts, bundles, receipts

Text = tuple[str, str, Level]
"""Key, version (of a notice in its place, the face) and level."""

Bundle = frozenset[Text]
"""What is handed over at once."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A bundle that was handed to one token."""

    company: str
    token: str
    bundle: Bundle
    channel: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Given:
    """One text, or the notice in its place (`version` is then the face), first handed to one token."""

    company: str
    token: str
    key: str
    version: str
    level: Level
    channel: str
    at: datetime


def add_receipts(connection: Connection, new: Iterable[Receipt]) -> None:
    """Keep receipts; those that are there already stay as they were."""
    ids: dict[Bundle, int] = {}
    rows = []
    for receipt in new:
        if receipt.bundle not in ids:
            ids[receipt.bundle] = _bundle_id(connection, receipt.bundle)
        rows.append(
            {
                "token": receipt.token,
                "bundle": ids[receipt.bundle],
                "company": receipt.company,
                "channel": receipt.channel,
                "at": receipt.at,
            }
        )
    connection.execute(_insert(connection, receipts).on_conflict_do_nothing(), rows)


def try_writing(connection: Connection) -> None:
    """Write a bundle and take it back: raises as a receipt would that cannot be written."""
    with connection.begin_nested() as tried:
        connection.execute(insert(bundles).values(digest="a try"))
        tried.rollback()


def _bundle_id(connection: Connection, bundle: Bundle) -> int:
    """The id of a bundle, which is kept when it comes for the first time."""
    lines = sorted(f"{key} {version} {level.name}" for key, version, level in bundle)
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    known = select(bundles.c.id).where(bundles.c.digest == digest)
    found = connection.execute(known).scalar_one_or_none()
    if found is not None:
        return int(found)
    row = _insert(connection, bundles).values(digest=digest).on_conflict_do_nothing().returning(bundles.c.id)
    made = connection.execute(row).scalar_one_or_none()
    if made is None:  # another process was first, and has committed since
        return int(connection.execute(known).scalar_one())
    connection.execute(
        insert(bundle_texts),
        [
            {"bundle": made, "key": key, "version": version, "level": int(level)}
            for key, version, level in bundle
        ],
    )
    return int(made)


def _insert(connection: Connection, table: Any) -> Any:
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(table)


def companies_given(
    connection: Connection, keys: Sequence[str], company: str | None = None
) -> set[tuple[str, str]]:
    """Which companies, or whether this one, were ever given a text of each of these items: (company, key)."""
    found: set[tuple[str, str]] = set()
    for start in range(0, len(keys), _MANY):
        query = (
            select(receipts.c.company, bundle_texts.c.key)
            .join_from(bundle_texts, receipts, receipts.c.bundle == bundle_texts.c.bundle)
            .where(
                bundle_texts.c.key.in_(keys[start : start + _MANY]), bundle_texts.c.level == int(Level.FULL)
            )
            .distinct()
        )
        if company is not None:
            query = query.where(receipts.c.company == company)
        found |= {(row.company, row.key) for row in connection.execute(query)}
    return found


_MANY = 500


def receipts_for(
    connection: Connection, *, company: str | None = None, key: str | None = None
) -> list[Given]:
    """What a company was given, or who was given an item: each text once for a token, when it first was."""
    query = (
        select(
            receipts.c.company,
            receipts.c.token,
            bundle_texts.c.key,
            bundle_texts.c.version,
            bundle_texts.c.level,
            receipts.c.channel,
            receipts.c.at,
        )
        .join_from(receipts, bundle_texts, receipts.c.bundle == bundle_texts.c.bundle)
        .order_by(receipts.c.at, bundle_texts.c.key, bundle_texts.c.version)
    )
    if company is not None:
        query = query.where(receipts.c.company == company)
    if key is not None:
        query = query.where(bundle_texts.c.key == key)
    first: dict[tuple[Any, ...], Given] = {}
    for row in connection.execute(query):
        first.setdefault(tuple(row[1:5]), Given(*row[:4], Level(row.level), *row[5:]))
    return list(first.values())
