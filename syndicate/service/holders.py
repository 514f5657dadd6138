"""Who holds what: which companies were given the text of items that are held or killed, and what they said.

A company owes an answer while it has a receipt for a text of such an item and has not said, since the notice
came, that it has taken it out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from syndicate.core.model import Face
from syndicate.service.agency import Agency
from syndicate.store import changes, receipts, spans


@dataclass(frozen=True, slots=True)
class Owed:
    """A company that holds a text of an item under a notice, since when, and what it said of it last."""

    company: str
    key: str
    face: Face
    since_at: datetime
    acknowledged_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it has not said yet that it has taken the text out."""
        return self.acknowledged_at is None


def owed(agency: Agency, connection: Connection, now: datetime, company: str | None = None) -> list[Owed]:
    """What companies, or this one, were given of items that are held or killed now; oldest notices first."""
    notices = spans.notices_at(connection, now)
    with agency.receipts.snapshot() as receipt_rows:
        given = receipts.companies_given(receipt_rows, list(notices), company)
    said = changes.last_acks(connection, sorted({key for _, key in given}), company)
    found = _owed(notices, given, said)
    return sorted(found, key=lambda each: (not each.is_open, each.since_at, each.key, each.company))


def _owed(
    notices: Mapping[str, tuple[Face, datetime]],
    given: set[tuple[str, str]],
    said: Mapping[tuple[str, str], datetime],
) -> Iterator[Owed]:
    for company, key in given:
        face, since_at = notices[key]
        last = said.get((company, key))
        yield Owed(company, key, face, since_at, last if last is not None and last >= since_at else None)
