"""Receipts: what was handed over to whom. Added, never changed. They lie in their own file on SQLite."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from syndicate.core.model import Level
from syndicate.store.tables import receipts


@dataclass(frozen=True, slots=True)
class Receipt:
    """One text, or the notice in its place (`version` is then the face), handed to one token."""

    company: str
    token: str
    key: str
    version: str
    level: Level
    channel: str
    at: datetime


def add_receipts(connection: Connection, new: Iterable[Receipt]) -> None:
    """Keep receipts; those that are there already stay as they were."""
    rows = [asdict(receipt) | {"level": int(receipt.level)} for receipt in new]
    if not rows:
        return
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(dialect.insert(receipts).on_conflict_do_nothing(), rows)


def receipts_for(
    connection: Connection, *, company: str | None = None, key: str | None = None
) -> list[Receipt]:
    """The receipts of a company or for an item, oldest first."""
    query = select(
        receipts.c.company,
        receipts.c.token,
        receipts.c.key,
        receipts.c.version,
        receipts.c.level,
        receipts.c.channel,
        receipts.c.at,
    ).order_by(receipts.c.id)
    if company is not None:
        query = query.where(receipts.c.company == company)
    if key is not None:
        query = query.where(receipts.c.key == key)
    return [Receipt(*row[:4], Level(row.level), *row[5:]) for row in connection.execute(query)]
