"""A glance: one statement and the epoch with it, asked of the driver itself.

What an answer must know of contracts is a row or a few, mostly for the first time since something changed. A
transaction around that costs several times as much as the row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, select, true
from sqlalchemy.engine import Dialect

from syndicate.store.database import Database, Epoch
from syndicate.store.tables import epoch

_Turn = Callable[[Any], Any]


class Glance:
    """Looks once, and then knows the epoch that was there at the same moment."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.epoch: Epoch | None = None

    def rows(self, query: Select[Any], values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The rows of a statement whose first column is never null, with `values` for what is bound in it."""
        question = _question(query, self._database.engine.dialect)
        self.epoch, found = self._database.ask(question.text, question.bound(values))
        return [question.row(each) for each in found]


def rows_of(reading: Connection | Glance, query: Select[Any], **values: Any) -> Sequence[Sequence[Any]]:
    """The rows of a statement, in a transaction or at a glance."""
    if isinstance(reading, Glance):
        return reading.rows(query, values)
    return reading.execute(query, values).all()


@dataclass(frozen=True, slots=True)
class _Question:
    """A statement as the driver takes it, and what turns our values into the driver's, and back."""

    text: str
    binds: Mapping[str, tuple[Any, _Turn | None]]
    order: Sequence[str] | None
    turns: Sequence[_Turn | None]

    def bound(self, values: Mapping[str, Any]) -> Any:
        """What is bound, as this driver wants it: by position or by name."""
        named = {name: _turned(turn, values.get(name, given)) for name, (given, turn) in self.binds.items()}
        return named if self.order is None else [named[name] for name in self.order]

    def row(self, found: Sequence[Any]) -> tuple[Any, ...]:
        """A row of the driver's in our values."""
        return tuple(map(_turned, self.turns, found))


def _turned(turn: _Turn | None, value: Any) -> Any:
    return turn(value) if turn else value


@lru_cache(maxsize=64)
def _question(query: Select[Any], dialect: Dialect) -> _Question:
    """The statement beside the epoch's row, which is there also when no other is."""
    asked = query.subquery()
    whole = select(epoch.c.era, epoch.c.n, epoch.c.terms, epoch.c.settled_at, *asked.c)
    compiled: Any = whole.select_from(epoch.outerjoin(asked, true())).compile(dialect=dialect)
    binds = {
        name: (bind.value, bind.type.dialect_impl(dialect).bind_processor(dialect))
        for name, bind in compiled.binds.items()
    }
    turns = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in asked.c]
    return _Question(str(compiled), binds, compiled.positiontup, turns)
