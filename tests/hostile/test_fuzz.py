"""The same as `make fuzz`, with fewer inputs: nothing but its refusals comes out of a parser."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.fuzz import fuzzed
from tests.hostile.mutator import Mutator
from tests.hostile.parsers import parsers
from tests.newsroom import Newsroom

INPUTS = 2_000
BLOCKS = 4
"""So many parts, that processes may share."""


@pytest.mark.parametrize("block", range(BLOCKS))
def test_mutated_inputs_are_read_or_refused(tmp_path: Path, newsroom: Newsroom, block: int) -> None:
    size = INPUTS // BLOCKS
    (tmp_path / "files").mkdir()
    for parser in parsers(tmp_path / "files", newsroom):
        tally = fuzzed(parser, range(block * size, (block + 1) * size))
        assert tally.inputs == size
        assert not tally.others, f"{parser.name}: {tally}"


def test_every_parser_reads_its_own_seeds(tmp_path: Path, newsroom: Newsroom) -> None:
    (tmp_path / "files").mkdir()
    for parser in parsers(tmp_path / "files", newsroom):
        read = 0
        for seed in parser.seeds:
            try:
                parser.parse(seed)
                read += 1
            except parser.refusals:
                continue
        assert read, f"{parser.name} reads none of its seeds"


def test_a_mutation_is_the_same_for_the_same_number() -> None:
    mutator = Mutator([b'{"uri": "a"}', b"<rss/>"])
    assert [mutator.mutated(number) for number in range(50)] == [
        mutator.mutated(number) for number in range(50)
    ]
    assert len({mutator.mutated(number) for number in range(50)}) > 40


def asked(newsroom: Newsroom, position: str | None, wait: str) -> int:
    """The status of an answer to a cursor at this position (None: as it was given), and to this wait."""
    newsroom.send()
    token = newsroom.subscriber(kind="api")
    cursor = newsroom.get("/private/changes", token).get_json()["next"]
    since = cursor if position is None else f"{cursor.rpartition('.')[0]}.{position}"
    query = {"since": since, "wait": wait}
    sent = {"Authorization": f"Bearer {token}"}
    return newsroom.client.get("/private/changes", query_string=query, headers=sent).status_code


@pytest.mark.parametrize("day", ["9" * 5000, "²", "٣", "-1", "", "0x1", "1" * 9])
def test_a_cursor_that_was_made_up_is_refused_by_name(newsroom: Newsroom, day: str) -> None:
    assert asked(newsroom, f"0-{day}", "0") == 409


@pytest.mark.parametrize("position", ["\0", "a\0b", "\ufffd", "x" * 5000, "' or 1=1 --"])
def test_a_position_that_no_database_could_hold_is_refused_by_name(
    both_newsrooms: Newsroom, position: str
) -> None:
    assert asked(both_newsrooms, position, "0") == 409


@pytest.mark.parametrize("wait", ["9" * 5000, "²", "٣", "-1", "1e9", "nan", ""])
def test_a_wait_that_is_no_number_of_seconds_is_none(newsroom: Newsroom, wait: str) -> None:
    assert asked(newsroom, None, wait) == 200


NUL = (
    "/items/a%00b",
    "/feeds/a%00b.rss",
    "/feeds/%00/",
    "/private/feeds/%00.rss",
    "/private/items/%00.json",
    "/%00",
)


@pytest.mark.parametrize("path", NUL)
def test_an_address_with_a_nul_in_it_leads_nowhere_on_any_database(
    both_newsrooms: Newsroom, path: str
) -> None:
    answer = both_newsrooms.get(path, both_newsrooms.subscriber() if path.startswith("/private") else None)
    assert answer.status_code == 404
