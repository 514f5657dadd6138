"""What the worker does about sources: it visits those that are polled, looks into watched folders, listens.

Each visit and each look is an errand of its own beside the worker's loop, so that one that is slow delays no
other, and nobody waits for it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import structlog

from syndicate.service.agency import Agency
from syndicate.service.arriving import silence, sources
from syndicate.service.arriving.folders import Watch
from syndicate.service.errands import Errands

log = structlog.get_logger()

PATIENCE = 4.0
"""For how long visits, and then looks, are waited for at the end (seconds); they lose nothing when cut."""

MINUTE = timedelta(minutes=1)


class Arrivals:
    """The sources of one agency, as its worker goes round them."""

    def __init__(self, agency: Agency) -> None:
        self._agency = agency
        self._visits = Errands()
        self._looks = Errands()
        self._begun: dict[str, datetime] = {}
        self._listened_at: datetime | None = None
        self._watches = {
            name: Watch(agency, name, source.path)
            for name, source in agency.settings.sources.items()
            if source.path is not None
        }

    def begin(self) -> None:
        """Begin what is due, and wait for nothing."""
        now = self._agency.clock()
        for name, watch in self._watches.items():
            self._looks.begin(name, watch.look)
        for name in sources.due(self._agency, now):
            self._begin_visit(name, now)
        if not _is_within(now, self._listened_at, MINUTE):
            silence.listen(self._agency)
            self._listened_at = now

    def finish(self) -> None:
        """Wait a little for what is under way."""
        self._visits.finish(PATIENCE)
        self._looks.finish(PATIENCE)

    def _begin_visit(self, name: str, now: datetime) -> None:
        """Begin a visit, but not at once after another: one that could not be written down is due still."""
        every = timedelta(seconds=self._agency.settings.sources[name].every)
        if not _is_within(now, self._begun.get(name), min(every, MINUTE)) and self._visits.begin(
            name, partial(_visit, self._agency, name)
        ):
            self._begun[name] = now


def _is_within(now: datetime, begun_at: datetime | None, rest: timedelta) -> bool:
    return begun_at is not None and begun_at <= now < begun_at + rest


def _visit(agency: Agency, name: str) -> None:
    visit = sources.poll(agency, name)
    if visit.failure:
        log.warning("a visit failed", source=name, why=visit.failure)
    if visit.news:
        log.warning("a source has news", source=name, told=visit.news)
