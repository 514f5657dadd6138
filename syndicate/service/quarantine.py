"""The quarantine: what could not be read, shown to the desk, read again, or put aside."""

from __future__ import annotations

from syndicate.core.sealed import for_the_desk
from syndicate.service import refusals
from syndicate.service.agency import Agency
from syndicate.service.contracts import By
from syndicate.service.intake import Taken, take
from syndicate.store import books
from syndicate.store.books import Refused


def lying(agency: Agency) -> list[Refused]:
    """What lies in quarantine now, oldest first."""
    with agency.database.snapshot() as connection:
        return books.list_refused(connection)


def shown(agency: Agency, id: int) -> tuple[Refused, bytes]:
    """One message in quarantine and its bytes, for the desk's eyes only."""
    with agency.database.snapshot() as connection:
        refused = books.find_refused(connection, id)
    if refused is None:
        raise refusals.Unknown(
            kind="message in quarantine", name=str(id), hint=" `syndicate quarantine list` shows them."
        )
    return refused, for_the_desk(refused.raw) if refused.raw else b""


def replay(agency: Agency, id: int, by: By) -> list[Taken]:
    """Read a message again. What is still refused stays in quarantine."""
    refused, raw = shown(agency, id)
    if not raw:
        raise refusals.Impossible(why="The bytes of this message are past their retention.")
    taken = take(agency, raw, agency.settings.source(refused.source), refused.content_type)
    if all(each.outcome is not None for each in taken):
        _set(agency, id, "replayed", by)
    return taken


def discard(agency: Agency, id: int, by: By) -> None:
    """Put a message aside; it stays on record."""
    shown(agency, id)
    _set(agency, id, "discarded", by)


def _set(agency: Agency, id: int, state: str, by: By) -> None:
    with agency.writing() as act:
        books.set_refused_state(act.connection, id, state)
        note = books.AuditRow(act.now, by.who, f"quarantine {state}", str(id), by.reason)
        books.add_audit(act.connection, note)
        act.changed(is_visible=False, is_of_terms=False)
