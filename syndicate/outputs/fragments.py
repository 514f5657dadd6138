"""Entries as they were written, kept for the next document that holds them.

The key is everything that the writing depends on, so what is kept is what would be written: a new version
is another key, and nothing need be thrown away but for room.
Knows `core.entry`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock

from syndicate.core.entry import Entry, Wording

Written = tuple[Entry, bytes]
"""An entry as it leaves, and as it is written."""


class Fragments:
    """Written entries in bounded room (bytes), those forgotten first that were asked for longest ago."""

    def __init__(self, room: int = 8 * 1024 * 1024) -> None:
        self._kept: OrderedDict[tuple[Entry, str, Wording], Written] = OrderedDict()
        self._room = room
        self._lock = Lock()

    def of(
        self, entries: Sequence[Entry], form: str, wording: Wording, write: Callable[[Entry], Written]
    ) -> list[Written]:
        """What was written of each entry in the format of this name, or what `write` gives now."""
        kept = self._kept
        written = []
        with self._lock:
            for entry in entries:
                key = (entry, form, wording)
                made = kept.get(key)
                if made is None:
                    made = kept[key] = write(entry)
                    self._room -= len(made[1])
                else:
                    kept.move_to_end(key)
                written.append(made)
            while self._room < 0 and kept:
                self._room += len(kept.popitem(last=False)[1][1])
        return written
