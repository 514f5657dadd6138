"""What a message did, as its sender is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syndicate.core.model import Act, Deed, Fact, VersionFact
from syndicate.core.outcome import Outcome, outcome_of

START = datetime(2026, 3, 18, 9, 0, tzinfo=UTC)


def version(
    number: int, minute: int, words: str = "a", created: int | None = None, **sides: bool
) -> VersionFact:
    flags = {"is_withheld": False, "is_correction": False, "is_public": True} | sides
    received_at = START + timedelta(minutes=minute)
    created_at = START + timedelta(minutes=minute if created is None else created)
    digest = f"{number} {created_at} {words} {sorted(flags.items())}"
    return VersionFact(digest, received_at, number, created_at, embargo_at=None, expires_at=None,
                       outline_digest=words, words_digest=words, **flags)  # fmt: skip


def act(deed: Deed, minute: int) -> Act:
    return Act(f"{deed} {minute}", START + timedelta(minutes=minute), deed, "desk", "why")


FIRST = version(1, 0)
WITHHELD = version(2, 1, is_withheld=True)


@pytest.mark.parametrize(
    ("known", "fact", "outcome"),
    [
        ([], FIRST, Outcome.NEW),
        ([FIRST], FIRST, Outcome.DUPLICATE),
        ([FIRST], version(2, 1, "b"), Outcome.UPDATE),
        ([FIRST], version(2, 1), Outcome.MINOR),
        ([FIRST], version(2, 1, is_correction=True), Outcome.CORRECTION),
        ([version(2, 0)], version(1, 1, "b"), Outcome.LATE),
        ([version(2, 0)], version(1, 1, is_withheld=True), Outcome.LATE),
        ([version(9, 0)], version(10, 1, "b"), Outcome.UPDATE),
        ([FIRST], version(1, 1, "b", created=0), Outcome.CONFLICT),
        ([FIRST], WITHHELD, Outcome.HOLD),
        ([], WITHHELD, Outcome.HOLD),
        ([FIRST, WITHHELD], version(3, 2, "b"), Outcome.RELEASE),
        ([FIRST], act(Deed.KILL, 1), Outcome.KILL),
        ([], act(Deed.KILL, 1), Outcome.KILL),
        ([FIRST], act(Deed.HOLD, 1), Outcome.HOLD),
        ([act(Deed.KILL, 1)], version(3, 2), Outcome.KILLED),
        ([act(Deed.KILL, 1)], act(Deed.KILL, 2), Outcome.KILLED),
        ([act(Deed.KILL, 1)], act(Deed.KILL, 1), Outcome.DUPLICATE),
    ],
)
def test_a_message_is_answered_with_what_it_did(known: list[Fact], fact: Fact, outcome: Outcome) -> None:
    assert outcome_of(known, fact) is outcome
