"""Connections, the write lock, and the epoch: how exactly one moment is read and written.

*Write*: the lock first, then read, compute, write; the epoch moves in the same transaction. On SQLite the
lock is a `flock` beside the file (its busy handler starves writers) and `BEGIN IMMEDIATE`; on PostgreSQL
`SELECT .. FOR UPDATE` on the epoch's row. *Read*: one cheap look at the epoch, and, where that does not do,
one snapshot. Errors of the driver leave this room without parameters or rows.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import sqlite3
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, bindparam, create_engine, delete, event, insert, select, update
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from syndicate.store.tables import epoch as epoch_table
from syndicate.store.tables import items

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
PAGES_KEPT = 512
"""So much (KiB) a connection to SQLite keeps of its file, where 2,000 is usual."""


class StoreError(Exception):
    """The database cannot be read or written now. The text names the kind of fault and nothing of the data."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """The one number that says whether anything may have changed, and up to when history is settled.

    `terms` says whether anything but stories has: feeds, contracts, credentials.
    """

    era: str
    n: int
    terms: int
    settled_at: datetime

    def is_same(self, other: Epoch) -> bool:
        """Whether nothing that anybody can see was committed between the two."""
        return (self.era, self.n) == (other.era, other.n)

    def has_same_terms(self, other: Epoch) -> bool:
        """Whether nothing but stories was committed between the two."""
        return (self.era, self.terms) == (other.era, other.terms)


class Database:
    """One database, on SQLite or PostgreSQL, behind the same three ways in: `epoch`, `snapshot`, `write`.

    `patience` is for how many seconds a lock of SQLite is waited for.
    """

    def __init__(self, url: str, lock_file: Path | None = None, patience: float = 10.0) -> None:
        self.url: URL = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if not self.is_sqlite:
            self.url = self.url.set(drivername="postgresql+psycopg")
        self._lock_file = lock_file or Path(str(self.url.database)).parent / "writer.lock"
        self.engine: Engine = _engine(self.url, self.is_sqlite, patience)
        self._local = threading.local()
        self._pulses: deque[Any] = (
            deque()
        )  # raw connections that nobody asks at the moment, the last used last

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction under the write lock, committed at the end, rolled back when anything raises."""
        with translated(), self._lock(), self.engine.connect() as connection:
            options: dict[str, Any] = {"begin": "BEGIN IMMEDIATE"} if self.is_sqlite else {}
            with connection.execution_options(**options).begin():
                if not self.is_sqlite:
                    connection.execute(select(epoch_table.c.n).with_for_update())
                yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A transaction that reads one state of the database, however long it takes."""
        options: dict[str, Any] = (
            {"begin": "BEGIN"}
            if self.is_sqlite
            else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        with (
            translated(),
            self.engine.connect() as connection,
            connection.execution_options(**options).begin(),
        ):
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that writes outside the epoch: schemas, receipts, the last use of a secret."""
        options: dict[str, Any] = {"begin": "BEGIN IMMEDIATE"} if self.is_sqlite else {}
        with (
            translated(),
            self._lock(),
            self.engine.connect() as connection,
            connection.execution_options(**options).begin(),
        ):
            yield connection

    def epoch(self) -> Epoch:
        """The epoch now: one statement on a raw connection, the moment an answer is true for."""
        return _epoch_of(self._asked("SELECT era, n, terms, settled_at FROM epoch", ()))

    def ask(self, statement: str, values: Any) -> tuple[Epoch, list[Any]]:
        """The epoch and what is read with it, by one statement that begins with the epoch's columns.

        What is read is as the driver gives it; nothing, where the first value of it is null.
        """
        rows = self._asked(statement, values)
        return _epoch_of(rows), [row[4:] for row in rows if row[4] is not None]

    def _asked(self, statement: str, values: Any) -> Any:
        pulse = self._idle_pulse()
        try:
            found = pulse.execute(statement, values).fetchall()
        except Exception:
            pulse.close()  # a broken one must not stay
            with translated():
                raise
        self._pulses.append(pulse)
        return found

    def _idle_pulse(self) -> Any:
        try:
            return self._pulses.pop()
        except IndexError:  # all are asked
            with translated():
                return self.connect()

    def connect(self) -> Any:
        """A raw connection of the driver's, outside any transaction; whoever takes it closes it."""
        return _raw(self.url, self.is_sqlite)

    def beside(self, name: str) -> Path:
        """Where a file lies that belongs to this database and is not of it."""
        return self._lock_file.with_name(name)

    def empty_journal(self) -> bool:
        """Empty the journal of SQLite, where what was overwritten stands still; whether nobody was in the way.

        PostgreSQL has no such thing: there this does nothing, and gives False.
        """
        if not self.is_sqlite:
            return False
        with self._lock():
            ((is_busy, *_),) = self._asked("PRAGMA wal_checkpoint(TRUNCATE)", ())
        return not is_busy

    def close(self) -> None:
        """Let go of every connection."""
        while self._pulses:
            self._pulses.pop().close()
        self.engine.dispose()

    @contextmanager
    def _lock(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if getattr(self._local, "has_lock", False):
            raise StoreError("What has the write lock asked for it again.")  # and would wait for itself
        handle = os.open(self._lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            self._local.has_lock = True
            yield
        finally:
            self._local.has_lock = False
            os.close(handle)


def _epoch_of(rows: Sequence[Any]) -> Epoch:
    """The epoch that the rows of a driver begin with."""
    if not rows:
        raise StoreError("The database has no epoch: run `syndicate db upgrade`.")
    row = rows[0]
    return Epoch(row[0], row[1], row[2], BEGINNING + timedelta(microseconds=row[3]))


def read_epoch(connection: Connection) -> Epoch:
    """The epoch as a transaction sees it."""
    row = connection.execute(_EPOCH).one_or_none()
    if row is None:
        raise StoreError("The database has no epoch: run `syndicate db upgrade`.")
    return Epoch(*row)


_EPOCH = select(epoch_table.c.era, epoch_table.c.n, epoch_table.c.terms, epoch_table.c.settled_at)


def move_epoch(
    connection: Connection, settled_at: datetime, is_visible: bool, is_of_terms: bool = True
) -> None:
    """Settle history up to `settled_at`, and move the numbers when something visible changed."""
    moved = {"by": int(is_visible), "by_terms": int(is_visible and is_of_terms), "until": settled_at}
    connection.execute(_MOVE, moved)


_MOVE = update(epoch_table).values(
    n=epoch_table.c.n + bindparam("by"),
    terms=epoch_table.c.terms + bindparam("by_terms"),
    settled_at=bindparam("until", type_=epoch_table.c.settled_at.type),
)


def begin_era(connection: Connection) -> None:
    """Give a database without an epoch its first. Where items are, a restore broke off, and acts are missing."""
    if connection.execute(select(epoch_table.c.n)).first() is None:
        has_past = connection.execute(select(items.c.key).limit(1)).first() is not None
        _put_era(connection, n=1, settled_at=BEGINNING, awaits_acts=has_past)


def begin_era_after(connection: Connection, before: Epoch) -> None:
    """Give a database out of a backup, whose epoch was `before`, another era; the acts since are missing yet."""
    connection.execute(delete(epoch_table))
    _put_era(connection, n=before.n + 1, settled_at=before.settled_at, awaits_acts=True)


def _put_era(connection: Connection, **values: Any) -> None:
    connection.execute(insert(epoch_table).values(id=1, era=secrets.token_hex(8), terms=0, **values))


def awaits_acts(connection: Connection) -> bool:
    """Whether the database came out of a backup and lacks what was done since."""
    return bool(connection.execute(select(epoch_table.c.awaits_acts)).scalar_one_or_none())


def await_no_acts(connection: Connection) -> None:
    """Say that the acts since the backup are there, or given up."""
    connection.execute(update(epoch_table).values(awaits_acts=False))


def insert_once(connection: Connection, table: Table) -> Any:
    """An insert that leaves a row which is there already as it is."""
    return _insert_once(connection.dialect.name, table)


@cache
def _insert_once(dialect: str, table: Table) -> Any:
    made: Any = import_module(f"sqlalchemy.dialects.{dialect}").insert(table)  # the other takes long to load
    return made.on_conflict_do_nothing()


def _engine(url: URL, is_sqlite: bool, patience: float) -> Engine:
    if not is_sqlite:
        return create_engine(url, hide_parameters=True, pool_size=8, max_overflow=16, pool_pre_ping=True)
    engine = create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", lambda raw, _: _prepare_sqlite(raw, patience))
    event.listen(engine, "begin", _begin_as_told)
    return engine


def _prepare_sqlite(raw: sqlite3.Connection, patience: float) -> None:
    """Durable commits, readers beside the writer, and no transaction but those we begin ourselves.

    What is deleted is overwritten at once, so that no words lie in free pages. Each connection keeps few pages:
    another process's commit makes it forget them anyway, and the system keeps them for all.
    """
    raw.isolation_level = None
    for pragma in (
        "secure_delete=ON",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={patience * 1000:.0f}",
        f"cache_size=-{PAGES_KEPT}",
    ):
        raw.execute(f"PRAGMA {pragma}").close()


def _begin_as_told(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def _raw(url: URL, is_sqlite: bool) -> Any:
    if is_sqlite:
        raw = sqlite3.connect(
            f"file:{url.database}?mode=rw", uri=True, isolation_level=None, check_same_thread=False
        )
        raw.execute("PRAGMA busy_timeout=10000")
        return raw
    import psycopg  # an extra: only machines with PostgreSQL have it

    return psycopg.connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False),
        autocommit=True,
        prepare_threshold=1,
    )


@contextmanager
def translated() -> Iterator[None]:
    """Errors of the driver as `StoreError`: PostgreSQL prints rows in its details, so nothing of them goes on."""
    try:
        yield
    except DBAPIError as error:
        raise StoreError(_sentence(error.orig)) from None
    except SQLAlchemyError as error:
        raise StoreError(f"The database could not be used: {type(error).__name__}.") from None
    except _driver_errors() as error:
        raise StoreError(_sentence(error)) from None


def _driver_errors() -> tuple[type[BaseException], ...]:
    try:
        import psycopg
    except ImportError:
        return (sqlite3.Error,)
    return (sqlite3.Error, psycopg.Error)


def _sentence(error: BaseException | None) -> str:
    """What is wrong; and of faults around the database, not in a query, where to look."""
    is_around = type(error).__name__ in ("OperationalError", "DatabaseError")  # both drivers call them so
    way_out = " Look whether [database] url is right, whether it runs, and who may write there."
    return f"The database answered {_name(error)}.{way_out if is_around else ''}"


def _name(error: BaseException | None) -> str:
    """What a fault is called: for SQLite its short text (it names no data), for PostgreSQL its class."""
    if isinstance(error, sqlite3.OperationalError):
        return f"'{error}'"
    return type(error).__name__
