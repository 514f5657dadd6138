"""Reports at a shell: tables for people, JSON for programs, and CSV that no spreadsheet reckons with."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from syndicate.core.tokens import TokenKind
from syndicate.service import contracts
from syndicate.service.contracts import TokenTerms
from tests.cli.shell import Shell
from tests.newsroom import BY, Newsroom

NAMES = (
    "state,notice,since,key,company,title,token,label,version,level,channel,given,told,told_by,acknowledged"
    ",known_from"
)
TITLES = ['=HYPERLINK("http://evil.example")', "+1", "-1", "@SUM(A1)", '"The" Herald, Ängelholm', "Герольд"]


def sheet(raw: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8"), newline="")))


@pytest.fixture
def killed(room: Newsroom) -> Newsroom:
    """Customers with all sorts of titles have a story, which is killed, and one of them was told."""
    room.send()
    tokens = []
    for number, title in enumerate(TITLES):
        contracts.add_company(room.agency, f"company-{number}", title, BY)
        room.licence(f"company-{number}")
        terms = TokenTerms(TokenKind.READER, f"{title}\ttwo")
        tokens.append(contracts.issue_token(room.agency, f"company-{number}", terms, BY)[1])
        room.text("/private/feeds/all.rss", tokens[-1])
    room.kill()
    room.text("/private/feeds/all.rss", tokens[-1])
    return room


def test_a_sheet_has_every_column_and_no_formula(killed: Newsroom, shell: Shell) -> None:
    for words in (("item", "who-got", killed.key()), ("report", "kills")):
        raw = shell.does(*words, "--csv").raw
        assert raw.decode().splitlines()[0] == NAMES
        rows = sheet(raw)
        assert len(rows) == len(TITLES)
        for row in rows:
            number = int(row["company"].removeprefix("company-"))
            escaped = "'" if TITLES[number][0] in "=+-@" else ""
            assert row["title"] == escaped + TITLES[number]
            assert row["label"] == f"{escaped}{TITLES[number]}\ttwo"
            assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())
        assert [row["state"] for row in rows] == ["open"] * 5 + ["told"]
        assert rows[0]["told"] == rows[0]["told_by"] == ""


def test_people_get_the_columns_that_they_need(killed: Newsroom, shell: Shell) -> None:
    table = shell.does("item", "who-got", killed.key()).stdout.splitlines()
    assert table[0].split() == [
        *("state", "notice", "company", "label", "version", "channel", "given", "told", "acknowledged")
    ]
    assert len(table) == 1 + len(TITLES)


def test_an_empty_sheet_has_its_names_still(room: Newsroom, shell: Shell) -> None:
    room.company()
    assert shell.does("report", "company", "herald", "--csv").raw == f"{NAMES}\r\n".encode()
    assert shell.does("report", "kills").sentence == "No company owes an answer for a hold or a kill."
    assert shell.does("report", "kills", "--json").rows == []


def test_days_are_those_of_the_site(killed: Newsroom, shell: Shell) -> None:
    today, tomorrow = killed.clock.now.date(), killed.clock.now.date() + timedelta(days=1)
    at = killed.clock.now.isoformat()
    for words, count in (
        (("--from", today - timedelta(days=1), "--until", tomorrow), 1),
        (("--from", tomorrow), 0),
        (("--until", "2026-01-01"), 0),
        (("--from", "2026-01-01", "--until", at), 1),
    ):
        rows = shell.does("report", "company", "company-0", *words, "--json").rows
        assert len(rows) == count, words


def test_two_forms_at_once_are_a_wrong_usage(killed: Newsroom, shell: Shell) -> None:
    assert "Say `--csv` or `--json`, not both." in shell.misreads("report", "kills", "--csv", "--json")
    assert "There is no company 'nobody'" in shell.refuses("report", "company", "nobody")
    assert "There is no item 'nosuchkey'" in shell.refuses("item", "who-got", "nosuchkey")
