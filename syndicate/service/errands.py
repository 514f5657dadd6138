"""Errands: what the worker lets be done beside its loop, so that nobody waits for a slow source.

One thread for an errand, never two of one name at once, and never too many. What an errand does is not
decided here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Thread

import structlog

log = structlog.get_logger()

MOST = 16


class Errands:
    """The errands under way, by name. They end with the process: none is waited for longer than told."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._under_way: dict[str, Thread] = {}

    def begin(self, name: str, errand: Callable[[], None]) -> bool:
        """Begin an errand, unless one of this name is under way or there are too many; whether it began."""
        self._under_way = {each: thread for each, thread in self._under_way.items() if thread.is_alive()}
        if name in self._under_way or len(self._under_way) >= self._most:
            return False
        thread = Thread(target=_run, args=(name, errand), name=name, daemon=True)
        self._under_way[name] = thread
        thread.start()
        return True

    def finish(self, seconds: float) -> None:
        """Wait for what is under way, for so long altogether."""
        deadline = time.monotonic() + seconds
        for thread in self._under_way.values():
            thread.join(max(0.0, deadline - time.monotonic()))


def _run(name: str, errand: Callable[[], None]) -> None:
    try:
        errand()
    except Exception as error:  # noqa: BLE001 - as in the worker's loop, of which this is a part
        log.error("an errand of the worker failed", errand=name, kind=type(error).__name__)
