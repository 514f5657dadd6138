"""Receipts: before a full text or a notice leaves to a company, that it was handed over is durable.

They mean "handed to the connection": they may claim too much, never too little.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock

from syndicate.core.entry import Entry
from syndicate.core.model import Face, Level
from syndicate.core.story import Partner
from syndicate.service import refusals
from syndicate.service.agency import Agency, Moment
from syndicate.store.database import StoreError
from syndicate.store.receipts import Receipt, add_receipts

Carried = frozenset[tuple[str, str, Level]]
"""What a rendering carries that needs a receipt: (key, version or face, level)."""


class Counter:
    """The counter where texts are signed for. It remembers, in bounded space, what was signed already."""

    _LARGEST = 100_000

    def __init__(self) -> None:
        self._signed: OrderedDict[tuple[str, str, str, Level], None] = OrderedDict()
        self._lock = Lock()

    def sign(self, agency: Agency, partner: Partner, carried: Carried, channel: str, moment: Moment) -> bool:
        """Make durable that `partner` is given what is carried; whether there was anything to write.

        Raises `Unavailable` when that fails.
        """
        owed = [each for each in sorted(carried) if not self._is_signed(partner.token, each)]
        if not owed:
            return False
        new = [
            Receipt(partner.company, partner.token, key, version, level, channel, moment.now)
            for key, version, level in owed
        ]
        try:
            with agency.receipts.transaction() as connection:
                add_receipts(connection, new)
        except StoreError as error:
            raise refusals.Unavailable() from error
        self._remember(partner.token, owed)
        return True

    def _is_signed(self, token: str, carried: tuple[str, str, Level]) -> bool:
        return (token, *carried) in self._signed

    def _remember(self, token: str, signed: Iterable[tuple[str, str, Level]]) -> None:
        with self._lock:
            for each in signed:
                self._signed[(token, *each)] = None
            while len(self._signed) > self._LARGEST:
                self._signed.popitem(last=False)


def carried_by(entry: Entry, version: str) -> tuple[str, str, Level] | None:
    """What a receipt for this entry says, or None where it needs none."""
    if entry.face is not Face.ENTRY:
        return (entry.key, entry.face.value, Level.NOTICE)
    return (entry.key, version, Level.FULL) if entry.level is Level.FULL else None
