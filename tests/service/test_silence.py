"""A source that is silent for too long is told of once, and once more when it is heard again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from syndicate.service import intake
from syndicate.service.arriving import silence
from syndicate.service.arriving.standing import standings
from syndicate.service.watching import health
from syndicate.settings import load
from syndicate.store import books
from tests.newsroom import CONFIG, Newsroom, ninjs


@pytest.fixture
def listening(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Newsroom]:
    """A newsroom that expects something of the desk every six hours, and of the stringer nothing."""
    config = CONFIG.replace("[sources.desk]\n", '[sources.desk]\nsilent_after = "6h"\n')
    monkeypatch.setattr("tests.newsroom.CONFIG", config)
    with Newsroom.open(tmp_path, database_url) as opened:
        silence.listen(opened.agency)
        yield opened


def told(newsroom: Newsroom, **later: float) -> list[str]:
    """What is said aloud after a while."""
    newsroom.clock.advance(**later)
    with capture_logs() as logs:
        silence.listen(newsroom.agency)
    return [line["told"] for line in logs]


SILENT = "The source desk is silent: nothing new has come since 2026-03-18 09:00 UTC."
HEARD = "The source desk is heard again."


def test_a_silent_source_is_told_of_once_and_once_when_it_is_heard_again(listening: Newsroom) -> None:
    listening.send("one")
    assert told(listening, hours=6, seconds=-1) == []
    assert told(listening, seconds=1) == [SILENT]
    assert told(listening, hours=20) == []
    listening.send("two")
    assert told(listening) == [HEARD]
    assert told(listening, minutes=1) == []
    assert told(listening, hours=7) == [
        "The source desk is silent: nothing new has come since 2026-03-19 11:00 UTC."
    ]


def test_a_source_that_never_sent_anything_is_listened_to_before_it_is_silent(listening: Newsroom) -> None:
    assert told(listening, hours=6, seconds=-1) == []
    assert told(listening, seconds=1) == [SILENT]


def test_what_is_a_duplicate_is_nothing_new(listening: Newsroom) -> None:
    body = json.dumps(ninjs("story", 1, listening.clock.now)).encode()
    desk = listening.agency.settings.source("desk")
    intake.take(listening.agency, body, desk)
    listening.clock.advance(hours=5)
    intake.take(listening.agency, body, desk)
    assert told(listening, hours=1, seconds=1) == [SILENT]


def test_what_another_source_sends_breaks_no_silence(listening: Newsroom) -> None:
    listening.clock.advance(hours=5)
    body = json.dumps(ninjs("story", 1, listening.clock.now)).encode()
    intake.take(listening.agency, body, listening.agency.settings.source("stringer"))
    assert told(listening, hours=1) == [SILENT]


def test_doctor_and_the_list_of_sources_say_so_while_it_lasts(listening: Newsroom) -> None:
    assert list(health.findings(listening.agency)) == []
    told(listening, hours=6)
    assert list(health.findings(listening.agency)) == [SILENT]
    assert standings(listening.agency)["desk"].notes == (SILENT,)
    assert standings(listening.agency)["stringer"].notes == ()
    listening.send()
    told(listening)
    assert list(health.findings(listening.agency)) == []


def test_both_stand_in_the_audit_and_neither_moves_what_anybody_sees(listening: Newsroom) -> None:
    before = listening.agency.database.epoch()
    told(listening, hours=6)
    assert listening.agency.database.epoch().is_same(before)
    listening.send()
    told(listening)
    with listening.agency.database.snapshot() as connection:
        rows = [(row.who, row.verb, row.reason) for row in books.list_audit(connection, "desk")]
    assert rows == [("worker", "source silent", SILENT), ("worker", "source heard", HEARD)]


def test_of_a_source_that_is_not_listened_to_any_more_nothing_is_said(
    listening: Newsroom, tmp_path: Path
) -> None:
    told(listening, hours=6)
    config = tmp_path / "config.toml"
    config.write_text(config.read_text().replace('silent_after = "6h"\n', ""))
    listening.agency.settings = load(tmp_path, {})
    assert told(listening, hours=6) == []
    assert list(health.findings(listening.agency)) == []
