"""Entries as they were written, kept for the next document that holds them.

The key is everything that the writing depends on, so what is kept is what would be written: a new version
is another key, and nothing need be thrown away but for room. An entry is kept once for all its formats.
Knows `core.entry`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock

from syndicate.core.entry import Entry, Wording

Written = tuple[Entry, bytes]
"""An entry as it leaves, and as it is written."""


@dataclass(slots=True)
class _Kept:
    """One entry in the formats, and in the wording of the feeds, that it was written in."""

    entry: Entry
    forms: dict[tuple[str, Wording], Written] = field(default_factory=dict)

    def size(self) -> int:
        return sum(len(written) for _, written in self.forms.values())


class Fragments:
    """Written entries in bounded room (bytes), those forgotten first that were asked for longest ago."""

    def __init__(self, room: int = 6 * 1024 * 1024) -> None:
        self._kept: OrderedDict[Entry, _Kept] = OrderedDict()
        self._room = room
        self._lock = Lock()

    def of(
        self, entries: Sequence[Entry], form: str, wording: Wording, write: Callable[[Entry], Written]
    ) -> list[Written]:
        """What was written of each entry in the format of this name, or what `write` gives now."""
        with self._lock:
            written = [self._written(entry, (form, wording), write) for entry in entries]
            while self._room < 0 and self._kept:
                self._room += self._kept.popitem(last=False)[1].size()
        return written

    def _written(self, entry: Entry, form: tuple[str, Wording], write: Callable[[Entry], Written]) -> Written:
        kept = self._kept.get(entry)
        if kept is None:
            kept = self._kept[entry] = _Kept(entry)
        else:
            self._kept.move_to_end(entry)
        made = kept.forms.get(form)
        if made is None:
            made = kept.forms[form] = write(kept.entry)  # whose words are in memory already
            self._room -= len(made[1])
        return made
