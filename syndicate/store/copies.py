"""Copies of a database, taken while it is written to, and put in the place of one.

On SQLite a copy is a file made by `VACUUM INTO`: one state, without what was deleted. On PostgreSQL it is
what `pg_dump` gives of one snapshot, without the epoch: so nothing serves what `pg_restore` made of it
before an era was begun. No password stands in an argument. What a backup consists of is not decided here.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from itertools import count
from pathlib import Path

from sqlalchemy import func, inspect, select
from sqlalchemy.engine import URL

from syndicate.store.actlog import sync_folder
from syndicate.store.database import Database, Epoch, StoreError, read_epoch

SUFFIXES = ("", "-wal", "-shm")
"""What an SQLite database consists of while it is used."""


def copy_file(database: Database, target: Path) -> None:
    """Copy an SQLite database into a new file that only its owner can read. Writers go on meanwhile."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(_connected(Path(str(database.url.database)), "ro")) as source:
        _done(source, "VACUUM INTO ?", str(target))


def mark_awaiting(copy: Path) -> None:
    """Have a copied file say that the acts after it are missing, wherever it is put by whomever."""
    with closing(_connected(copy, "rw")) as raw:
        _done(raw, "UPDATE epoch SET awaits_acts = 1")


def _connected(path: Path, mode: str) -> sqlite3.Connection:
    try:
        return sqlite3.connect(f"{path.as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=10)
    except sqlite3.Error as error:
        raise StoreError(f"The database {path} cannot be opened: '{error}'.") from None


def _done(raw: sqlite3.Connection, statement: str, *values: str) -> None:
    try:
        raw.execute(statement, values).close()
    except sqlite3.Error as error:
        raise StoreError(
            f"The database could not be copied: '{error}'. Is there room for the copy?"
        ) from None


def keep_receipts(older: Path, fresh: Path) -> bool:
    """Add the receipts of another file, closed, to `fresh`; whether they could be read. Both have one schema."""
    with closing(_connected(fresh, "rw")) as raw:
        try:
            raw.execute("ATTACH ? AS older", (f"{older.as_uri()}?mode=rw",))
            raw.execute("BEGIN IMMEDIATE")
            for statement in _KEEPING:
                raw.execute(statement)
            raw.execute("COMMIT")
        except sqlite3.Error:
            return False
    return True


_KEEPING = (
    "INSERT OR IGNORE INTO main.bundles (digest) SELECT digest FROM older.bundles",
    (
        "INSERT OR IGNORE INTO main.bundle_texts (bundle, key, version, level) "
        "SELECT ours.id, key, version, level FROM older.bundle_texts "
        "JOIN older.bundles AS theirs ON theirs.id = bundle JOIN main.bundles AS ours USING (digest)"
    ),
    (
        "INSERT OR IGNORE INTO main.receipts (token, bundle, company, channel, at) "
        "SELECT token, ours.id, company, channel, at FROM older.receipts "
        "JOIN older.bundles AS theirs ON theirs.id = bundle JOIN main.bundles AS ours USING (digest)"
    ),
)
"""A bundle has another number in each file, and the same digest."""


def swap(fresh: Path, place: Path) -> None:
    """Put an SQLite database, closed, in the place of another; that one gets a name that was free."""
    names = (f"{place.name}.before-restore-{number}" for number in count(1))
    aside = next(name for name in names if not place.with_name(name).exists())
    for suffix in SUFFIXES:
        file = place.with_name(place.name + suffix)
        if file.exists():
            file.rename(place.with_name(aside + suffix))
    fresh.rename(place)
    sync_folder(place.parent)


def dump(database: Database, target: Path) -> Epoch:
    """Dump a PostgreSQL database into a new file; gives the epoch of the state that stands there."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with database.snapshot() as connection:
        epoch = read_epoch(connection)
        name = connection.execute(select(func.pg_export_snapshot())).scalar_one()
        _run(
            database,
            "pg_dump",
            *("--format=custom", "--no-owner", "--no-privileges", "--exclude-table-data=epoch"),
            *(f"--snapshot={name}", f"--file={target}"),
        )
    return epoch


def load(database: Database, dumped: Path) -> None:
    """Fill an empty PostgreSQL database from a dump, wholly or not at all. It has no epoch then."""
    with database.snapshot() as connection:
        if inspect(connection).get_table_names():
            raise StoreError(
                "The database of [database] url is not empty, and a restore overwrites none. Make an empty one "
                "(`createdb`), and name it there or in SYNDICATE_DATABASE__URL."
            )
    _run(
        database,
        "pg_restore",
        *("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"),
        *(str(dumped),),
    )


def _run(database: Database, program: str, *arguments: str) -> None:
    """Let a program of PostgreSQL work on the database. What it says may hold rows, so it is not repeated."""
    path = shutil.which(program)
    if path is None:
        raise StoreError(
            f"There is no {program} on this machine. Install the client programs of PostgreSQL, of the version "
            "of the server or newer."
        )
    address, password = _without_password(database.url)
    environ = os.environ | ({"PGPASSWORD": password} if password else {})
    ran = subprocess.run(
        [path, "--no-password", f"--dbname={address}", *arguments],
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if ran.returncode:
        raise StoreError(
            f"{program} failed with exit code {ran.returncode}. Look into the log of PostgreSQL, and whether "
            f"{program} is of the version of the server or newer."
        )


def _without_password(url: URL) -> tuple[str, str | None]:
    """An address as PostgreSQL's programs take it, and the password apart."""
    inside = url.query.get("password")
    password = url.password or (inside if isinstance(inside, str) else None)
    bare = URL.create(
        "postgresql", url.username, None, url.host, url.port, url.database, url.query
    ).difference_update_query(["password"])
    return bare.render_as_string(hide_password=False), password
