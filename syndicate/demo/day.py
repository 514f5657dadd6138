"""The messages of the demo day, each with its time of receipt, brought to life by one shift of all times."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources

NOW = datetime(2026, 3, 18, 18, 0, 0, tzinfo=UTC)
"""The moment of the day at which a demo starts."""

_TIME = re.compile(rb'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"')
_WIRE = resources.files("syndicate.demo").joinpath("wire")


@dataclass(frozen=True, slots=True)
class Wired:
    """One message of the day: its bytes, and when it came."""

    name: str
    body: bytes
    received_at: datetime


def messages(shift: timedelta = timedelta(0)) -> Iterator[Wired]:
    """All messages of the day in the order of their arrival, every time in them moved by `shift`."""
    table = _WIRE.joinpath("arrivals.tsv").read_text("utf-8").splitlines()
    for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE):
        body = _WIRE.joinpath(row["file"]).read_bytes()
        arrived = datetime.fromisoformat(row["arrived"])
        yield Wired(row["file"], _shifted(body, shift), arrived + shift)


def _shifted(body: bytes, shift: timedelta) -> bytes:
    def moved(found: re.Match[bytes]) -> bytes:
        at = datetime.fromisoformat(found[1].decode()) + shift
        return f'"{at:%Y-%m-%dT%H:%M:%SZ}"'.encode()

    return _TIME.sub(moved, body) if shift else body
