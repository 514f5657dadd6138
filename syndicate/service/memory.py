"""What a process remembers of the database: nothing that outlives the number of the epoch that it hangs on."""

from __future__ import annotations

from collections.abc import Hashable
from threading import Lock
from typing import Any

from syndicate.store.database import Epoch

Values = dict[Hashable, Any]

MOST = 4_000
"""So many things are remembered under one number; a token costs some 2 kB in all. Whoever has more that ask in
turn asks each seldom, and looking one up takes a millisecond.
"""


class Memory:
    """What this process read under the newest epoch that it has seen, of stories and, for longer, of terms."""

    def __init__(self, most: int = MOST) -> None:
        self._stories, self._terms = _Shelf(most), _Shelf(most)

    def under(self, epoch: Epoch) -> Values:
        """What is remembered until anything changes that anybody may see."""
        return self._stories.under(epoch.era, epoch.n)

    def under_terms(self, epoch: Epoch) -> Values:
        """What is remembered until anything but stories changes: feeds, contracts, credentials."""
        return self._terms.under(epoch.era, epoch.terms)


class _Shelf:
    """What hangs on one number. All of it goes when that moves."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._era, self._number = "", 0
        self._values: Values = {}

    def under(self, era: str, number: int) -> Values:
        """What is remembered under this number: nothing, and nothing that stays, under an older one."""
        with self._lock:
            if (era, number) != (self._era, self._number):
                if era == self._era and number < self._number:
                    return {}
                self._era, self._number, self._values = era, number, {}
            elif len(self._values) > self._most:
                self._values = {}
            return self._values
