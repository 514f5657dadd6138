"""The worker: takes up changed feed files, sees to sources, empties old raw messages.

It only hurries things along: no promise rests on it. A second one does no harm, but visits sources twice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Event

import structlog

from syndicate.service import excerpts, webhooks
from syndicate.service.agency import Agency
from syndicate.service.announcing import settle
from syndicate.service.arrivals import Arrivals
from syndicate.service.changes import GOOD_FOR
from syndicate.service.signs import Pulse
from syndicate.store.books import forget_refused_raw
from syndicate.store.changes import forget_changes
from syndicate.store.items import forget_raw
from syndicate.store.sources import forget_webhooks

log = structlog.get_logger()

SECONDS = 1.0
"""How long the worker rests between rounds."""


def run(agency: Agency, take_up_feeds: Callable[[], tuple[list[str], tuple[str, ...]]], stop: Event) -> None:
    """Work round after round until `stop`. A round that fails is logged, and the next one tries again."""
    told: tuple[str, ...] = ()
    arrivals, pulse = Arrivals(agency), Pulse(agency)
    while not stop.is_set():
        try:
            pulse.beat()
            changed, problems = take_up_feeds()
            told = _tell(changed, problems, told)
            _round(agency, arrivals)
        except Exception as error:  # noqa: BLE001 - a worker that dies helps nobody
            log.error("a round of the worker failed", kind=type(error).__name__)
        stop.wait(SECONDS)
    arrivals.finish()


def _tell(changed: list[str], problems: tuple[str, ...], told: tuple[str, ...]) -> tuple[str, ...]:
    """Log what changed, and each problem once."""
    if changed:
        log.info("feeds taken up", feeds=" ".join(changed))
    for problem in problems:
        if problem not in told:
            log.warning("a feed file is broken; its last good state stays", problem=problem)
    return problems


def _round(agency: Agency, arrivals: Arrivals) -> None:
    settle(agency)
    excerpts.make_anew(agency)
    arrivals.begin()
    now = agency.moment().now
    before = now - timedelta(days=agency.settings.retention.raw_days)
    with agency.database.transaction() as connection:
        forget_raw(connection, before)
        forget_refused_raw(connection, before)
        forget_changes(connection, now - GOOD_FOR)
        forget_webhooks(connection, now - webhooks.KEPT)
