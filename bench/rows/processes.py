"""Processes: how much memory they take, and how long they take to start."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack

from bench.clocks import program, wall
from bench.figures import Scope, at_most, row
from bench.ground import PUBLIC, House
from bench.load import Ask
from bench.machine import family_of, resident
from bench.rows.tokens import in_turn_of
from bench.servers import running, serving

_GIVEN = "import flask, feedgen.feed, itsdangerous"


@row(20, "memory of the largest process", at_most("resident", 110, 70, " MB"))
def memory(house: House) -> Sequence[float]:
    """After a thousand tokens have been in turn, and whatever the rows before have asked."""
    in_turn_of(house)
    return [max(map(resident, family_of(house.service.root))) / 1e6]


@row(21, "cold start to the first 200", at_most("of importing what is given", 3, 1.5))
def cold_start(house: House) -> Sequence[float]:
    """`syndicate serve` until it answers, beside importing flask, feedgen and itsdangerous."""
    with ExitStack() as stack:  # which ends them afterwards, outside of what is timed

        def start() -> None:
            stack.enter_context(running("cold", serving(house.folder), Ask(PUBLIC), house.folder))

        ours, given = wall(start, program(sys.executable, "-c", _GIVEN), times=3)
    return [ours / given]


@row(22, "syndicate --help", at_most("of python -c pass", 5, 2), scope=Scope.ONCE)
def help(house: House) -> Sequence[float]:
    """The shortest thing that the program does."""
    ours, nothing = wall(
        program(sys.executable, "-m", "syndicate", "--help"), program(sys.executable, "-c", "pass"), times=9
    )
    return [ours / nothing]
