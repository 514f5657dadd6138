"""Commits: how soon a message is acknowledged, and seen; and acts of the desk while everybody polls."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from statistics import median, quantiles

from bench.doors import doors_of, send
from bench.figures import Wrong, at_least, at_most, row
from bench.ground import BY, PUBLIC, House
from bench.load import Rate, begun, write_load
from bench.wire import SOURCE
from syndicate.core.tokens import TokenKind
from syndicate.service import contracts, desk, intake
from syndicate.service.contracts import TokenTerms

_COMMITS = 100
_SEEN = 100
_ACTS = 30
_ACTING = 2.0
"""For so long the acts go on (seconds), beside a thousand first polls a second."""


def p99(values: Sequence[float]) -> float:
    """What one in a hundred exceeds."""
    return quantiles(values, n=100, method="inclusive")[98]


def acknowledged(house: House, connections: int) -> Rate:
    """Messages posted one after the other over each of so many connections, each durable when answered."""
    asked = house.numbered_story()
    return write_load(house.service, asked, house.ground.seconds, connections, house.numbers())


@row(13, "ingest acknowledged, p50", at_most("of one durable commit on this disk", 10, 4))
def ack_p50(house: House) -> Sequence[float]:
    """A message over HTTP beside a bare insert of its bytes, before and after."""
    before = _durable_commits(house)
    ours = acknowledged(house, 1)
    return [ours.p50 / median(before + _durable_commits(house))]


@row(
    14,
    "ingest over HTTP, durable",
    at_most("p99, one client", 60, 15, " ms"),
    at_least("32 clients", 500, 2000, " items/s"),
)
def ingest(house: House) -> Sequence[float]:
    """One client's slowest hundredth, and what 32 clients get in."""
    return [acknowledged(house, 1).p99 * 1000, acknowledged(house, 32).per_second]


@row(15, "commit to visible in every web process", at_most("p99", 100, 15, " ms"))
def visible_p99(house: House) -> Sequence[float]:
    """From the end of a commit until each process has given the new feed."""
    return [p99(visible(house, PUBLIC)) * 1000]


def visible(house: House, path: str) -> list[float]:
    """How long it takes each time after a commit until every web process has given what is new there (s)."""
    asked, doors, first = house.numbered_story(), doors_of(house.service, path), house.numbers()
    took = []
    for number in range(first, first + _SEEN):
        intake.take(house.agency, asked.numbered(number).body or b"", SOURCE)
        committed = time.perf_counter()
        waiting = doors
        while waiting:
            for door in waiting:
                send(door, path, {})
            waiting = [door for door in waiting if f"{number:08d}".encode() not in door.getresponse().read()]
        took.append(time.perf_counter() - committed)
    for door in doors:
        door.close()
    return took


@row(
    23,
    "revoke, kill, hold while tokens make their first poll",
    at_most("commit p99", 100, 30, " ms"),
)
def acts(house: House) -> Sequence[float]:
    """The desk's acts, a moment apart, while the counter signs for fresh tokens."""
    tokens = [_token(house) for _ in range(_ACTS)]
    killed, held = ([_posted(house) for _ in range(_ACTS)] for _ in range(2))
    took = []
    with begun(house.service, house.fresh(math.ceil(1_000 * _ACTING)), _ACTING):
        for token, one, other in zip(tokens, killed, held, strict=True):
            began = time.perf_counter()
            contracts.revoke_token(house.agency, token, False, BY)
            revoked = time.perf_counter()
            desk.kill(house.agency, one, BY)
            has_killed = time.perf_counter()
            desk.hold(house.agency, other, BY)
            took += [revoked - began, has_killed - revoked, time.perf_counter() - has_killed]
            time.sleep(_ACTING / (2 * _ACTS))
    return [p99(took) * 1000]


def _token(house: House) -> str:
    terms = TokenTerms(TokenKind.READER, "to be revoked")
    return contracts.issue_token(house.agency, "company-0", terms, BY)[0].id


def _posted(house: House) -> str:
    """The key of a new item."""
    asked = house.numbered_story().numbered(house.numbers())
    (taken,) = intake.take(house.agency, asked.body or b"", SOURCE)
    if taken.key is None:
        raise Wrong(f"An item could not be posted: {taken.detail}")
    return taken.key


def _durable_commits(house: House) -> list[float]:
    """How long each of some inserts of a message's bytes takes, with nothing around it (seconds)."""
    body = house.numbered_story().body
    took = []
    with closing(sqlite3.connect(house.folder / "commits.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS bodies (id INTEGER PRIMARY KEY, body BLOB)")
        for _ in range(_COMMITS):
            began = time.perf_counter()
            connection.execute("INSERT INTO bodies (body) VALUES (?)", [body])
            took.append(time.perf_counter() - began)
    return took
