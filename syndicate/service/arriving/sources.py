"""Polled sources: visited when due, conditionally, and what they give goes the way of every message.

A server that fails, asks for rest or says that the feed has moved or is gone is listened to; when a visit is
due is decided in `core.visits`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import SystemRandom

from sqlalchemy import Connection

from syndicate.core import visits
from syndicate.net.fetch import Fetched, FetchError, fetch, guarded_session
from syndicate.service.agency import Agency
from syndicate.service.intake import Taken, take
from syndicate.settings.sections import SourceSettings, without_secrets
from syndicate.store import sources as rows
from syndicate.store.sources import Poll

_by_chance = SystemRandom().random


class VisitFailed(Exception):
    """A visit that was asked for by hand and gave nothing; `str` says why."""


@dataclass(frozen=True, slots=True)
class Visit:
    """How a visit went: what was taken, nothing new, or why not; `news`, once: the feed has moved, or is gone."""

    source: str
    taken: list[Taken]
    is_unchanged: bool = False
    failure: str | None = None
    news: str | None = None


def due(agency: Agency, now: datetime) -> list[str]:
    """The polled sources whose time has come. One that is gone is visited by hand only."""
    with agency.database.snapshot() as connection:
        polls = rows.list_polls(connection)
    return [
        name
        for name, source in agency.settings.sources.items()
        if source.kind == "poll" and _is_due(of_address(polls.get(name), source), source, now)
    ]


def _is_due(last: Poll | None, source: SourceSettings, now: datetime) -> bool:
    if last is None:
        return True
    return not last.gone_at and visits.is_due(now, last.polled_at, _every(source), last.not_before)


def of_address(poll: Poll | None, source: SourceSettings) -> Poll | None:
    """What is known of the address that a source has now: nothing, when it has another one than before."""
    return poll if poll is not None and poll.address == _address(source) else None


def next_visit(poll: Poll, source: SourceSettings) -> datetime | None:
    """When a source is visited next; None where it is gone."""
    return None if poll.gone_at else visits.next_visit(poll.polled_at, _every(source), poll.not_before)


def poll(agency: Agency, name: str, chance: Callable[[], float] = _by_chance) -> Visit:
    """Visit one polled source now and take in what it has. `chance` gives numbers from 0 to 1."""
    core_source, source = agency.settings.source(name), agency.settings.sources[name]
    if source.kind != "poll":
        raise VisitFailed(
            f"The source {name} is not polled; its kind is {source.kind}. "
            "`syndicate source list` shows those that are."
        )
    now = agency.clock()
    with agency.database.snapshot() as connection:
        last = _last(connection, name, source, now)
    try:
        fetched = fetch(source.url or "", last.etag, last.last_modified, guarded_session)
    except FetchError as error:
        failed = _failed(last, error, now, _every(source), chance())
        _note(agency, failed)
        is_news = failed.gone_at and not last.gone_at
        return Visit(name, [], failure=str(error), news=gone(failed) if is_news else None)
    succeeded = _succeeded(last, fetched, now)
    taken = [] if fetched.body is None else take(agency, fetched.body, core_source, fetched.content_type)
    _note(agency, succeeded)
    is_news = succeeded.moved_to not in (None, last.moved_to)
    news = moved(succeeded) if is_news else None
    return Visit(name, taken, is_unchanged=fetched.body is None, news=news)


def moved(poll: Poll) -> str:
    """What to do about a feed that has moved for good."""
    return f"The source {poll.source} has moved to {poll.moved_to}: write that as its `url` in config.toml."


def gone(poll: Poll) -> str:
    """What to do about a feed that is gone for good."""
    since = f"{poll.gone_at:%Y-%m-%d %H:%M} UTC"
    ways_out = f"Give it another `url`, or ask again with `syndicate source poll {poll.source}`."
    return f"The source {poll.source} is gone since {since} and is visited no more. {ways_out}"


def _last(connection: Connection, name: str, source: SourceSettings, now: datetime) -> Poll:
    found = of_address(rows.find_poll(connection, name), source)
    return found or Poll(name, now, _address(source))


def _failed(last: Poll, error: FetchError, now: datetime, every: timedelta, chance: float) -> Poll:
    asked = visits.asked_rest(error.retry_after, now)
    failures = last.failures + 1
    return replace(
        last,
        polled_at=now,
        failure=f"{error.reason}: {error}",
        failures=failures,
        not_before=now + visits.rest_after_failure(every, failures, chance, asked),
        gone_at=(last.gone_at or now) if error.reason == "gone" else None,
    )


def _succeeded(last: Poll, fetched: Fetched, now: datetime) -> Poll:
    """A visit that gave something new, or said that there is nothing: then what it left out is still good."""
    is_unchanged = fetched.body is None
    return Poll(
        last.source,
        now,
        last.address,
        etag=last.etag if is_unchanged else fetched.etag,
        last_modified=last.last_modified if is_unchanged else fetched.last_modified,
        succeeded_at=now,
        moved_to=fetched.moved_to and without_secrets(fetched.moved_to),
    )


def _note(agency: Agency, visit: Poll) -> None:
    with agency.database.transaction() as connection:
        rows.put_poll(connection, visit)


def _every(source: SourceSettings) -> timedelta:
    return timedelta(seconds=source.every)


def _address(source: SourceSettings) -> str:
    return hashlib.sha256((source.url or "").encode()).hexdigest()
