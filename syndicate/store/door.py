"""The door of a working folder: any number of processes are inside, or a restore is there alone.

It is a `flock` on a file beside the databases, so it opens by itself when a process ends, however it ends.
It keeps the processes of one machine apart; those of others are kept out by the empty database that a
restore on PostgreSQL asks for.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from syndicate.store.database import StoreError


class Door:
    """The door at `path`. Where its folder is missing there is nothing inside, and nothing to guard."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def enter(self) -> None:
        """Be inside until `leave`. Raises `StoreError` while a restore is there."""
        why = "A restore is going on in this working folder. Wait until it is done."
        self._take(fcntl.LOCK_SH, why)

    def leave(self) -> None:
        """Go out; who is not inside may go too."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be inside and let nobody in. Raises `StoreError` while anybody is inside."""
        why = "The service, or a command, runs in this working folder. Stop it first, then restore."
        self._take(fcntl.LOCK_EX, why)
        try:
            yield
        finally:
            self.leave()

    def _take(self, how: int, why: str) -> None:
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except FileNotFoundError:
            return
        try:
            fcntl.flock(handle, how | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise StoreError(why) from None
        self._handle = handle
