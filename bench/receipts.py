"""Receipts in bulk: for each of the newest texts one from each of some tokens, spread over a year.

That is what readers leave who come often: each new text is signed for by itself, once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from syndicate.core.model import Level
from syndicate.service.agency import Agency
from syndicate.store.receipts import Receipt, add_receipts
from syndicate.store.tables import bundles, receipts, versions

CHANNEL = "feed all"
YEAR = timedelta(days=365)

Holder = tuple[str, str]
"""The id of a token, and its company."""


def load_receipts(agency: Agency, holders: Sequence[Holder], many: int, until: datetime) -> None:
    """Add `many` receipts, as many for each holder; the last are signed at `until`."""
    texts = many // len(holders)
    with agency.database.snapshot() as connection:
        newest = select(versions.c.key, versions.c.digest).order_by(versions.c.id.desc()).limit(texts)
        given = [(row.key, row.digest, Level.FULL) for row in connection.execute(newest)]
    if len(given) < texts:
        raise ValueError(f"There are {len(given)} texts and not {texts}.")
    times = [until - number * (YEAR / texts) for number in range(texts)]
    token, company = holders[0]
    with agency.receipts.transaction() as connection:
        signed = [
            Receipt(company, token, frozenset([text]), CHANNEL, at)
            for text, at in zip(given, times, strict=True)
        ]
        add_receipts(connection, signed)
        ids = list(connection.execute(select(bundles.c.id).order_by(bundles.c.id)).scalars())
        for index in receipts.indexes:
            index.drop(connection)
        for holder in sorted(holders[1:]):
            connection.execute(insert(receipts), list(_rows(holder, ids, times)))
        for index in receipts.indexes:
            index.create(connection)


def _rows(holder: Holder, ids: Sequence[int], times: Sequence[datetime]) -> Iterator[dict[str, Any]]:
    token, company = holder
    for id, at in zip(ids, times, strict=True):
        yield {"token": token, "bundle": id, "company": company, "channel": CHANNEL, "at": at}
