"""Polled sources: visited when due, conditionally, and what they give goes the way of every message."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syndicate.net.fetch import FetchError, fetch, guarded_session
from syndicate.service.agency import Agency
from syndicate.service.intake import Taken, take
from syndicate.store import books
from syndicate.store.books import Poll


class VisitFailed(Exception):
    """A visit that was asked for by hand and gave nothing; `str` says why."""


@dataclass(frozen=True, slots=True)
class Visit:
    """How a visit went: what was taken, nothing new, or why not."""

    source: str
    taken: list[Taken]
    is_unchanged: bool = False
    failure: str | None = None


def due(agency: Agency, now: datetime) -> list[str]:
    """The polled sources whose time has come."""
    names = []
    with agency.database.snapshot() as connection:
        for name, source in agency.settings.sources.items():
            if source.kind == "poll":
                last = books.find_poll(connection, name)
                if last is None or last.polled_at + timedelta(seconds=source.every) <= now:
                    names.append(name)
    return names


def poll(agency: Agency, name: str) -> Visit:
    """Visit one polled source now and take in what it has."""
    source = agency.settings.source(name)
    if agency.settings.sources[name].kind != "poll":
        raise VisitFailed(
            f"The source {name} is not polled; its kind is {agency.settings.sources[name].kind}. "
            "`syndicate source list` shows those that are."
        )
    url = agency.settings.sources[name].url
    with agency.database.snapshot() as connection:
        last = books.find_poll(connection, name) or Poll(name, agency.clock())
    now = agency.clock()
    try:
        fetched = fetch(url or "", last.etag, last.last_modified, guarded_session)
    except FetchError as error:
        _note(agency, replace(last, polled_at=now, failure=f"{error.reason}: {error}"))
        return Visit(name, [], failure=str(error))
    if fetched.body is None:
        _note(agency, replace(last, polled_at=now, succeeded_at=now, failure=None))
        return Visit(name, [], is_unchanged=True)
    taken = take(agency, fetched.body, source, fetched.content_type)
    _note(agency, Poll(name, now, fetched.etag, fetched.last_modified, succeeded_at=now))
    return Visit(name, taken)


def _note(agency: Agency, visit: Poll) -> None:
    with agency.database.transaction() as connection:
        books.put_poll(connection, visit)
