"""What every verb works with: one agency's settings, databases, keys, clock, and the moment of a request.

Service time is the later of the clock and `settled_at`, so a clock set back never hides what was shown.
Nothing else here decides anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from syndicate.core.excerpt import Limits
from syndicate.core.gate import House
from syndicate.service.announcing import Announcer
from syndicate.service.keyring import Keyring
from syndicate.service.memory import Memory, Values
from syndicate.service.outliving import gives_back
from syndicate.service.quotas import Quotas
from syndicate.service.reading import ForeignReader
from syndicate.service.tally import Tally
from syndicate.settings import Settings
from syndicate.store.actlog import ActLog, Logged
from syndicate.store.changes import Archive, archives
from syndicate.store.database import Database, Epoch, StoreError, move_epoch, read_epoch
from syndicate.store.door import Door
from syndicate.store.fresh import Fresh

__all__ = ["TICK", "Agency", "Clock", "Moment", "StoreError", "Writing", "system_clock"]

TICK = timedelta(microseconds=1)
"""Times of receipt are strictly increasing by at least this."""

Clock = Callable[[], datetime]
Value = TypeVar("Value")


def system_clock() -> datetime:
    """The clock of the machine, in UTC."""
    return datetime.now(UTC)


@dataclass
class Agency:
    """One agency: joined once by `bootstrap`, handed to every verb."""

    settings: Settings
    database: Database
    receipts: Database
    keyring: Keyring
    reader: ForeignReader
    acts: ActLog
    door: Door
    clock: Clock = system_clock
    memory: Memory = field(default_factory=Memory)

    @property
    def keys(self) -> tuple[bytes, ...]:
        """The keys that sign tokens, oldest first."""
        return self.keyring.keys()

    @cached_property
    def limits(self) -> Limits:
        """The limits of excerpts."""
        excerpt = self.settings.excerpt
        return Limits(excerpt.words, excerpt.characters, excerpt.share)

    @cached_property
    def house(self) -> House:
        """What the agency is called outside."""
        site = self.settings.site
        return House(site.authority, site.since, site.base_url, ZoneInfo(site.timezone), site.contact)

    @cached_property
    def era(self) -> str:
        """The era of the database. A restore begins another, and none is possible while an agency is open."""
        return self.database.epoch().era

    @cached_property
    def tally(self) -> Tally:
        """What this process has done, in numbers; it takes its file when it first counts."""
        return Tally(self.settings.folder / "data" / "metrics")

    @cached_property
    def quotas(self) -> Quotas:
        """What the tokens have asked for this minute, counted by all processes of this machine."""
        return Quotas(self.settings.folder / "data" / "quotas")

    def moment(self) -> Moment:
        """Read the epoch and take the time: the moment that the answer to this request is true for."""
        epoch = self.database.epoch()
        return Moment(epoch, max(self.clock(), epoch.settled_at))

    def close(self) -> None:
        """Let go of the databases and of the process that reads foreign bytes, and go out of the door."""
        self.reader.close()
        self.database.close()
        self.receipts.close()
        self.door.leave()

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """One act: a transaction under the write lock, with the time of receipt of what it adds."""
        with self.database.write() as connection:
            epoch = read_epoch(connection)
            announcer = Announcer(connection, epoch.settled_at)
            now = max(self.clock(), epoch.settled_at + TICK)
            act = Writing(connection, now, announcer, self.memory.under_terms(epoch))
            yield act
            act.fresh.write(connection)
            if act.has_changed:
                has_news = announcer.announce(epoch.n + 1, act.now, act.archives())
                settled_at = max(act.now, epoch.settled_at)
                move_epoch(connection, settled_at, act.is_visible or has_news, act.is_of_terms)
            self.acts.append([each for each in act.outliving if not gives_back(each)])
        self.acts.append_done([each for each in act.outliving if gives_back(each)])


@dataclass(frozen=True, slots=True)
class Moment:
    """The epoch and the service time of one request."""

    epoch: Epoch
    now: datetime


@dataclass(slots=True)
class Writing:
    """An open act. `now` is later than every fact that is there."""

    connection: Connection
    now: datetime
    announcer: Announcer
    terms: Values
    fresh: Fresh = field(default_factory=Fresh)
    has_changed: bool = False
    is_visible: bool = False
    is_of_terms: bool = False
    outliving: list[Logged] = field(default_factory=list)

    def outlives(self, act: Logged) -> None:
        """Have the log of acts say what is done here, since a backup would undo it."""
        self.outliving.append(act)

    def changed(self, is_visible: bool = True, is_of_terms: bool = True) -> None:
        """Say that something was written, whether anybody can see it, and whether it is more than stories.

        Then the epoch moves, and its terms.
        """
        self.has_changed = True
        self.is_visible = self.is_visible or is_visible
        self.is_of_terms = self.is_of_terms or is_of_terms

    def recall(self, read: Callable[[Connection], Value]) -> Value:
        """What `read` gives of feeds and contracts, remembered: for acts that change none of these."""
        key = (read,)
        if key not in self.terms:
            self.terms[key] = read(self.connection)
        found: Value = self.terms[key]
        return found

    def archives(self) -> Sequence[Archive]:
        """The archives that licences reach back in."""
        return archives(self.connection) if self.is_of_terms else self.recall(archives)
