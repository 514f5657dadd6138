"""The lease: of all workers, on one machine or many, one at a time does the work.

On SQLite it is a `flock` beside the database, on PostgreSQL an advisory lock of a session. Either ends with
the process that holds it, however that ends, so the next takes over without being told.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from typing import Any

from syndicate.store.database import Database, StoreError, translated

_NUMBER = 0x73796E64  # of the advisory lock: any number, the same in every worker
_DEAD_AFTER = {"tcp_keepalives_idle": 10, "tcp_keepalives_interval": 5, "tcp_keepalives_count": 3}
"""So soon (seconds, looks) PostgreSQL finds out that the machine of the holder is gone."""


class Lease:
    """The right to work. It is asked for again before each round, since a connection can be lost."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._handle: int | None = None
        self._session: Any = None

    def is_held(self) -> bool:
        """Whether this process has the right to work now; takes it when it is free.

        Raises `StoreError` where that cannot be found out.
        """
        return self._has_file() if self._database.is_sqlite else self._has_session()

    def drop(self) -> None:
        """Give it up, so that the next need not wait until this process has ended."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        self._end_session()

    def _has_file(self) -> bool:
        if self._handle is not None:
            return True
        path = self._database.beside("worker.lock")
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"{path} cannot be opened: {error.strerror}.") from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def _has_session(self) -> bool:
        with translated():
            try:
                return self._ask_session()
            except Exception:
                self._end_session()
                raise

    def _ask_session(self) -> bool:
        if self._session is not None:
            self._session.execute("SELECT 1")  # the lock lives as long as the session
            return True
        self._session = session = self._database.connect()
        for setting, value in _DEAD_AFTER.items():
            session.execute(f"SET {setting} = {value}")
        is_mine = bool(session.execute("SELECT pg_try_advisory_lock(%s)", (_NUMBER,)).fetchone()[0])
        if not is_mine:
            self._end_session()
        return is_mine

    def _end_session(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with suppress(Exception):  # it may be broken already
                session.close()
