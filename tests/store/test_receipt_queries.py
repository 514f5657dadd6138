"""Questions to the receipts are answered by indexes: with ten million of them, none may be looked through."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from syndicate.store import receipts
from tests.newsroom import Newsroom
from tests.store.plans import explained

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
QUESTIONS: dict[str, Callable[[Connection], object]] = {
    "who was given an item": lambda rows: receipts.receipts_for(rows, keys=["k1"]),
    "who was given some items": lambda rows: receipts.receipts_for(rows, keys=["k1", "k2"]),
    "what a company was given": lambda rows: receipts.receipts_for(rows, company="herald"),
    "what a company was given in March": lambda rows: receipts.receipts_for(
        rows, company="herald", from_at=NOON, until_at=NOON
    ),
    "what a company was told of some items": lambda rows: receipts.receipts_for(
        rows, company="herald", keys=["k1", "k2"]
    ),
    "which companies hold items": lambda rows: receipts.companies_given(rows, ["k1", "k2"]),
    "what is old enough to go": lambda rows: receipts.cut(rows, "herald", NOON, ["k1"], 10, NOON),
    "whether a company holds items": lambda rows: receipts.companies_given(rows, ["k1", "k2"], "herald"),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_no_question_looks_through_a_table(newsroom: Newsroom, question: Callable[..., Any]) -> None:
    with newsroom.agency.receipts.transaction() as connection, explained(connection) as steps:
        question(connection)
    assert steps
    assert [step for step in steps if step.startswith("SCAN")] == []
