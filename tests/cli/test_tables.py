"""Listings for people: a table that fits where it is shown, with nothing of it lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.cli import saying

WORDS = st.text(st.characters(exclude_categories=("C", "Z"), max_codepoint=0x4FF), min_size=1, max_size=60)
CELLS = st.lists(WORDS, max_size=12).map(" ".join)
ROWS = st.lists(st.fixed_dictionaries({"key": WORDS, "valid_until": CELLS, "why": CELLS}), min_size=1)


def shown(capsys: pytest.CaptureFixture[str], rows: list[dict[str, object]]) -> list[str]:
    saying.print_rows(rows, False, "Nothing.")
    return capsys.readouterr().out.splitlines()


def test_a_table_has_a_head_and_a_row_each(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        {"key": "k1", "valid_until": None, "feeds": ["sport", "all"]},
        {"key": "longer", "valid_until": 7, "feeds": []},
    ]
    assert shown(capsys, rows) == [
        "key     valid until  feeds",
        "k1      -            all sport",
        "longer  7            -",
    ]


def test_what_is_wider_than_its_column_goes_on_below(capsys: pytest.CaptureFixture[str]) -> None:
    why = "word " * 90
    lines = shown(capsys, [{"key": "k1", "why": why, "end": "e"}])
    assert max(map(len, lines)) <= 200
    assert " ".join(lines).count("word") == 90
    assert lines[1].endswith("e")
    assert lines[1].startswith("k1   word")


@given(ROWS)
def test_no_line_is_too_long_and_no_letter_is_lost(rows: list[dict[str, object]]) -> None:
    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(saying.click, "secho", lambda line, **_: lines.append(line))
        saying.print_rows(rows, False, "Nothing.")
    assert max(map(len, lines)) <= 200
    said = ["key", "valid until", "why", *(str(value) for row in rows for value in row.values())]
    assert sorted("".join(lines).replace(" ", "")) == sorted("".join(said).replace(" ", ""))
