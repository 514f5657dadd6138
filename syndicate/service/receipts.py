"""Receipts: before a full text or a notice leaves to a company, that it was handed over is durable.

They mean "handed to the connection": they may claim too much, never too little. Answers that wait at the
same time are signed for in one transaction.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock

import structlog
from cachetools import LRUCache

from syndicate.core.entry import Entry
from syndicate.core.model import Face, Level
from syndicate.core.story import Partner
from syndicate.service import refusals
from syndicate.service.agency import Moment, StoreError
from syndicate.service.clerk import Clerk, Overdue
from syndicate.service.tally import RECEIPTS, RECEIPTS_FAILED, Tally
from syndicate.store.database import Database
from syndicate.store.receipts import Bundle, Receipt, Text, add_receipts

log = structlog.get_logger()

PATIENCE = 2.0
"""For so many seconds an answer waits for its receipt; then it is refused, and no text leaves."""

_MOST = 4_000
"""For so many tokens and channels it is remembered what they signed for last."""


_GOOD_FOR = timedelta(days=1)
"""For so long it is relied on: the database may have let old receipts go since."""


class Counter:
    """The counter where texts are signed for, by all answers of a process in groups."""

    def __init__(self, database: Database, tally: Tally) -> None:
        self._database = database
        self._tally = tally
        self._signed: LRUCache[tuple[str, str], tuple[Bundle, datetime]] = LRUCache(_MOST)
        self._lock = Lock()
        self._clerk: Clerk[Receipt, None] = Clerk("receipts", self._write)

    def sign(self, partner: Partner, carried: Bundle, channel: str, moment: Moment) -> bool:
        """Make durable that `partner` is given what is carried; whether there was anything to write.

        Raises `Unavailable` when that fails, or takes too long.
        """
        place = (partner.token, channel)
        with self._lock:
            signed, at = self._signed.get(place, (frozenset(), moment.now))
        owed = carried if moment.now - at > _GOOD_FOR else carried - signed
        if not owed:
            return False
        receipt = Receipt(partner.company, partner.token, owed, channel, moment.now)
        try:
            self._clerk.ask(receipt, PATIENCE)
        except (Overdue, StoreError) as error:
            self._tally.add(RECEIPTS_FAILED)
            log.error("a receipt could not be written", problem=str(error) or "it took too long")
            raise refusals.Unavailable() from None
        with self._lock:
            self._signed[place] = (carried, moment.now)
        return True

    def _write(self, group: list[Receipt]) -> list[None]:
        with self._database.transaction() as connection:
            add_receipts(connection, group)
        self._tally.add(RECEIPTS, len(group))
        return [None] * len(group)


def carried_by(entry: Entry, version: str) -> Text | None:
    """What a receipt for this entry says, or None where it needs none."""
    if entry.face is not Face.ENTRY:
        return notice_text(entry.key, entry.face, entry.updated_at)
    return (entry.key, version, Level.FULL) if entry.level is Level.FULL else None


def notice_text(key: str, face: Face, since_at: datetime) -> Text:
    """What a receipt says of a notice. A kill is one for ever; each hold is another, named by its beginning."""
    name = (
        face.value if face is Face.KILL else f"{face.value} {since_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    )
    return (key, name, Level.NOTICE)
