"""The acts that outlive a backup, done again in a database that came out of one.

All in one commit, at the times at which they were done: facts are added, spans made anew, so what readers
then see follows from `core.life` as ever, and partners are told of it as of every act. An act that the
backup has already is not repeated; one about a credential or customer that the backup has not is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from syndicate.core.model import Act, Deed, digest_of, item_key
from syndicate.core.placement import Timetable
from syndicate.service.agency import TICK, Agency, Writing
from syndicate.service.contracts import By
from syndicate.service.intake import refresh
from syndicate.store import books, feeds, items
from syndicate.store import contracts as rows
from syndicate.store.actlog import (
    ItemAct,
    LicenceEnd,
    Logged,
    Revocation,
    Rotation,
    SourceKeyEnd,
    Suspension,
)
from syndicate.store.database import await_no_acts

REASON = "Done again from the log of acts, after a restore."


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many acts were done again, and what of the others is unknown to the backup, a line each."""

    done: int
    unknown: tuple[str, ...]


def replay(agency: Agency, acts: Sequence[Logged], since: datetime, by: By) -> Replayed:
    """Do again what was done after the backup, made `since`, and have the database await nothing more."""
    with agency.writing() as act:
        missing = [each for each in acts if each.at > since]
        if missing:
            act.now = max(act.now, max(each.at for each in missing) + TICK)
        again = _Again(act, feeds.timetable(act.connection))
        unknown = [said for each in _withheld_last(missing) if (said := again.do(each))]
        await_no_acts(act.connection)
        note = books.AuditRow(act.now, by.who, "restore", "database", by.reason)
        books.add_audit(act.connection, note)
        act.changed()
    return Replayed(len(missing) - len(unknown), tuple(unknown))


def _withheld_last(acts: Sequence[Logged]) -> list[Logged]:
    """What sources withheld comes after all that the desk did, which never opens that lock."""
    return sorted(acts, key=lambda act: isinstance(act, ItemAct) and act.deed == "withhold")


@dataclass(slots=True)
class _Again:
    """An open act in which others are done again. What is unknown is said."""

    act: Writing
    timetable: Timetable

    def do(self, logged: Logged) -> str | None:
        """Do one act again; gives what it was about where the backup has no such thing."""
        match logged:
            case ItemAct():
                self._item(logged)
                return None
            case Suspension():
                return self._suspension(logged)
            case LicenceEnd():
                return self._licence(logged)
            case Revocation():
                return self._revocation(logged)
            case Rotation():
                return self._rotation(logged)
            case SourceKeyEnd():
                return self._source_key(logged)

    def _item(self, logged: ItemAct) -> None:
        """An item that the backup has not is made known: it may come again, and must not show then."""
        key = item_key(logged.namespace, logged.uri)
        fact = self._fact(logged, key)
        connection = self.act.connection
        items.add_item(connection, items.Item(key, logged.namespace, logged.uri, logged.source))
        if all(known.digest != fact.digest for known in items.facts_of(connection, key)):
            items.add_act(connection, key, fact)
            refresh(self.act, key, self.timetable)
            self._note(logged.at, logged.by, f"item {fact.deed.value}", key)

    def _fact(self, logged: ItemAct, key: str) -> Act:
        """A version that was withheld has no words any more, so a hold stands for it, which the desk opens."""
        if isinstance(logged.deed, Deed):
            return Act(logged.digest, logged.at, logged.deed, logged.by, REASON)
        return Act(digest_of(key, logged.digest), self.act.now, Deed.HOLD, logged.by, REASON)

    def _suspension(self, logged: Suspension) -> str | None:
        connection = self.act.connection
        if rows.find_company(connection, logged.company) is None:
            return f"company {logged.company}"
        rows.set_suspended(connection, logged.company, logged.at if logged.is_suspended else None)
        verb = "company suspend" if logged.is_suspended else "company resume"
        self._note(logged.at, logged.by, verb, logged.company)
        return None

    def _licence(self, logged: LicenceEnd) -> str | None:
        """Numbers of licences are given again after a restore, so the company must be the same."""
        found = rows.find_licence(self.act.connection, logged.licence)
        if found is None or found[0] != logged.company:
            return f"licence {logged.licence} of {logged.company}"
        rows.end_licence(self.act.connection, logged.licence, min(logged.ends_at, found[1].ends_at))
        self._note(logged.at, logged.by, "licence end", f"{logged.company} {logged.licence}")
        return None

    def _revocation(self, logged: Revocation) -> str | None:
        row = rows.find_token(self.act.connection, logged.token)
        if row is None:
            return f"token {logged.token}"
        ended = replace(row, revoked_at=row.revoked_at or logged.at, is_final=row.is_final or logged.is_final)
        rows.put_token(self.act.connection, ended)
        self._note(logged.at, logged.by, "token revoke", f"{row.company} {row.id}")
        return None

    def _rotation(self, logged: Rotation) -> str | None:
        row = rows.find_token(self.act.connection, logged.token)
        if row is None:
            return f"token {logged.token}"
        rotated = replace(
            row,
            digest=logged.digest,
            key_id=logged.key_id,
            old_digest=row.digest,
            old_until_at=logged.old_until_at,
            old_used_at=None,
        )
        rows.put_token(self.act.connection, rotated)
        self._note(logged.at, logged.by, "token rotate", f"{row.company} {row.id}")
        return None

    def _source_key(self, logged: SourceKeyEnd) -> str | None:
        key = rows.find_source_key(self.act.connection, logged.key)
        if key is None:
            return f"key {logged.key} of source {logged.source}"
        rows.put_source_key(self.act.connection, replace(key, revoked_at=key.revoked_at or logged.at))
        self._note(logged.at, logged.by, "source end-key", f"{key.source} {key.id}")
        return None

    def _note(self, at: datetime, who: str, verb: str, subject: str) -> None:
        books.add_audit(self.act.connection, books.AuditRow(at, who, verb, subject, REASON))
