"""Retention: what is forgotten when it is old enough, and what is kept all the same.

Raw messages and refused bytes go after `raw_days`, changes when no cursor may name them any more, receipts after
`receipts_days`. Receipts of a company are kept while they name an item that is held or killed and of which it
has not said that it is out: who has it stays known until it is settled. That receipts were let go is written
down, so that no report looks complete which is not.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta

from syndicate.service import holders
from syndicate.service.agency import Agency
from syndicate.service.arriving import webhooks
from syndicate.service.changes import GOOD_FOR
from syndicate.store import receipts
from syndicate.store.books import forget_refused_raw
from syndicate.store.changes import forget_changes
from syndicate.store.contracts import list_companies
from syndicate.store.items import forget_raw
from syndicate.store.sources import forget_webhooks

REST = timedelta(minutes=1)
"""So long nothing is looked for again."""

_BATCH = 1_000
"""So many receipts are let go in one transaction, in which nobody can sign for a text."""

_MOST = 20_000
"""So many receipts are let go at a time."""


class Retention:
    """What one worker forgets, at most once a minute; receipts, until a day has none left to let go."""

    def __init__(self, agency: Agency) -> None:
        self._agency = agency
        self._next_at: datetime | None = None
        self._cut_before: datetime | None = None

    def visit(self) -> None:
        """Forget what is old enough, if the last time was long enough ago."""
        now = self._agency.moment().now
        if self._next_at is not None and now < self._next_at:
            return
        self._next_at = now + REST
        forget(self._agency, now)
        before = oldest_receipt(self._agency, now)
        if before != self._cut_before and cut_receipts(self._agency, before, now):
            self._cut_before = before


def forget(agency: Agency, now: datetime) -> None:
    """Forget raw messages, refused bytes, changes and ids of webhooks that are old enough by now."""
    before = now - timedelta(days=agency.settings.retention.raw_days)
    with agency.database.transaction() as connection:
        forget_raw(connection, before)
        forget_refused_raw(connection, before)
        forget_changes(connection, now - GOOD_FOR)
        forget_webhooks(connection, now - webhooks.KEPT)


def oldest_receipt(agency: Agency, now: datetime) -> datetime:
    """From when on receipts are kept whatever they are of: the beginning of a day, in UTC."""
    day = (now - timedelta(days=agency.settings.retention.receipts_days)).astimezone(UTC)
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


def cut_receipts(agency: Agency, before: datetime, now: datetime) -> bool:
    """Let go of receipts from before, by company and in small batches; whether none is left that may go."""
    kept: defaultdict[str, list[str]] = defaultdict(list)
    with agency.database.snapshot() as connection:
        companies = [each.name for each in list_companies(connection)]
        for each in holders.owed(agency, connection, now):
            if each.is_open:
                kept[each.company].append(each.key)
    left = _MOST
    for company in companies:
        count = _BATCH
        while count == _BATCH and left > 0:
            with agency.receipts.transaction() as connection:
                count = receipts.cut(connection, company, before, kept[company], _BATCH, now)
            left -= count
    return left > 0
