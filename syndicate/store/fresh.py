"""What is written of items that nobody knew: a statement for each table, however many items there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert

from syndicate.core.model import ReaderClass, Span
from syndicate.core.placement import Placed
from syndicate.store.items import SealedVersion, version_row
from syndicate.store.prepared import add_rows
from syndicate.store.spans import place_rows, span_rows
from syndicate.store.tables import places, spans, versions


class Fresh:
    """Rows that wait. Nothing reads them before they are written."""

    def __init__(self) -> None:
        self._rows: dict[Any, list[dict[str, Any]]] = {table: [] for table in (versions, spans, places)}

    def add_version(self, key: str, sealed: SealedVersion, message: int) -> None:
        """The first version of an item."""
        self._rows[versions].append(version_row(key, sealed, message))

    def add_spans(
        self, key: str, made: Mapping[ReaderClass, Sequence[Span]], placed: Iterable[Placed]
    ) -> bool:
        """The spans and places of an item that has none; whether there are any."""
        rows = span_rows(key, made)
        self._rows[spans] += rows
        self._rows[places] += place_rows(key, placed)
        return bool(rows)

    def write(self, connection: Connection) -> None:
        """Write what waits."""
        for table, rows in self._rows.items():
            if rows:
                add_rows(connection, _ADD[table], rows)
                rows.clear()


_ADD = {table: insert(table) for table in (versions, spans, places)}
