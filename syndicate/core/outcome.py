"""What a message did: the answer that its sender gets.

Judged on the facts alone, against those that came before; whether readers see it is decided in `life`.
Knows `model`, `life`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from syndicate.core.life import earliest, ever_newest, killed, order_of
from syndicate.core.model import Act, Deed, Fact, VersionFact


class Outcome(StrEnum):
    """What became of one message (INTERFACE: wire in)."""

    NEW = "new"
    UPDATE = "update"
    CORRECTION = "correction"
    MINOR = "minor"
    LATE = "late"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    HOLD = "hold"
    RELEASE = "release"
    KILL = "kill"
    KILLED = "killed"


def outcome_of(known: Iterable[Fact], fact: Fact) -> Outcome:
    """What `fact` does to an item of which `known` was known before it came."""
    before = earliest(known)
    if any(each.digest == fact.digest for each in before):
        return Outcome.DUPLICATE
    versions = [each for each in before if isinstance(each, VersionFact)]
    is_killed = killed(each for each in before if isinstance(each, Act)) <= fact.received_at
    if is_killed:
        return Outcome.KILLED
    if isinstance(fact, Act):
        return _of_act(fact.deed)
    return _of_version(versions, fact)


def _of_act(deed: Deed) -> Outcome:
    return {Deed.KILL: Outcome.KILL, Deed.HOLD: Outcome.HOLD, Deed.RELEASE: Outcome.RELEASE}[deed]


def _of_version(versions: list[VersionFact], new: VersionFact) -> Outcome:
    """Whether the version is newer than what was there, and what it changes."""
    there = [each.version for each in ever_newest(versions)]
    if not there:
        return Outcome.HOLD if new.is_withheld else Outcome.NEW
    newest = there[-1]
    if order_of(new) < order_of(newest):
        return Outcome.LATE
    if new.is_withheld:
        return Outcome.HOLD
    if newest.is_withheld:
        return Outcome.RELEASE
    if _is_conflict(newest, new):
        return Outcome.CONFLICT
    if new.is_correction:
        return Outcome.CORRECTION
    return Outcome.MINOR if new.words_digest == newest.words_digest else Outcome.UPDATE


def _is_conflict(newest: VersionFact, new: VersionFact) -> bool:
    """Same number and date, other words: the later received counts, and the desk is told."""
    return _label(newest) == _label(new) and newest.words_digest != new.words_digest


def _label(version: VersionFact) -> tuple[int, datetime | None]:
    """What a source calls a version by. Undated ones differ by their receipt."""
    return version.number or 0, version.created_at or version.received_at
