"""Waiting for a commit: so many answers of a process at a time, each looking at the epoch now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from syndicate.service.agency import Agency

PAUSE = 0.1
"""How many seconds lie between two looks at the epoch."""

SETTLING = 1.0
"""After so many seconds without a commit it is time to see what the clock has brought."""


class Waiting:
    """The seats of one process for those who wait; the other threads go on answering."""

    def __init__(self, agency: Agency, seats: int, sleep: Callable[[float], None] = time.sleep) -> None:
        self._agency = agency
        self._seats = BoundedSemaphore(seats)
        self._sleep = sleep
        self.is_closing = False

    @contextmanager
    def room(self) -> Iterator[bool]:
        """Take a seat, if one is free; whether one was."""
        has_room = self._seats.acquire(blocking=False)
        try:
            yield has_room
        finally:
            if has_room:
                self._seats.release()

    def looks(self, seconds: float) -> Iterator[None]:
        """One turn whenever there may be something new: after each commit, and each second, until it is over."""
        seen = self._agency.database.epoch()
        pauses_left = round(seconds / PAUSE)
        since_look = 0.0
        while pauses_left > 0 and not self.is_closing:
            self._sleep(PAUSE)
            pauses_left -= 1
            since_look += PAUSE
            epoch = self._agency.database.epoch()
            if not epoch.is_same(seen) or since_look >= SETTLING:
                seen, since_look = epoch, 0.0
                yield
