"""How much there is of everything, for those who watch: numbers and times, no word of an item or a customer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, case, func, select

from syndicate.core.model import FOREVER
from syndicate.store.tables import items, licences, quarantine, tokens, versions


def count_items(connection: Connection) -> int:
    """How many items there ever were."""
    return int(connection.execute(select(func.count()).select_from(items)).scalar_one())


def count_versions(connection: Connection) -> int:
    """How many versions of items there ever were."""
    return int(connection.execute(select(func.count()).select_from(versions)).scalar_one())


def count_lying(connection: Connection) -> int:
    """How much lies in quarantine."""
    lying = select(func.count()).where(quarantine.c.state == "open")
    return int(connection.execute(lying).scalar_one())


def count_tokens(connection: Connection, now: datetime) -> dict[str, int]:
    """How many tokens are good, past their end, and revoked."""
    state = case(
        (tokens.c.revoked_at.is_not(None), "revoked"), (tokens.c.expires_at <= now, "expired"), else_="good"
    )
    rows = connection.execute(select(state, func.count()).group_by(state))
    return {"good": 0, "expired": 0, "revoked": 0} | {row[0]: row[1] for row in rows}


def count_licences_ending(connection: Connection, now: datetime, before: datetime) -> int:
    """How many licences end between now and a time."""
    ending = licences.c.ends_at.between(now, before) & (licences.c.ends_at < FOREVER)
    return int(connection.execute(select(func.count()).where(ending)).scalar_one())
