"""The desk's books: the quarantine of what could not be read, and the audit of what was done."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from syndicate.core.sealed import Sealed
from syndicate.store.tables import audit, quarantine


@dataclass(frozen=True, slots=True)
class Refused:
    """A message, or one item of it, that was not taken: why, and its bytes."""

    source: str
    received_at: datetime
    reason: str
    detail: str
    uri: str | None
    digest: str
    raw: Sealed[bytes] | None
    content_type: str | None = None
    state: str = "open"
    id: int | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Who did what to what, when and why, and what it was before and after."""

    at: datetime
    who: str
    verb: str
    subject: str
    reason: str
    before: Any = None
    after: Any = None


def add_refused(connection: Connection, refused: Refused) -> None:
    """Put something into quarantine, once; what was put aside and comes again lies there again."""
    known = select(quarantine.c.id).where(
        quarantine.c.source == refused.source,
        quarantine.c.digest == refused.digest,
        quarantine.c.reason == refused.reason,
        quarantine.c.detail == refused.detail,
        quarantine.c.uri.is_not_distinct_from(refused.uri),
    )
    found = connection.execute(known).scalar_one_or_none()
    if found is not None:
        again = {"state": refused.state, "content_type": refused.content_type}
        connection.execute(update(quarantine).where(quarantine.c.id == found).values(again))
    else:
        values = _fields(refused)
        del values["id"]
        connection.execute(insert(quarantine).values(values))


def _fields(value: Any) -> dict[str, Any]:
    """The fields of a frozen value by name, not copied: a sealed text refuses to be."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def list_refused(connection: Connection, state: str = "open") -> list[Refused]:
    """What lies in quarantine, oldest first, without its bytes."""
    columns = [column for column in quarantine.c if column is not quarantine.c.raw]
    rows = connection.execute(select(*columns).where(quarantine.c.state == state).order_by(quarantine.c.id))
    return [Refused(**row._mapping, raw=None) for row in rows]


def forget_refused_raw(connection: Connection, before: datetime) -> None:
    """Empty the bytes of what was refused before; the reason and the digest stay."""
    old = quarantine.c.received_at < before
    connection.execute(update(quarantine).where(old, quarantine.c.raw.is_not(None)).values(raw=None))


def find_refused(connection: Connection, id: int) -> Refused | None:
    """One thing in quarantine."""
    row = connection.execute(select(quarantine).where(quarantine.c.id == id)).one_or_none()
    return Refused(**row._mapping) if row else None


def set_refused_state(connection: Connection, id: int, state: str) -> None:
    """Mark something in quarantine as replayed or discarded; it stays on record."""
    connection.execute(update(quarantine).where(quarantine.c.id == id).values(state=state))


def add_audit(connection: Connection, row: AuditRow) -> None:
    """Write down an act."""
    connection.execute(insert(audit).values(asdict(row)))


def list_audit(connection: Connection, subject: str | None = None) -> list[AuditRow]:
    """What was done, to one subject or to all, oldest first."""
    query = select(
        audit.c.at,
        audit.c.who,
        audit.c.verb,
        audit.c.subject,
        audit.c.reason,
        audit.c.before,
        audit.c.after,
    ).order_by(audit.c.id)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    return [AuditRow(*row) for row in connection.execute(query)]
