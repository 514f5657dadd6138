"""Types of columns: how our values lie in the database, alike on SQLite and PostgreSQL.

`Sealed` is the type of the column, so a row never holds a bare text.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, LargeBinary, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op
from sqlalchemy.types import TypeDecorator

from syndicate.core.sealed import Sealed, to_column

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Time(TypeDecorator[datetime]):
    """An aware time as microseconds since 1970 in UTC: exact, ordered, and the same in both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To the column. A naive time is an error here, not a guess."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """From the column, in UTC."""
        return None if value is None else _EPOCH + value * _MICROSECOND


class Json(TypeDecorator[Any]):
    """Lists and mappings of plain values as one JSON text with sorted keys."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """To the column."""
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """From the column."""
        return None if value is None else json.loads(value)


class SealedText(TypeDecorator[Sealed[str]]):
    """A sealed text. What comes back is sealed again."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sealed[str] | None, dialect: Dialect) -> str | None:
        """To the column."""
        return None if value is None else to_column(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Sealed[str] | None:
        """From the column, sealed."""
        return None if value is None else Sealed(value)


class SealedBytes(TypeDecorator[Sealed[bytes]]):
    """A raw message as it came, sealed."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Sealed[bytes] | None, dialect: Dialect) -> bytes | None:
        """To the column."""
        return None if value is None else to_column(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Sealed[bytes] | None:
        """From the column, sealed."""
        return None if value is None else Sealed(bytes(value))


def unindexed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column of numbers or times that no index is to be chosen for.

    SQLite has no figures of how values are spread, and takes any range for a narrow one.
    """
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)
