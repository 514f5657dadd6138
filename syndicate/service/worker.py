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
from syndicate.service.arrivals import Arrivals
from syndicate.store import spans
from syndicate.store.books import forget_refused_raw
from syndicate.store.items import forget_raw
from syndicate.store.sources import forget_webhooks

log = structlog.get_logger()

SECONDS = 1.0
"""How long the worker rests between rounds."""


def run(agency: Agency, take_up_feeds: Callable[[], tuple[list[str], tuple[str, ...]]], stop: Event) -> None:
    """Work round after round until `stop`. A round that fails is logged, and the next one tries again."""
    told: tuple[str, ...] = ()
    arrivals = Arrivals(agency)
    while not stop.is_set():
        try:
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
    before = agency.clock() - timedelta(days=agency.settings.retention.raw_days)
    with agency.database.transaction() as connection:
        forget_raw(connection, before)
        forget_refused_raw(connection, before)
        forget_webhooks(connection, agency.moment().now - webhooks.KEPT)


def settle(agency: Agency) -> None:
    """Write down that an edge was passed, so that a clock set back does not hide again what was shown."""
    moment = agency.moment()
    with agency.database.snapshot() as connection:
        is_passed = spans.next_span_edge(connection, moment.epoch.settled_at) <= moment.now
    if is_passed:
        with agency.writing() as act:
            act.changed(is_visible=False)
