"""The life of one item as the design tells it, moment by moment: slow, literal, without cleverness.

`history` walks every instant at which anything could change, in order, and keeps for one class of readers
what it remembers; `seen` reads one moment off that walk. Each piece stands under the sentence that it
follows (of the design, or of the demo wire's choices). This is what `life.timeline` is
tested against, so it shares nothing with `life`. Knows `model` alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from syndicate.core.model import FOREVER, Act, Deed, Face, Fact, ReaderClass, VersionFact

BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Sight:
    """What a class has of the item at one moment."""

    face: Face
    version: str
    first_at: datetime
    outline_at: datetime
    words_at: datetime
    is_corrected: bool
    ordinal: int


History = list[tuple[datetime, Sight | None]]


def seen(facts: Iterable[Fact], reader_class: ReaderClass, at: datetime) -> Sight | None:
    """What `reader_class` has of the item at `at`."""
    return seen_in(history(facts, reader_class), at)


def seen_in(walked: History, at: datetime) -> Sight | None:
    """What a walk says of `at`: what the last instant before it, or at it, left behind."""
    sight = None
    for instant, then in walked:
        if instant > at:
            break
        sight = then
    return sight


def history(facts: Iterable[Fact], reader_class: ReaderClass) -> History:
    """Each instant at which something could change, and what the class has from then on."""
    known = first_receipts(facts)
    reader = Reader(reader_class)
    return [(now, reader.look(known, now)) for now in instants(known)]


# "Facts about an item (...) are only ever added. `life.timeline(facts)` is a pure function, equal for every
# order and repetition of the same facts." "a repeat keeps the earliest".
def first_receipts(facts: Iterable[Fact]) -> list[Fact]:
    """One fact for each digest, the one that was received first."""
    known: dict[str, Fact] = {}
    for fact in facts:
        if fact.digest not in known or fact.received_at < known[fact.digest].received_at:
            known[fact.digest] = fact
    return list(known.values())


# "Spans reach into the future: an embargo that ends at T is a row that begins at T." What ends at FOREVER has
# no end.
def instants(known: list[Fact]) -> list[datetime]:
    """Every time at which what a class has could change."""
    times = {fact.received_at for fact in known}
    for fact in known:
        if isinstance(fact, VersionFact):
            times |= {time for time in (fact.embargo_at, fact.expires_at) if time is not None}
        elif fact.deed is Deed.KILL:
            times.add(fact.received_at + timedelta(days=14))
    return sorted(time for time in times if time < FOREVER)


# "Order of versions: (number or 0, created, received, digest)."
# "Undated messages count as created when first received."
def order(version: VersionFact) -> tuple[int, datetime, datetime, str]:
    """The place of a version among all of its item."""
    created_at = version.created_at or version.received_at
    if created_at - version.received_at > timedelta(days=1):
        created_at = (
            version.received_at
        )  # docs/life.md: a date over a day ahead of its receipt is not believed
    return (version.number or 0, created_at, version.received_at, version.digest)


# "A version older than the newest is late: kept, never shown."
def newest_at(known: list[Fact], now: datetime) -> VersionFact | None:
    """The newest version, usable or withheld, of those received by `now`."""
    received = [fact for fact in known if isinstance(fact, VersionFact) and fact.received_at <= now]
    return max(received, key=order, default=None)


# "the desk's hold (or that of a source without the right to kill) ... only the desk opens the second".
# At one instant a hold wins over a release: less, never more.
def is_locked_by_desk(known: list[Fact], now: datetime) -> bool:
    """Whether the last word of the desk by `now` was a hold."""
    acts = [fact for fact in known if isinstance(fact, Act) and fact.received_at <= now]
    words = [(act.received_at, act.deed is Deed.HOLD) for act in acts if act.deed is not Deed.KILL]
    return bool(words) and max(words)[1]


# "Kill (`canceled`) is final for the uri, whatever comes before or after."
def killed_at(known: list[Fact]) -> datetime | None:
    """When the item was killed first."""
    kills = [fact.received_at for fact in known if isinstance(fact, Act) and fact.deed is Deed.KILL]
    return min(kills, default=None)


class Reader:
    """One class of readers, with its memory of the item."""

    def __init__(self, reader_class: ReaderClass) -> None:
        self.reader_class = reader_class
        self.had: VersionFact | None = None  # the version that reached the class last
        self.shown: VersionFact | None = None  # the version that showed last
        self.is_marked = False  # whether what showed last counts as corrected
        self.is_locked_by_source = False
        self.is_locked_by_desk = False
        self.held_at: datetime | None = None  # since when any lock has been closed
        self.sight: Sight | None = None  # what the class had until this instant
        self.first_at = self.outline_at = self.words_at = BEFORE_ALL
        self.ordinal = 0

    def look(self, known: list[Fact], now: datetime) -> Sight | None:
        """What the class has from `now` on, given that it has looked at every earlier instant."""
        kill = killed_at(known)
        # "Precedence: kill over hold over the shown version's expiry."
        # "A kill and a reveal at one instant: never seen."
        if kill is not None and kill <= now:
            return self.kill_notice(kill, now)
        self.is_locked_by_desk = is_locked_by_desk(known, now)
        self.take(newest_at(known, now), now)
        if self.is_locked_by_source or self.is_locked_by_desk:
            self.sight = self.hold_notice(now)
        else:
            self.held_at = None
            self.sight = self.entry(now)
        return self.sight

    # "A version reaches a class at the latest of its receipt, its embargo's end and the desk's release, if
    # it is then still the newest; until then the class keeps what it has, or nothing. A version that was
    # replaced before is never shown to that class."
    def take(self, newest: VersionFact | None, now: datetime) -> None:
        """Let the newest version reach the class, or close the source's lock, if it is time."""
        if newest is None:
            return
        # "A source's `withheld` ...": "the embargo of a kill or a hold is ignored" (choice 2).
        if newest.is_withheld:
            self.is_locked_by_source = True
        elif newest != self.had and not self.is_embargoed(newest, now) and not self.is_locked_by_desk:
            # "a later usable version opens the first [lock] for a class when it reaches it".
            self.is_locked_by_source = False
            self.had = newest

    # "A version is for `public` and `licensed` from T on, for `early` at once."
    def is_embargoed(self, version: VersionFact, now: datetime) -> bool:
        """Whether the version's embargo keeps it from this class at `now`."""
        if self.reader_class is ReaderClass.EARLY or version.embargo_at is None:
            return False
        return now < version.embargo_at

    # "Each class that had seen the item gets a kill notice that replaces the entry and stands at the time of
    # the kill, for exactly 14 days"; "A class that never saw it notices nothing, not a byte."
    # "A kill gives a notice to each class that ever saw the item, also when it was held or expired in the
    # meantime" (choice 5).
    def kill_notice(self, kill: datetime, now: datetime) -> Sight | None:
        """The notice of a kill, while it lasts."""
        return self.notice(Face.KILL, kill) if now < kill + timedelta(days=14) else None

    # "Hold: public sees nothing (...); licensed get a hold notice that replaces the entry and stands at its
    # time." "To a class that had seen nothing a hold is invisible." Of two locks, its time is the first one's.
    def hold_notice(self, now: datetime) -> Sight | None:
        """The notice of a hold, or nothing."""
        if self.held_at is None:
            self.held_at = now
        return None if self.reader_class is ReaderClass.PUBLIC else self.notice(Face.HOLD, self.held_at)

    def notice(self, face: Face, stands_at: datetime) -> Sight | None:
        """A notice in place of the version that showed last, for a class that had seen the item."""
        if self.shown is None:
            return None
        return Sight(
            face,
            self.shown.digest,
            self.first_at,
            stands_at,
            stands_at,
            is_corrected=False,
            ordinal=self.ordinal,
        )

    # "Expiry, of the version that the class sees: after T the item is nowhere, without a notice, and no older
    # version comes back." "no span (...; for the public also advisories and what is not for it)".
    def entry(self, now: datetime) -> Sight | None:
        """The version that the class has, if there is one and it may show at `now`."""
        version = self.had
        if version is None or (version.expires_at is not None and version.expires_at <= now):
            return None
        if self.reader_class is ReaderClass.PUBLIC and not version.is_public:
            return None
        self.stand(version, now)
        return Sight(
            Face.ENTRY,
            version.digest,
            self.first_at,
            self.outline_at,
            self.words_at,
            self.is_marked,
            self.ordinal,
        )

    # "What orders a feed: first sight, changed words, correction, release, ...; the moment is the one at which
    # the class could first see it" (choice 6). "What comes back, after a hold or an expiry, stands at its
    # return." "An item that lifts is new at T and stands at T in the order".
    def stand(self, version: VersionFact, now: datetime) -> None:
        """Remember that `version` shows at `now`, and when what it shows last changed."""
        is_return = self.sight is None or self.sight.face is not Face.ENTRY
        if self.shown is None:
            self.first_at = now
        elif version != self.shown:
            self.update(self.shown, version, now)
        if is_return:
            self.outline_at = self.words_at = now
        if version != self.shown:
            self.ordinal += 1
        self.shown = version

    # "Whether readers see an update is judged on the words that their level shows: an excerpt reader's entry
    # does not jump for a change further down; a correction always counts for those who saw an earlier version,
    # and is marked until the next version that is not minor"; "minor (no word changes)". "What a class never
    # saw is invisible": so a version is compared with the one that showed before it.
    def update(self, before: VersionFact, version: VersionFact, now: datetime) -> None:
        """Move the times of what changes, and the mark of a correction, as `version` follows `before`."""
        if version.is_correction or version.outline_digest != before.outline_digest:
            self.outline_at = now
        if version.is_correction or version.words_digest != before.words_digest:
            self.words_at = now
            self.is_marked = version.is_correction
