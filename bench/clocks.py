"""Two ways timed side by side, in turn, so that a machine that is slow for a while is slow for both."""

from __future__ import annotations

import gc
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from statistics import median

Work = Callable[[], object]


def cpu(*ways: Work, times: int = 5) -> list[float]:
    """The processor time of each way (seconds, median)."""
    return _timed(ways, times, time.process_time)


def wall(*ways: Work, times: int = 5) -> list[float]:
    """The time that passes for each way (seconds, median)."""
    return _timed(ways, times, time.perf_counter)


def program(*command: str) -> Work:
    """A program from its start to its end."""
    return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _timed(ways: Sequence[Work], times: int, clock: Callable[[], float]) -> list[float]:
    took: list[list[float]] = [[] for _ in ways]
    with _spared():
        for _ in range(times):
            for number, way in enumerate(ways):
                began = clock()
                way()
                took[number].append(clock() - began)
    return [median(each) for each in took]


@contextmanager
def _spared() -> Iterator[None]:
    """What the bench itself holds by now is no garbage that a way would have to look through meanwhile."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
