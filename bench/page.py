"""`docs/bench.md`: the table of a whole run, with the command, the machine and the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.machine import description, load_average
from bench.table import Result, calmness, markdown

PAGE = Path(__file__).parent.parent / "docs" / "bench.md"

_TEXT = """\
# The bench

How fast the service is beside what one could have instead, on one machine in one run: medians of
{rounds} rounds in which all rows took turns, the load (`wrk -t1 -c32`, {seconds:g} s) on the same cores as
the servers. A feed has 50 items in RSS; a house has {tokens:,} tokens and two web processes. Written by

    {command}

on {day}. Ratios can be compared with those of another machine; what has a unit cannot.

{table}
"reached": `aim`, `must`, or `no`. "rounds": the lowest and the highest round.

## The machine
{machine}

{calmness} Load averages at the end: {load}.

## The peers
nginx serves the service's own bytes as files, packed beforehand (`gzip_static`). Django is its syndication
framework with its middleware for gzip and conditions, over SQLite; the naive one is Flask and feedgen, which
renders each answer; the bare route is Flask with nothing but the bytes. All Python is served by granian with
two processes of four threads, as the service is. `bench/` has them all, and a function for each row.
"""


@dataclass(frozen=True, slots=True)
class Run:
    """How a run was called: its command, rounds, seconds of a load, and tokens of a house."""

    command: str
    rounds: int
    seconds: float
    tokens: int


def text(results: Sequence[Result], run: Run) -> str:
    """The page for a run that has just ended."""
    return _TEXT.format(
        **asdict(run),
        day=f"{datetime.now(UTC):%d %B %Y}",
        table=markdown(results),
        machine="\n".join(f"- {line}" for line in description()),
        calmness=calmness(results),
        load=load_average(),
    )
