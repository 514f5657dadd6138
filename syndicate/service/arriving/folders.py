"""Watched folders: the files that a source puts there go the way of every message.

A file is taken when it looks at one look as it did at the look before, so that none is taken half-written;
then it moves to `done`, or with its reason to `failed`, beside the folder. It is taken before it moves: what
a crash leaves between the two is a `duplicate` the next time, and nothing is lost. How a file is opened
without being led elsewhere is not decided here but in `net.folder`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog

from syndicate.net.folder import DONE, FAILED, FolderError, Found, WatchedFolder
from syndicate.service.agency import Agency
from syndicate.service.intake import LARGEST, Taken, take
from syndicate.settings.errors import printable

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Fate:
    """Where a file moves to, and the reason that goes with it."""

    to: str
    reason: str | None = None


class Watch:
    """The folder of one source from look to look: what lay there, and what was told of it."""

    def __init__(self, agency: Agency, source: str, path: Path) -> None:
        self._agency = agency
        self._source = source
        self._path = path
        self._seen: frozenset[Found] = frozenset()
        self._fates: dict[Found, Fate] = {}  # of files that were taken and did not move yet
        self._told: frozenset[str] = frozenset()

    def look(self) -> None:
        """Take what has not changed since the look before. What is wrong is logged once."""
        try:
            with WatchedFolder.open(self._path) as folder:
                links = [f"{printable(name)} is a link or no file; it is left." for name in folder.left()]
                self._tell([*links, *self._take_what_is_still(folder)])
        except FolderError as error:
            self._tell([str(error)])

    def _take_what_is_still(self, folder: WatchedFolder) -> Iterator[str]:
        """Take, and give a sentence for each file with which that cannot be done now."""
        there = folder.files()
        still = [found for found in there if found in self._seen]
        self._seen = frozenset(there)
        self._fates = {found: fate for found, fate in self._fates.items() if found in self._seen}
        for found in still:
            try:
                self._take(folder, found)
            except FolderError as error:
                yield f"{printable(found.name)}: {error}"

    def _take(self, folder: WatchedFolder, found: Found) -> None:
        """Take a file and move it; one that was taken and could not be moved is only moved."""
        fate = self._fates.get(found) or self._fate_of(folder, found)
        if fate is not None:
            self._fates[found] = fate
            folder.move(found, fate.to, f"{self._agency.clock():%Y%m%dT%H%M%SZ}", fate.reason)
            del self._fates[found]

    def _fate_of(self, folder: WatchedFolder, found: Found) -> Fate | None:
        """What becomes of a file; None where it was touched meanwhile, and later looks see it anew."""
        if found.size > LARGEST:
            log.warning("a file is too large", source=self._source, file=printable(found.name))
            return Fate(FAILED, f"The file has {found.size} bytes, and no message more than {LARGEST}.")
        body = folder.read(found)
        if body is None:
            return None
        taken = take(self._agency, body, self._agency.settings.source(self._source))
        log.info("a file is taken", source=self._source, file=printable(found.name), came_to=_sum(taken))
        is_refused = any(each.outcome is None for each in taken)
        return Fate(FAILED, _reason(taken)) if is_refused else Fate(DONE)

    def _tell(self, problems: Iterable[str]) -> None:
        """Log each problem once, and again only when it had gone away meanwhile."""
        now = frozenset(problems)
        for problem in sorted(now - self._told):
            log.warning("a watched folder needs a hand", source=self._source, problem=problem)
        self._told = now


def _sum(taken: list[Taken]) -> str:
    counts = Counter(each.outcome.value if each.outcome else "refused" for each in taken)
    return ", ".join(f"{number} {outcome}" for outcome, number in sorted(counts.items())) or "no items"


def _reason(taken: list[Taken]) -> str:
    """A line for each item that was refused, and what became of the whole."""
    refused = [
        f"{each.uri or 'The message'}: {each.reason}: {each.detail}" for each in taken if each.outcome is None
    ]
    return "\n".join(
        [*refused, f"In all: {_sum(taken)}. `syndicate quarantine list` shows what was refused."]
    )
