"""How each source is doing: what `source list` shows and `doctor` says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from syndicate.net.folder import trouble
from syndicate.service.agency import Agency
from syndicate.service.arriving import silence, sources
from syndicate.settings.sections import SourceSettings
from syndicate.store import sources as rows
from syndicate.store.sources import Poll

OVERDUE = timedelta(minutes=15)
"""A visit that is later than this is late because nobody visits."""


@dataclass(frozen=True, slots=True)
class Standing:
    """When a source was visited and will be, where it is polled, and a sentence for all that needs a hand."""

    visited_at: datetime | None
    next_at: datetime | None
    notes: tuple[str, ...]


def standings(agency: Agency) -> dict[str, Standing]:
    """Every source of the settings, by name."""
    with agency.database.snapshot() as connection:
        polls = rows.list_polls(connection)
        silences = {name: rows.find_silence(connection, name) for name in agency.settings.sources}
    found = {}
    for name, source in agency.settings.sources.items():
        poll = sources.of_address(polls.get(name), source)
        next_at = sources.next_visit(poll, source) if poll else None
        notes = [*_of_visits(name, poll, next_at, agency.clock()), *_of_folder(name, source)]
        heard = silences[name]
        if source.silent_after is not None and heard is not None and heard.silent_since:
            notes.append(silence.silent(heard))
        found[name] = Standing(poll.polled_at if poll else None, next_at, tuple(notes))
    return found


def _of_visits(name: str, poll: Poll | None, next_at: datetime | None, now: datetime) -> Iterator[str]:
    if poll is None:
        return
    if poll.gone_at:
        yield sources.gone(poll)
    elif poll.failure:
        yield f"The last visit to {name} failed: {poll.failure} That was number {poll.failures} in a row."
    if poll.moved_to:
        yield sources.moved(poll)
    if next_at is not None and next_at < now - OVERDUE:
        due = f"{next_at:%Y-%m-%d %H:%M} UTC"
        yield f"The source {name} was to be visited at {due} and was not. Does `syndicate serve` run?"


def _of_folder(name: str, source: SourceSettings) -> Iterator[str]:
    if source.path is not None and (why := trouble(source.path)):
        yield f"The source {name} gives nothing: {why}"
