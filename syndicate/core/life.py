"""The life of a story: facts in, for each class of readers a timeline out. The kill is here.

`timeline` is a pure function, equal for every order and repetition of the same facts. Its spans reach
into the future (an embargo that ends at T is a span from T), so nobody needs to do anything at T. Four
steps: which versions were ever the newest; when the desk held the item and when it was killed; when each
version reaches a class; what face that gives and what the class remembers.

Who may read a span is not decided here but in `gate`; which feed shows it, in `selection`. No clock.
Knows `model`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from syndicate.core.model import (
    FOREVER,
    Act,
    Deed,
    Face,
    Fact,
    ReaderClass,
    Span,
    VersionFact,
)

KILL_NOTICE = timedelta(days=14)
"""For how long a kill notice stands in the feeds."""


def timeline(facts: Iterable[Fact]) -> Mapping[ReaderClass, tuple[Span, ...]]:
    """The spans of one item for each class, oldest first, from everything that is known of the item."""
    known = earliest(facts)
    acts = [fact for fact in known if isinstance(fact, Act)]
    killed_at = killed(acts)
    standings = ever_newest([fact for fact in known if isinstance(fact, VersionFact)], killed_at)
    holds = desk_holds(acts)
    return {
        reader_class: _spans(reader_class, _arrivals(reader_class, standings, holds), holds, killed_at)
        for reader_class in ReaderClass
    }


def earliest(facts: Iterable[Fact]) -> list[Fact]:
    """The facts without repetitions: a repeat keeps the earliest time of receipt."""
    known: dict[str, Fact] = {}
    for fact in facts:
        kept = known.get(fact.digest)
        if kept is None or fact.received_at < kept.received_at:
            known[fact.digest] = fact
    return list(known.values())


# 1. Which versions were ever the newest


@dataclass(frozen=True, slots=True)
class Standing:
    """A version that was once the newest: from its receipt until the next newer one came."""

    version: VersionFact
    until_at: datetime


AHEAD = timedelta(days=1)
"""No clock of a source is believed to be further ahead of ours: such a date would outrank all to come."""


def order_of(version: VersionFact) -> tuple[int, datetime, datetime, str]:
    """The place of a version among the versions of its item."""
    created_at = version.created_at
    if created_at is None or created_at > version.received_at + AHEAD:
        created_at = version.received_at
    return version.number or 0, created_at, version.received_at, version.digest


def ever_newest(versions: Iterable[VersionFact], killed_at: datetime = FOREVER) -> list[Standing]:
    """The versions that were the newest when they came: neither late ones nor those after a kill."""
    newest: list[VersionFact] = []
    for version in sorted(versions, key=lambda each: (each.received_at, order_of(each))):
        if version.received_at < killed_at and (not newest or order_of(version) > order_of(newest[-1])):
            newest.append(version)
    untils = [version.received_at for version in newest[1:]] + [killed_at]
    return (
        [Standing(version, until_at) for version, until_at in zip(newest, untils, strict=True)]
        if newest
        else []
    )


# 2. What the desk did


def killed(acts: Iterable[Act]) -> datetime:
    """When the item was killed; FOREVER when it was not. A kill is final, whatever comes before or after."""
    return min((act.received_at for act in acts if act.deed is Deed.KILL), default=FOREVER)


def desk_holds(acts: Iterable[Act]) -> list[tuple[datetime, datetime]]:
    """The times [from, until) in which the desk's lock is closed. At one instant, the hold wins."""
    holds: list[tuple[datetime, datetime]] = []
    held_from: datetime | None = None
    for act in sorted(acts, key=lambda act: (act.received_at, act.deed is Deed.HOLD)):
        if act.deed is Deed.HOLD:
            held_from = held_from or act.received_at
        elif act.deed is Deed.RELEASE and held_from is not None:
            holds.append((held_from, act.received_at))
            held_from = None
    return holds + ([(held_from, FOREVER)] if held_from else [])


# 3. When each version reaches a class


@dataclass(frozen=True, slots=True)
class Arrival:
    """The moment at which a version reaches a class."""

    at: datetime
    version: VersionFact


def _arrivals(
    reader_class: ReaderClass, standings: Iterable[Standing], holds: list[tuple[datetime, datetime]]
) -> list[Arrival]:
    """The versions that reach the class: those that are still the newest when their time comes."""
    arrivals = []
    for standing in standings:
        at = reach_of(standing.version, reader_class, holds)
        if at < standing.until_at:
            arrivals.append(Arrival(at, standing.version))
    return arrivals


def reach_of(
    version: VersionFact, reader_class: ReaderClass, holds: Iterable[tuple[datetime, datetime]]
) -> datetime:
    """When `version` would reach the class if it stayed the newest. A source's hold waits for nothing."""
    at = version.received_at
    if version.is_withheld:
        return at
    if version.embargo_at is not None and reader_class is not ReaderClass.EARLY:
        at = max(at, version.embargo_at)
    for held_from, held_until in holds:
        if held_from <= at < held_until:
            at = held_until
    return at


# 4. What face that gives, and what the class remembers


def _spans(
    reader_class: ReaderClass,
    arrivals: list[Arrival],
    holds: list[tuple[datetime, datetime]],
    killed_at: datetime,
) -> tuple[Span, ...]:
    """Walk the instants at which something can change, and keep what each leaves behind."""
    instants = _instants(arrivals, holds, killed_at)
    memory = Memory(reader_class)
    spans: list[Span] = []
    for at, until_at in pairwise([*instants, FOREVER]):
        face, version = _face(memory, arrivals, holds, killed_at, at)
        memory = memory.after(face, version, at)
        sight = memory.span(at, until_at)
        if sight is None:
            continue
        if spans and replace(spans[-1], until_at=until_at) == replace(sight, from_at=spans[-1].from_at):
            spans[-1] = replace(spans[-1], until_at=until_at)
        else:
            spans.append(sight)
    return tuple(spans)


def _instants(
    arrivals: list[Arrival], holds: list[tuple[datetime, datetime]], killed_at: datetime
) -> list[datetime]:
    """Every moment at which the face of the item can change for the class."""
    instants = {arrival.at for arrival in arrivals}
    instants |= {arrival.version.expires_at for arrival in arrivals if arrival.version.expires_at}
    instants |= {at for hold in holds for at in hold}
    if killed_at < FOREVER:
        instants |= {killed_at, killed_at + KILL_NOTICE}
    return sorted(at for at in instants if at < FOREVER)


@dataclass(frozen=True, slots=True)
class Memory:
    """What a class remembers of an item: what it sees now, and what it ever saw."""

    reader_class: ReaderClass
    face: Face | None = None
    version: VersionFact | None = None  # the one that showed last
    first_at: datetime = FOREVER
    outline_at: datetime = FOREVER
    words_at: datetime = FOREVER
    is_corrected: bool = False
    ordinal: int = 0

    def after(self, face: Face | None, version: VersionFact | None, at: datetime) -> Memory:
        """The memory once `face` (for an entry, of `version`) shows from `at` on."""
        if face is Face.ENTRY and version is not None:
            return self._shown(version, at)
        if face is None or face is self.face:
            return replace(self, face=face)
        return replace(self, face=face, outline_at=at, words_at=at)

    def _shown(self, version: VersionFact, at: datetime) -> Memory:
        before = self.version
        if before is None:
            return replace(
                self, face=Face.ENTRY, version=version, first_at=at, outline_at=at, words_at=at, ordinal=1
            )
        is_new = version is not before
        has_new_words = version.words_digest != before.words_digest
        counts = self.face is not Face.ENTRY or (is_new and version.is_correction)
        return replace(
            self,
            face=Face.ENTRY,
            version=version,
            outline_at=at if counts or version.outline_digest != before.outline_digest else self.outline_at,
            words_at=at if counts or has_new_words else self.words_at,
            is_corrected=(is_new and version.is_correction) or (self.is_corrected and not has_new_words),
            ordinal=self.ordinal + is_new,
        )

    def span(self, from_at: datetime, until_at: datetime) -> Span | None:
        """What shows from `from_at` to `until_at`, or None for nothing."""
        if self.face is None or self.version is None:
            return None
        return Span(
            reader_class=self.reader_class,
            from_at=from_at,
            until_at=until_at,
            version=self.version.digest,
            face=self.face,
            first_at=self.first_at,
            outline_at=self.outline_at,
            words_at=self.words_at,
            is_corrected=self.is_corrected and self.face is Face.ENTRY,
            ordinal=self.ordinal,
        )


def _face(
    memory: Memory,
    arrivals: list[Arrival],
    holds: list[tuple[datetime, datetime]],
    killed_at: datetime,
    at: datetime,
) -> tuple[Face | None, VersionFact | None]:
    """What the class sees at `at`: kill over hold over the expiry of the version it has."""
    was_seen = memory.version is not None
    if at >= killed_at:
        return (Face.KILL if was_seen and at < killed_at + KILL_NOTICE else None), None
    reached = [arrival.version for arrival in arrivals if arrival.at <= at]
    current = reached[-1] if reached else None
    if any(held_from <= at < until for held_from, until in holds) or (current and current.is_withheld):
        return (Face.HOLD if was_seen and memory.reader_class is not ReaderClass.PUBLIC else None), None
    if current is None or (current.expires_at is not None and current.expires_at <= at):
        return None, None
    if memory.reader_class is ReaderClass.PUBLIC and not current.is_public:
        return None, None
    return Face.ENTRY, current
