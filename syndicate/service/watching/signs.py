"""What running processes notice for `doctor`: that a worker works, that the clock jumped, that a proxy stands
before us.

It is written down once in a while, outside the epoch, and nobody is refused or kept waiting for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from syndicate.service.agency import Agency, StoreError
from syndicate.store.signs import Sign, find_sign, put_sign

log = structlog.get_logger()

JUMP = timedelta(seconds=60)
"""A clock that goes off by more has jumped."""

BEAT = timedelta(seconds=30)
MISSED = timedelta(minutes=2)
HOUR = timedelta(hours=1)
RECENT = timedelta(days=1)
"""So long `doctor` speaks of what has happened and is over."""

WORKER, CLOCK, PROXY = "worker", "clock", "proxy"


class Pulse:
    """The pulse of one worker: beaten each round, written down now and then. It watches the clock as well."""

    def __init__(self, agency: Agency, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._agency = agency
        self._elapsed = elapsed
        self._last: tuple[datetime, float] | None = None
        self._noted_at: datetime | None = None

    def beat(self) -> None:
        """Say that the worker works, and whether the clock went as time did since the last beat."""
        now, elapsed = self._agency.clock(), self._elapsed()
        if self._last is not None:
            off = (now - self._last[0]) - timedelta(seconds=elapsed - self._last[1])
            if abs(off) > JUMP:
                way = "forward" if off > timedelta(0) else "back"
                told = f"{abs(off).total_seconds():.0f} seconds {way}"
                log.warning("the clock jumped", told=told)
                _note(self._agency, Sign(CLOCK, now, told))
        self._last = now, elapsed
        if self._noted_at is None or not self._noted_at <= now < self._noted_at + BEAT:
            _note(self._agency, Sign(WORKER, now, ""))
            self._noted_at = now


class ProxyWatch:
    """Notices requests that came through a proxy of which the settings know nothing."""

    def __init__(self, agency: Agency) -> None:
        self._agency = agency
        self._noted_at: datetime | None = None

    def notice(self) -> None:
        """Such a request came. It is written down once an hour."""
        now = self._agency.clock()
        if self._noted_at is None or not self._noted_at <= now < self._noted_at + HOUR:
            self._noted_at = now
            _note(self._agency, Sign(PROXY, now, ""))


def _note(agency: Agency, sign: Sign) -> None:
    with suppress(StoreError), agency.database.transaction() as connection:
        put_sign(connection, sign)


def findings(agency: Agency) -> Iterator[str]:
    """A sentence for each sign that tells of something wrong, with the way to mend it."""
    now = agency.clock()
    with agency.database.snapshot() as connection:
        worker, clock, proxy = (find_sign(connection, name) for name in (WORKER, CLOCK, PROXY))
    if worker is not None and worker.at < now - MISSED:
        yield (
            f"No worker has worked since {_stamp(worker)}: no source is visited and no feed file taken up. "
            "Start `syndicate serve`; its log says why a worker ended."
        )
    if clock is not None and clock.at > now - RECENT:
        yield (
            f"The clock jumped {clock.told} at {_stamp(clock)}, or the machine slept. Have it set by NTP "
            "(`timedatectl set-ntp true`)."
        )
    if proxy is not None and proxy.at > now - RECENT and not agency.settings.serve.trusted_proxies:
        yield (
            f"At {_stamp(proxy)} a request named a proxy (X-Forwarded-For), and [serve] trusted_proxies is 0: "
            "the networks of tokens are compared with the proxy's address. Where a proxy of yours stands before "
            "us, say so there; where none does, the client wrote that himself, and all is well."
        )


def _stamp(sign: Sign) -> str:
    return f"{sign.at:%Y-%m-%d %H:%M} UTC"
