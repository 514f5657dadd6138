"""Statements made ready once, and then given to the driver itself.

SQLAlchemy's own work for one statement takes longer than SQLite's for a row. What is run for every message
that comes in, or for every token that comes for the first time, goes through here: the same statements, the
same types of columns, and none of the work twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

Turn = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement as a driver takes it, and what turns our values into the driver's."""

    text: str
    binds: Mapping[str, _Bind]
    order: Sequence[str] | None

    def bound(self, values: Mapping[str, Any]) -> Any:
        """What is bound, as this driver wants it: by position or by name. `KeyError` where a value is missing."""
        named = {name: bind.of(name, values) for name, bind in self.binds.items()}
        return named if self.order is None else [named[name] for name in self.order]


@dataclass(frozen=True, slots=True)
class _Bind:
    """One value of a statement: written in it, or awaited from who runs it."""

    written: Any
    is_awaited: bool
    turn: Turn

    def of(self, name: str, values: Mapping[str, Any]) -> Any:
        return turned(self.turn, values[name] if self.is_awaited else values.get(name, self.written))


def prepared(statement: Executable, dialect: Dialect, **how: Any) -> Prepared:
    """A statement made ready; `how` is for the compiler of SQLAlchemy."""
    compiled: Any = statement.compile(dialect=dialect, **how)  # type: ignore[attr-defined]
    binds = {
        name: _Bind(bind.value, bind.required, _kind(bind.type, dialect).bind_processor(dialect))
        for name, bind in compiled.binds.items()
    }
    return Prepared(str(compiled), binds, compiled.positiontup)


def turn_back(type: TypeEngine[Any], dialect: Dialect) -> Turn:
    """What turns a driver's value of a column into ours, if it is another."""
    return _kind(type, dialect).result_processor(dialect, None)


def turned(turn: Turn, value: Any) -> Any:
    """A value that went through a turn, if there is one."""
    return turn(value) if turn else value


def add_rows(connection: Connection, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> int:
    """Run an insert for rows with the same columns, at least one; gives how many were added."""
    ready = _insert(statement, connection.dialect, tuple(rows[0]))
    with closing(connection.connection.cursor()) as cursor:
        cursor.executemany(ready.text, [ready.bound(row) for row in rows])
        return int(cursor.rowcount)


@lru_cache(maxsize=64)
def _insert(statement: Executable, dialect: Dialect, columns: tuple[str, ...]) -> Prepared:
    """An insert that asks for nothing back, of rows with these columns."""
    return prepared(statement, dialect, column_keys=columns, for_executemany=True)


def _kind(type: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    """The type as a dialect has it."""
    return type.dialect_impl(dialect)
