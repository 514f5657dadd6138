"""Receipts: before a full text or a notice leaves to a company, that it was handed over is durable.

They mean "handed to the connection": they may claim too much, never too little. Answers that wait at the
same time are signed for in one transaction.
"""

from __future__ import annotations

from queue import SimpleQueue
from threading import Event, Lock, Thread

import structlog
from cachetools import LRUCache

from syndicate.core.entry import Entry
from syndicate.core.model import Face, Level
from syndicate.core.story import Partner
from syndicate.service import refusals
from syndicate.service.agency import Moment
from syndicate.service.tally import RECEIPTS, RECEIPTS_FAILED, Tally
from syndicate.store.database import Database
from syndicate.store.receipts import Bundle, Receipt, Text, add_receipts

log = structlog.get_logger()

PATIENCE = 2.0
"""For so many seconds an answer waits for its receipt; then it is refused, and no text leaves."""

_MOST = 50_000
"""For so many tokens and channels it is remembered what they signed for last."""

_GROUP = 500


class _Waiting:
    """An answer that waits until its receipt is durable."""

    def __init__(self, receipt: Receipt) -> None:
        self.receipt = receipt
        self.done = Event()
        self.is_durable = False


class Counter:
    """The counter where texts are signed for, by all answers of a process in groups."""

    def __init__(self, database: Database, tally: Tally) -> None:
        self._database = database
        self._tally = tally
        self._signed: LRUCache[tuple[str, str], Bundle] = LRUCache(_MOST)
        self._waiting: SimpleQueue[_Waiting] = SimpleQueue()
        self._lock = Lock()
        self._clerk: Thread | None = None

    def sign(self, partner: Partner, carried: Bundle, channel: str, moment: Moment) -> bool:
        """Make durable that `partner` is given what is carried; whether there was anything to write.

        Raises `Unavailable` when that fails, or takes too long.
        """
        place = (partner.token, channel)
        with self._lock:
            owed = carried - self._signed.get(place, frozenset())
        if not owed:
            return False
        waiting = _Waiting(Receipt(partner.company, partner.token, owed, channel, moment.now))
        self._start()
        self._waiting.put(waiting)
        if not waiting.done.wait(PATIENCE) or not waiting.is_durable:
            raise refusals.Unavailable()
        with self._lock:
            self._signed[place] = carried
        return True

    def _start(self) -> None:
        """The thread that writes begins with the first receipt: a process that was forked has none yet."""
        with self._lock:
            if self._clerk is None:
                self._clerk = Thread(target=self._work, name="receipts", daemon=True)
                self._clerk.start()

    def _work(self) -> None:
        while True:
            group = [self._waiting.get()]
            while len(group) < _GROUP and not self._waiting.empty():
                group.append(self._waiting.get())
            self._write(group)

    def _write(self, group: list[_Waiting]) -> None:
        is_durable = False
        try:
            with self._database.transaction() as connection:
                add_receipts(connection, [each.receipt for each in group])
            is_durable = True
        except Exception as error:  # noqa: BLE001 - those who wait are refused; the next may have more luck
            log.error("receipts could not be written", kind=type(error).__name__, answers=len(group))
        self._tally.add(RECEIPTS if is_durable else RECEIPTS_FAILED, len(group))
        for each in group:
            each.is_durable = is_durable
            each.done.set()


def carried_by(entry: Entry, version: str) -> Text | None:
    """What a receipt for this entry says, or None where it needs none."""
    if entry.face is not Face.ENTRY:
        return (entry.key, entry.face.value, Level.NOTICE)
    return (entry.key, version, Level.FULL) if entry.level is Level.FULL else None
