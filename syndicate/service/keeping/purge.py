"""The purge: the words of a killed item leave the database for good, and its facts stay.

Versions are emptied, and so are the bytes of every message that carried the item, whatever else it carried.
What stays is the identity, the digests, the times, and of what feeds select by only their own words, so that
the notice of the kill stands where it stood. Backups are not touched, nor files that folders have taken.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from syndicate.core.life import killed
from syndicate.core.model import Act
from syndicate.core.sealed import Sealed, mentions
from syndicate.core.selection import without_words
from syndicate.inputs.fields import MADE_OF_WORDS
from syndicate.service import desk, refusals
from syndicate.service.agency import Agency, Writing
from syndicate.service.contracts import By
from syndicate.store import books, feeds, items
from syndicate.store import purge as store
from syndicate.store.items import Item
from syndicate.store.purge import Shelf


@dataclass(frozen=True, slots=True)
class Purged:
    """What was emptied, when, and where words may be still."""

    at: datetime
    versions: int
    messages: int
    refused: int
    is_journal_empty: bool  # of SQLite; PostgreSQL overwrites when it is vacuumed
    folders: tuple[Path, ...]  # in which files lie that sources of this namespace have left


def purge(agency: Agency, key: str, by: By) -> Purged:
    """Remove the words of a killed item. Again is possible: a message that came since may carry it too.

    Raises `Unknown`, or `Impossible` for an item that is not killed.
    """
    item = purgeable(agency, key)
    sources = [name for name, each in agency.settings.sources.items() if each.namespace == item.namespace]
    sources = sorted({item.source, *sources})
    carrying = {shelf: _Carrying(item, sources, shelf) for shelf in Shelf}
    with agency.database.snapshot() as connection:  # most of the looking is done before the lock
        for each in carrying.values():
            each.look(connection)
    with agency.writing() as act:
        for each in carrying.values():
            each.look(act.connection)
        versions = _empty_versions(act, key)
        messages = carrying[Shelf.MESSAGES].ids | store.messages_of(act.connection, key)
        refused = store.refused_of(act.connection, item.uri, sources)
        store.blur_details(act.connection, refused)
        emptied = store.empty_raws(act.connection, Shelf.MESSAGES, messages)
        refused |= carrying[Shelf.QUARANTINE].ids
        put_aside = store.empty_raws(act.connection, Shelf.QUARANTINE, refused)
        after = {"versions": versions, "messages": emptied, "quarantine": put_aside}
        note = books.AuditRow(act.now, by.who, "item purge", key, by.reason, after=after)
        books.add_audit(act.connection, note)
        act.changed(is_of_terms=False)
    is_journal_empty = agency.database.empty_journal()
    return Purged(act.now, versions, emptied, put_aside, is_journal_empty, _folders(agency, sources))


def purgeable(agency: Agency, key: str) -> Item:
    """The item, if it is killed. Raises `Unknown` or `Impossible`."""
    now = agency.moment().now
    with agency.database.snapshot() as connection:
        item = desk.item_of(connection, key)
        acts = [fact for fact in items.facts_of(connection, key) if isinstance(fact, Act)]
    if killed(acts) > now:
        raise refusals.Impossible(
            why=f"{key} is not killed, so its words are in use. `syndicate item kill` comes first."
        )
    return item


def _empty_versions(act: Writing, key: str) -> int:
    """Empty the versions of an item; the feeds that took them take them still."""
    timetable = feeds.timetable(act.connection)
    definitions = [each.definition for each in (*timetable.counted, *timetable.coming)]
    profiles = items.profiles_of(act.connection, key)
    bare = {digest: without_words(profile, definitions) for digest, profile in profiles.items()}
    store.empty_versions(act.connection, key, bare)
    return len(bare)


class _Carrying:
    """The bytes on one shelf in which an item may stand, found in two looks: most before the lock."""

    def __init__(self, item: Item, sources: Collection[str], shelf: Shelf) -> None:
        self.ids: set[int] = set()
        self._names = _names(item.uri)
        self._sources = sources
        self._shelf = shelf
        self._after = 0

    def look(self, connection: Connection) -> None:
        """Look through what has come since the last look."""
        for id, raw in store.raws(connection, self._shelf, self._sources, self._after):
            if self._may_carry(raw):
                self.ids.add(id)
        self._after = store.newest_raw(connection, self._shelf)

    def _may_carry(self, raw: Sealed[bytes]) -> bool:
        return not self._names or any(mentions(raw, name) for name in self._names)


def _names(uri: str) -> tuple[bytes, ...]:
    """By what a uri is known in bytes, however they are written: its longest run of letters and digits.

    Too much may be found by it and too little may not, so a uri without such a run, or one that was made of
    words since the source gave none, has no name: any message may carry it.
    """
    runs = re.findall(r"[A-Za-z0-9]+", "" if uri.startswith(MADE_OF_WORDS) else uri)
    longest = max(runs, key=len, default="")
    return (longest.encode(), longest.encode("utf-16-le")[:-1]) if longest else ()


def _folders(agency: Agency, sources: Collection[str]) -> tuple[Path, ...]:
    paths = [agency.settings.sources[name].path for name in sources if name in agency.settings.sources]
    return tuple(sorted({path.parent / name for path in paths if path for name in ("done", "failed")}))
