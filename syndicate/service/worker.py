"""The worker: takes up changed feed files, sees to sources, forgets what is old.

Feeds are an errand beside its loop, since it takes a while to build one where there are many items.

It only hurries things along: no promise rests on it. Of many, the one with the lease works; the others look
each second whether it is free.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import structlog

from syndicate.service import excerpts
from syndicate.service.agency import Agency
from syndicate.service.announcing import settle
from syndicate.service.arriving.arrivals import Arrivals
from syndicate.service.errands import Errands
from syndicate.service.keeping.retention import Retention
from syndicate.service.watching.signs import Pulse
from syndicate.store.lease import Lease

log = structlog.get_logger()

SECONDS = 1.0
"""How long the worker rests between rounds."""


def run(agency: Agency, take_up_feeds: Callable[[], tuple[list[str], tuple[str, ...]]], stop: Event) -> None:
    """Work round after round until `stop`. A round that fails is logged, and the next one tries again."""
    files, errands = _FeedFiles(take_up_feeds), Errands()
    arrivals, retention, pulse = Arrivals(agency), Retention(agency), Pulse(agency)
    lease = Lease(agency.database)
    while not stop.is_set():
        try:
            if lease.is_held():
                pulse.beat()
                errands.begin("feeds", files.take_up)
                _round(agency, arrivals, retention)
        except Exception as error:  # noqa: BLE001 - a worker that dies helps nobody
            log.error("a round of the worker failed", kind=type(error).__name__)
        stop.wait(SECONDS)
    arrivals.finish()
    errands.finish(SECONDS)
    lease.drop()


class _FeedFiles:
    """The feed files, and what was told of them."""

    def __init__(self, take_up: Callable[[], tuple[list[str], tuple[str, ...]]]) -> None:
        self._take_up = take_up
        self._told: tuple[str, ...] = ()

    def take_up(self) -> None:
        """Take up what has changed; log what did, and each problem once."""
        changed, problems = self._take_up()
        if changed:
            log.info("feeds taken up", feeds=" ".join(changed))
        for problem in problems:
            if problem not in self._told:
                log.warning("a feed file is broken; its last good state stays", problem=problem)
        self._told = problems


def _round(agency: Agency, arrivals: Arrivals, retention: Retention) -> None:
    settle(agency)
    excerpts.make_anew(agency)
    arrivals.begin()
    retention.visit()
