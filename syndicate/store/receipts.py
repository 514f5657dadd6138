"""Receipts: what was handed over to whom. Added, never changed, and let go when they are old.

They lie in their own file on SQLite.

What leaves together is a bundle: a set of texts, kept once for all who were ever given exactly that. So the
first look at a feed of fifty texts is one row for each token.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, tuple_

from syndicate.core.model import Level
from syndicate.store.database import insert_once
from syndicate.store.tables import bundle_texts, bundles, cuts, receipts

Text = tuple[str, str, Level]
"""Key, version (of a notice in its place, its name: the face, and of a hold when it began) and level."""

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
    """One text, or the notice in its place (`version` is then its name), first handed to one token."""

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
    connection.execute(insert_once(connection, receipts), rows)


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
    row = insert_once(connection, bundles).values(digest=digest).returning(bundles.c.id)
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
    connection: Connection,
    *,
    company: str | None = None,
    keys: Sequence[str] | None = None,
    from_at: datetime | None = None,
    until_at: datetime | None = None,
) -> list[Given]:
    """What was handed over, oldest first: each text once for a token, when it first was.

    Of one company or all, of these items or all, and in [`from_at`, `until_at`) alone.
    """
    query = _GIVEN
    if company is not None:
        query = query.where(receipts.c.company == company)
    if from_at is not None:
        query = query.where(receipts.c.at >= from_at)
    if until_at is not None:
        query = query.where(receipts.c.at < until_at)
    found = [
        Given(*row[:4], Level(row.level), *row[5:])
        for part in _parts_of(keys)
        for row in connection.execute(query if part is None else query.where(bundle_texts.c.key.in_(part)))
    ]
    first: dict[tuple[Any, ...], Given] = {}
    for each in sorted(found, key=lambda each: (each.at, each.key, each.version)):
        first.setdefault((each.token, each.key, each.version, each.level), each)
    return list(first.values())


def _parts_of(keys: Sequence[str] | None) -> list[Sequence[str] | None]:
    """So few keys at a time that a statement can hold them; None, once, for all."""
    return [None] if keys is None else [keys[start : start + _MANY] for start in range(0, len(keys), _MANY)]


_GIVEN = (
    select(
        receipts.c.company,
        receipts.c.token,
        bundle_texts.c.key,
        bundle_texts.c.version,
        bundle_texts.c.level,
        receipts.c.channel,
        func.min(receipts.c.at).label("at"),
    )
    .join_from(receipts, bundle_texts, receipts.c.bundle == bundle_texts.c.bundle)
    .group_by(
        receipts.c.company,
        receipts.c.token,
        bundle_texts.c.key,
        bundle_texts.c.version,
        bundle_texts.c.level,
        receipts.c.channel,
    )
)
"""Each way in which a text was handed to a token, and when it first was."""


# Letting go


def cut(
    connection: Connection, company: str, before: datetime, kept: Sequence[str], most: int, at: datetime
) -> int:
    """Let go of some receipts of a company from before, and write down that it was done; gives how many.

    Receipts that name one of the `kept` items stay, whatever else stands in them.
    """
    kept_bundles = select(bundle_texts.c.bundle).where(bundle_texts.c.key.in_(kept))
    old = (
        select(receipts.c.token, receipts.c.bundle)
        .where(receipts.c.company == company, receipts.c.at < before, receipts.c.bundle.not_in(kept_bundles))
        .limit(most)
    )
    these = tuple_(receipts.c.token, receipts.c.bundle).in_(old)
    gone = list(connection.execute(delete(receipts).where(these).returning(receipts.c.bundle)).scalars())
    if gone:
        _drop_unused(connection, sorted(set(gone)))
        connection.execute(insert_once(connection, cuts), {"before_at": before, "at": at})
    return len(gone)


def _drop_unused(connection: Connection, ids: Sequence[int]) -> None:
    """Drop those of these bundles that nobody has a receipt of any more."""
    used = set(
        connection.execute(select(receipts.c.bundle).where(receipts.c.bundle.in_(ids)).distinct()).scalars()
    )
    unused = [id for id in ids if id not in used]
    connection.execute(delete(bundle_texts).where(bundle_texts.c.bundle.in_(unused)))
    connection.execute(delete(bundles).where(bundles.c.id.in_(unused)))


def known_from(connection: Connection) -> datetime | None:
    """From when on all receipts are there; None where none was ever let go."""
    return connection.execute(select(func.max(cuts.c.before_at))).scalar_one_or_none()
