"""Who has it: every company that was ever given the text of an item, when it was told of a notice, what it said.

`State` is of a company and an item that is held or killed now. It is *open* while no token of the company was
handed the notice, *told* from then on (by a feed, by key, by the changes or the account; a 304 tells nothing),
*acknowledged* once the company has said since that the text is out. What the receipts do not hold any more
is not guessed: a report says from when on it is whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from syndicate.core.model import Face, Level
from syndicate.service import desk
from syndicate.service.agency import Agency
from syndicate.service.contracts import company_of
from syndicate.store import changes, contracts, items, receipts, spans
from syndicate.store.database import BEGINNING
from syndicate.store.receipts import Given


class State(StrEnum):
    """How far a notice has come with a company that was given the text; the worst first."""

    OPEN = "open"
    TOLD = "told"
    ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True, slots=True)
class Notice:
    """That an item is held or killed now, and since when."""

    face: Face
    since_at: datetime


@dataclass(frozen=True, slots=True)
class Telling:
    """How a company was told of a notice: when, and through which channel and token."""

    at: datetime
    channel: str
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """One text that was given to one token, and how its company stands with the item; or a notice, at NOTICE."""

    key: str
    company: str
    title: str
    token: str
    label: str
    version: str  # its number, of a source without numbers the beginning of its digest; of a notice its name
    level: Level
    channel: str
    given_at: datetime
    notice: Notice | None = None
    told: Telling | None = None
    acknowledged_at: datetime | None = None

    @property
    def state(self) -> State | None:
        """How far the notice has come; None for an item under none, and for notices themselves."""
        if self.notice is None:
            return None
        if self.acknowledged_at is not None:
            return State.ACKNOWLEDGED
        return State.TOLD if self.told is not None else State.OPEN


@dataclass(frozen=True, slots=True)
class Books:
    """What the agency knows of the items, companies and tokens that stand in receipts."""

    notices: Mapping[str, Notice]
    said: Mapping[tuple[str, str], datetime]  # the last acknowledgement, by company and key
    titles: Mapping[str, str]
    labels: Mapping[str, str]
    numbers: Mapping[tuple[str, str], int | None]


@dataclass(frozen=True, slots=True)
class Report:
    """Who has what. Of what was given before `known_from`, where that is not None, some is forgotten."""

    lines: list[Line]
    known_from: datetime | None


def who_got(agency: Agency, key: str) -> Report:
    """Who was ever given the text of an item, open ones first. Raises `Unknown`."""
    with agency.database.snapshot() as connection:
        desk.item_of(connection, key)
        notices = _notices(agency, connection)
        given = _given(agency, keys=[key])
        lines = _texts(joined(given, given, _books(connection, notices, given)))
        return Report(lines, _known_from(agency, items.oldest_version(connection, [key])))


def of_notices(agency: Agency, is_all: bool = False) -> Report:
    """Who was given the texts of items that are held or killed now, open ones first.

    Those who have acknowledged are left out, unless `is_all`.
    """
    with agency.database.snapshot() as connection:
        notices = _notices(agency, connection)
        given = _given(agency, keys=sorted(notices))
        lines = _texts(joined(given, given, _books(connection, notices, given)))
        shown = [line for line in lines if is_all or line.state is not State.ACKNOWLEDGED]
        return Report(shown, _known_from(agency, items.oldest_version(connection, sorted(notices))))


def of_company(
    agency: Agency, company: str, from_at: datetime | None = None, until_at: datetime | None = None
) -> Report:
    """What a company was handed in [`from_at`, `until_at`), texts and notices, open ones first.

    Raises `Unknown`.
    """
    with agency.database.snapshot() as connection:
        company_of(connection, company)
        notices = _notices(agency, connection)
        given = _given(agency, company=company, from_at=from_at, until_at=until_at)
        under_notice = sorted({each.key for each in given if each.key in notices})
        told = _given(agency, company=company, keys=under_notice)
        lines = _in_order(joined(given, told, _books(connection, notices, given)))
        return Report(lines, _known_from(agency, from_at or BEGINNING))


def joined(given: Iterable[Given], told: Iterable[Given], books: Books) -> Iterator[Line]:
    """A line for each text and notice that was given, with the first of `told` by which its company knows."""
    first: dict[tuple[str, str], Given] = {}
    for each in told:
        notice, place = books.notices.get(each.key), (each.company, each.key)
        if notice is not None and _tells(each, notice) and (place not in first or each.at < first[place].at):
            first[place] = each
    for each in given:
        notice = books.notices.get(each.key) if each.level is Level.FULL else None
        place = (each.company, each.key)
        by = first.get(place) if notice else None
        said_at = books.said.get(place)
        yield Line(
            key=each.key,
            company=each.company,
            title=books.titles.get(each.company, each.company),
            token=each.token,
            label=books.labels.get(each.token, ""),
            version=_version(each, books),
            level=each.level,
            channel=each.channel,
            given_at=each.at,
            notice=notice,
            told=Telling(by.at, by.channel, books.labels.get(by.token, "")) if by else None,
            acknowledged_at=said_at if said_at and notice and said_at >= notice.since_at else None,
        )


def _tells(given: Given, notice: Notice) -> bool:
    """Whether what was handed over is this notice, not one of an earlier hold."""
    is_of_face = given.version.partition(" ")[0] == notice.face.value
    return given.level is Level.NOTICE and is_of_face and given.at >= notice.since_at


def _version(given: Given, books: Books) -> str:
    """What people call a version."""
    if given.level is Level.NOTICE:
        return given.version.partition(" ")[0]
    number = books.numbers.get((given.key, given.version))
    return given.version[:8] if number is None else str(number)


def _texts(lines: Iterable[Line]) -> list[Line]:
    return _in_order(line for line in lines if line.level is Level.FULL)


def _in_order(lines: Iterable[Line]) -> list[Line]:
    """Those of whom something is to be done first, then the oldest."""
    states = [*State, None]
    return sorted(
        lines,
        key=lambda line: (states.index(line.state), line.given_at, line.company, line.token, line.key),
    )


# What is joined


def _notices(agency: Agency, connection: Connection) -> dict[str, Notice]:
    found = spans.notices_at(connection, agency.moment().now)
    return {key: Notice(face, since_at) for key, (face, since_at) in found.items()}


def _given(agency: Agency, **which: Any) -> list[Given]:
    with agency.receipts.snapshot() as connection:
        return receipts.receipts_for(connection, **which)


def _known_from(agency: Agency, since_at: datetime | None) -> datetime | None:
    """From when on all receipts are there, where something may have been given between `since_at` and then."""
    with agency.receipts.snapshot() as connection:
        found = receipts.known_from(connection)
    return found if found and since_at and since_at < found else None


def _books(connection: Connection, notices: Mapping[str, Notice], given: list[Given]) -> Books:
    """What the main database knows of what stands in these receipts."""
    keys = sorted({each.key for each in given})
    return Books(
        notices=notices,
        said=changes.last_acks(connection, [key for key in keys if key in notices]),
        titles={each.name: each.title for each in contracts.list_companies(connection)},
        labels=contracts.labels_of_tokens(connection),
        numbers=items.numbers_of(connection, keys),
    )
