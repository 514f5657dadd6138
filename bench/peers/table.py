"""The table that the peers read: the same stories as the service's feed, in SQLite, found by an index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

DATABASE = "peers.db"

Row = tuple[str, str, str, str, str, float]
"""Id, title, address, description, full text (HTML), and when it was first published (seconds since 1970)."""


def fill(folder: Path, rows: Iterable[Row]) -> None:
    """Make the table anew in `folder`."""
    (folder / DATABASE).unlink(missing_ok=True)
    with closing(sqlite3.connect(folder / DATABASE)) as connection, connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(
            "CREATE TABLE stories (id TEXT PRIMARY KEY, title TEXT NOT NULL, link TEXT NOT NULL, "
            "description TEXT NOT NULL, html TEXT NOT NULL, published_at REAL NOT NULL)"
        )
        connection.executemany("INSERT INTO stories VALUES (?, ?, ?, ?, ?, ?)", rows)
        connection.execute("CREATE INDEX stories_by_time ON stories (published_at)")


def newest(connection: sqlite3.Connection, many: int = 50) -> list[Row]:
    """The newest stories, newest first."""
    return connection.execute("SELECT * FROM stories ORDER BY published_at DESC LIMIT ?", [many]).fetchall()
