"""What the web processes have done, in numbers: each counts in a file of its own, and the files add up.

A process takes a file of `data/metrics/` that no other holds and goes on from what stands there, so nothing
is lost when one dies, and their sum never falls. A number is named as it is shown to Prometheus. No name
holds anything of a customer, a token or an item. Which numbers the database gives is decided in `figures`.
"""

from __future__ import annotations

import hashlib
from array import array
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from threading import Lock

from syndicate.service.mapped import taken

ROOMS = ("pages", "feeds", "items", "changes", "wire", "operators", "other")
"""What was asked for: the room of the address, `other` where there is none."""

TIERS = ("public", "private")
CLASSES = ("2xx", "3xx", "4xx", "5xx")
BOUNDS = ("0.001", "0.005", "0.025", "0.1", "0.5", "2.5", "10", "+Inf")

REPEATED = "syndicate_repeated_total"
RENDERED = "syndicate_renderings_total"
RECEIPTS = "syndicate_receipts_written_total"
RECEIPTS_FAILED = "syndicate_receipts_failed_total"
OVER_QUOTA = "syndicate_over_quota_total"
SECONDS = "syndicate_answer_seconds"


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of answers, which are counted together."""

    room: str
    tier: str
    status: str

    @property
    def requests(self) -> str:
        """The name of their number."""
        return f'syndicate_requests_total{{room="{self.room}",tier="{self.tier}",status="{self.status}"}}'

    @property
    def bytes(self) -> str:
        """The name of the size of their bodies, whatever their status."""
        return f'syndicate_body_bytes_total{{room="{self.room}",tier="{self.tier}"}}'


def sort_of(room: str | None, is_private: bool, status: int) -> Sort:
    """The sort of an answer by where it was asked for, and how it went."""
    known = room if room in ROOMS else "other"
    return Sort(known, TIERS[is_private], CLASSES[min(max(status // 100, 2), 5) - 2])


_SORTS = tuple(Sort(*each) for each in product(ROOMS, TIERS, CLASSES))
NAMES = tuple(
    dict.fromkeys(
        (
            *(sort.requests for sort in _SORTS),
            *(sort.bytes for sort in _SORTS),
            *(f'{SECONDS}_bucket{{le="{bound}"}}' for bound in BOUNDS),
            *(f"{SECONDS}_sum", f"{SECONDS}_count"),
            *(REPEATED, RENDERED, RECEIPTS, RECEIPTS_FAILED, OVER_QUOTA),
        )
    )
)
_CELLS = {name: cell for cell, name in enumerate(NAMES)}
_REPEATED_CELL = _CELLS[REPEATED]
_SIZE = len(NAMES) * 8
_LAYOUT = hashlib.sha256("\n".join(NAMES).encode()).hexdigest()[:8]
"""Files of a program that counted other things are left alone."""


def places_of(sort: Sort) -> tuple[int, int]:
    """Where answers of a sort are counted: their number, the size of their bodies."""
    return _CELLS[sort.requests], _CELLS[sort.bytes]


class Tally:
    """The numbers of this process. `folder` is where those of all of them lie."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._cells = memoryview(taken(folder, _LAYOUT, _SIZE)).cast("d")
        self._lock = Lock()

    def add(self, name: str, by: float = 1) -> None:
        """Count."""
        with self._lock:
            self._cells[_CELLS[name]] += by

    def answered(self, sort: Sort, size: int, seconds: float) -> None:
        """Count an answer that was made, the size of its body, and how long it took."""
        slower = [f'{SECONDS}_bucket{{le="{bound}"}}' for bound in BOUNDS if seconds <= float(bound)]
        with self._lock:
            for name in (sort.requests, f"{SECONDS}_count", *slower):
                self._cells[_CELLS[name]] += 1
            self._cells[_CELLS[sort.bytes]] += size
            self._cells[_CELLS[f"{SECONDS}_sum"]] += seconds

    def repeated(self, places: tuple[int, int], size: int) -> None:
        """Count an answer that was given again, at the places of its sort."""
        requests, body = places
        with self._lock:
            self._cells[requests] += 1
            self._cells[body] += size
            self._cells[_REPEATED_CELL] += 1

    def sums(self) -> dict[str, float]:
        """The numbers of all processes of this machine together, those that have ended included."""
        total = dict.fromkeys(NAMES, 0.0)
        for path in self._folder.glob(f"{_LAYOUT}-*"):
            content = path.read_bytes()
            if len(content) == _SIZE:  # else it is just being made
                for name, number in zip(NAMES, array("d", content), strict=True):
                    total[name] += number
        return total
