"""Sources that are silent for too long (`silent_after`): told once, and once more when they are heard again.

Silent is a source of which nothing new was taken in, whichever way its messages come. It is told to the log,
to the audit and, while it lasts, by `doctor` and `source list`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from syndicate.service.agency import Agency
from syndicate.store import books
from syndicate.store import sources as rows
from syndicate.store.sources import Silence

log = structlog.get_logger()


def listen(agency: Agency) -> None:
    """Find out which sources have fallen silent and which are heard again, and tell."""
    for name, source in agency.settings.sources.items():
        if source.silent_after is not None:
            _listen(agency, name, timedelta(seconds=source.silent_after))


def _listen(agency: Agency, name: str, most: timedelta) -> None:
    now = agency.clock()
    with agency.database.snapshot() as connection:
        before, after = _judged(connection, name, most, now)
    if before == after:
        return
    with agency.writing() as act:
        before, after = _judged(act.connection, name, most, now)  # another worker may have told meanwhile
        rows.put_silence(act.connection, after)
        if before is None or before.silent_since == after.silent_since:
            return
        verb, told = (
            ("source silent", silent(after)) if after.silent_since else ("source heard", _heard(after))
        )
        books.add_audit(act.connection, books.AuditRow(act.now, "worker", verb, name, told))
        act.changed(is_visible=False, is_of_terms=False)
    log.warning(verb, source=name, told=told)


def _judged(
    connection: Connection, name: str, most: timedelta, now: datetime
) -> tuple[Silence | None, Silence]:
    """What was known of a source, and what is the case now. A source is listened to before it is silent."""
    known = rows.find_silence(connection, name)
    if known is None:
        return None, Silence(name, watched_at=now)
    if rows.is_heard(connection, name, now - most):
        return known, replace(known, silent_since=None)
    if known.silent_since is None and known.watched_at <= now - most:
        since = rows.last_heard(connection, name) or known.watched_at
        return known, replace(known, silent_since=since)
    return known, known


def silent(silence: Silence) -> str:
    """What to say of a source that is silent."""
    since = f"{silence.silent_since:%Y-%m-%d %H:%M} UTC"
    return f"The source {silence.source} is silent: nothing new has come since {since}."


def _heard(silence: Silence) -> str:
    return f"The source {silence.source} is heard again."
