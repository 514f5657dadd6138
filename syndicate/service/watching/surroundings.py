"""What a service stands on: its folder, the disk below, SQLite, and whether receipts can be written."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

from syndicate.service.agency import Agency, StoreError
from syndicate.store.receipts import try_writing

OLDEST_SQLITE = (3, 40)
LEAST_SHARE = 0.05
ENOUGH = 5 * 2**30
"""So many bytes are enough, however small a share of the disk."""


def findings(agency: Agency) -> Iterator[str]:
    """One sentence for each thing that is wrong, with the way to mend it."""
    data = agency.settings.folder / "data"
    yield from _folder(data)
    yield from _disk(data)
    yield from _receipts(agency)
    if agency.database.is_sqlite and sqlite3.sqlite_version_info < OLDEST_SQLITE:
        yield f"SQLite is {sqlite3.sqlite_version}; install 3.40 or newer."


def _folder(data: Path) -> Iterator[str]:
    mode = stat.S_IMODE(data.stat().st_mode)
    if mode & 0o077:
        yield f"The folder {data} is open to others (mode {mode:04o}). Run `chmod 700 {data}`."
    if not os.access(data, os.W_OK | os.X_OK):
        yield f"The folder {data} cannot be written by this user. Give it to the user who runs the service."


def _disk(data: Path) -> Iterator[str]:
    usage = shutil.disk_usage(data)
    if usage.free < min(usage.total * LEAST_SHARE, ENOUGH):
        yield (
            f"The disk of {data} is nearly full: {usage.free // 2**20} MiB are left. When it is full nothing is "
            "taken in, and no full text is handed out. Make room, or shorten [retention] raw_days."
        )


def _receipts(agency: Agency) -> Iterator[str]:
    try:
        with agency.receipts.transaction() as connection:
            try_writing(connection)
    except (StoreError, OSError) as error:
        why = error if isinstance(error, StoreError) else f"{error.strerror}: {error.filename}."
        yield f"Receipts cannot be written, so no full text is handed out. {why}"
