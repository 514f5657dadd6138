"""A glance: one statement and the epoch with it, asked of the driver itself.

What an answer must know of contracts is a row or a few, mostly for the first time since something changed. A
transaction around that costs several times as much as the row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, select, true
from sqlalchemy.engine import Dialect

from syndicate.store.database import Database, Epoch
from syndicate.store.prepared import Prepared, Turn, prepared, turn_back, turned
from syndicate.store.tables import epoch


class Glance:
    """A look, and then the epoch that was there at the same moment: of several looks, that of the last.

    Epochs only grow, so where the last is that of a moment, all looks since were of that moment.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.epoch: Epoch | None = None

    def rows(self, query: Select[Any], values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The rows, in no order, of a statement whose first column is never null; `values` are bound in it."""
        question, turns = _question(query, self._database.engine.dialect)
        self.epoch, found = self._database.ask(question.text, question.bound(values))
        return [tuple(map(turned, turns, row)) for row in found]


def rows_of(reading: Connection | Glance, query: Select[Any], **values: Any) -> Sequence[Sequence[Any]]:
    """The rows of a statement, in no order, in a transaction or at a glance."""
    if isinstance(reading, Glance):
        return reading.rows(query, values)
    return reading.execute(query, values).all()


@lru_cache(maxsize=64)
def _question(query: Select[Any], dialect: Dialect) -> tuple[Prepared, Sequence[Turn]]:
    """The statement beside the epoch's row, which is there also when no other is; and how its values turn back."""
    asked = query.subquery()
    whole = select(epoch.c.era, epoch.c.n, epoch.c.terms, epoch.c.settled_at, *asked.c)
    ready = prepared(whole.select_from(epoch.outerjoin(asked, true())), dialect)
    return ready, [turn_back(column.type, dialect) for column in asked.c]
