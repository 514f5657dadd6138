"""One state of the agency, as one answer sees it.

Its moment is the epoch that was read when the answer began. What was read under that epoch before, by any
answer of this process, is remembered; what is not is read with its own epoch: contracts and feeds at a glance,
where the terms must be the same, all else in a transaction, where all must be. Where it is not, the answer begins
again inside a transaction: so no answer is made of two states, however many commits come meanwhile.
Knows the store.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from syndicate.service.agency import Agency, Moment
from syndicate.store.contracts import next_contract_edge
from syndicate.store.database import Epoch, read_epoch
from syndicate.store.glance import Glance
from syndicate.store.spans import next_span_edge

Answer = TypeVar("Answer")
Value = TypeVar("Value")
P = ParamSpec("P")


class Moved(Exception):
    """A commit came between the moment of an answer and a look of it at the database."""


@dataclass(frozen=True, slots=True)
class Window:
    """The time within which nothing changes by the clock alone."""

    from_at: datetime
    until_at: datetime


class Snapshot:
    """One moment, what is remembered under its epoch, and the database behind it."""

    def __init__(self, agency: Agency, moment: Moment, stack: ExitStack) -> None:
        self.agency = agency
        self.moment = moment
        self._stack = stack
        self._connection: Connection | None = None
        self._values = agency.memory.under(moment.epoch)
        self._terms = agency.memory.under_terms(moment.epoch)

    @property
    def now(self) -> datetime:
        """The service time of the answer."""
        return self.moment.now

    @property
    def connection(self) -> Connection:
        """The transaction of this answer. Raises `Moved` where the epoch is another by now."""
        if self._connection is None:
            connection, epoch = self._begin()
            if not epoch.is_same(self.moment.epoch):
                raise Moved
            self._connection = connection
        return self._connection

    def settle(self) -> None:
        """Begin the transaction first, and take the moment from it."""
        self._connection, epoch = self._begin()
        self.moment = Moment(epoch, max(self.moment.now, epoch.settled_at))
        self._values = self.agency.memory.under(epoch)
        self._terms = self.agency.memory.under_terms(epoch)

    def recall(
        self, read: Callable[Concatenate[Connection | Glance, P], Value], *args: P.args, **named: P.kwargs
    ) -> Value:
        """What `read` gives of feeds, contracts and credentials, read once until any of these changes."""
        key = (read, *args, *named.items())
        with suppress(KeyError):  # others may forget it at any time
            known: Value = self._terms[key]
            return known
        found = self._terms[key] = self._read(lambda reading: read(reading, *args, **named))
        return found

    def _read(self, read: Callable[[Connection | Glance], Value]) -> Value:
        """Read in the transaction where there is one, else at a glance: `Moved` where terms are others by now."""
        if self._connection is not None:
            return read(self._connection)
        glance = Glance(self.agency.database)
        value = read(glance)
        if glance.epoch is None or not glance.epoch.has_same_terms(self.moment.epoch):
            raise Moved
        return value

    @property
    def window(self) -> Window:
        """From now until the next time at which anything that anybody may see changes by the clock."""
        known: Window | None = self._values.get(Window)
        if known is None or not known.from_at <= self.now < known.until_at:
            edges = (
                next_span_edge(self.connection, self.now),
                next_contract_edge(self.connection, self.now),
            )
            known = self._values[Window] = Window(self.now, min(edges))
        return known

    def forget(self, read: Callable[..., Any], *args: Hashable) -> None:
        """Read this anew next time: it was changed without moving the epoch."""
        self._terms.pop((read, *args), None)

    def _begin(self) -> tuple[Connection, Epoch]:
        connection = self._stack.enter_context(self.agency.database.snapshot())
        return connection, read_epoch(connection)


def look(agency: Agency, answer: Callable[[Snapshot], Answer]) -> Answer:
    """What `answer` makes of one moment, which is not before this call."""
    with ExitStack() as stack:
        try:
            return answer(Snapshot(agency, agency.moment(), stack))
        except Moved:
            pass
    with ExitStack() as stack:
        snapshot = Snapshot(agency, agency.moment(), stack)
        snapshot.settle()
        return answer(snapshot)
