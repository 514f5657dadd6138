"""How many requests a token makes in a minute, counted by all processes of a machine together.

Minutes are those of the clock, so around the turn of one a client may use two quotas; not those of service
time, which stands where a clock was set back. The counts lie in a
file that the processes share in memory, without a lock: of two that count the same token in the same
instant, one may be lost. A quota guards the neighbours, not a right, so a little too many is no harm, and
what it costs is paid with every answer. On several machines each counts for itself.
Which answers count is decided in `web.metering`.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from syndicate.service.mapped import shared

MINUTE = 60
_CELLS = 1 << 17
"""A power of two; each cell is the name of a token and, in one number, a minute and its count."""

_NEIGHBOURS = 8
_COUNT = (1 << 32) - 1


class Meter(NamedTuple):
    """Whose requests are counted, against which quota (a minute), at which time."""

    token: str
    quota: int
    now: datetime


class Left(NamedTuple):
    """What is left of a quota, and in how many seconds it is whole again."""

    requests: int
    seconds: int


class Quotas:
    """The counts of one machine, in a file that may vanish: then all begin anew."""

    def __init__(self, path: Path) -> None:
        self._cells = memoryview(shared(path, _CELLS * 16)).cast("Q")
        self._lock = Lock()

    def left(self, meter: Meter) -> Left:
        """What is left."""
        name, (minute, seconds) = _name(meter.token), _minute(meter)
        with self._lock:
            used = self._used(self._cell(name, minute), name, minute)
        return Left(max(0, meter.quota - used), seconds)

    def take(self, meter: Meter) -> Left | None:
        """Count a request, and say what is left then; None, and nothing is counted, where nothing was left."""
        name, (minute, seconds) = _name(meter.token), _minute(meter)
        with self._lock:
            cell = self._cell(name, minute)
            used = self._used(cell, name, minute) + 1
            if used > meter.quota:
                return None
            self._cells[cell + 1] = minute << 32 | used
            self._cells[cell] = name
        return Left(meter.quota - used, seconds)

    def _cell(self, name: int, minute: int) -> int:
        """Where a token is counted: in its cell, else in one that nobody used this minute.

        In a crowd of tokens that leaves none, it takes over that of another, whose count begins anew.
        """
        cells, first = self._cells, name % _CELLS * 2
        if cells[first] == name:
            return first
        near = [(first + 2 * step) % (2 * _CELLS) for step in range(_NEIGHBOURS)]
        for cell in near:
            if cells[cell] == name:
                return cell
        return next((cell for cell in near if cells[cell + 1] >> 32 != minute), first)

    def _used(self, cell: int, name: int, minute: int) -> int:
        counted = self._cells[cell + 1]
        return counted & _COUNT if self._cells[cell] == name and counted >> 32 == minute else 0


def _minute(meter: Meter) -> tuple[int, int]:
    """The minute of the clock, and how many seconds of it are left."""
    minute, second = divmod(int(meter.now.timestamp()), MINUTE)
    return minute, MINUTE - second


@lru_cache(20_000)
def _name(token: str) -> int:
    """The same in every process, and never 0, which is the name of nobody."""
    return int.from_bytes(hashlib.blake2b(token.encode(), digest_size=8).digest(), "little") or 1
