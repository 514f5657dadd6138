"""The table's arithmetic: medians of rounds, verdicts, and what is said where nothing was measured."""

from __future__ import annotations

import pytest

from bench import page
from bench.figures import Row, Scope, at_least, at_most
from bench.machine import Calm
from bench.table import HEAD, Result, calmness, markdown, plain

ROW = Row(
    99,
    "first polls",
    (at_least("of nginx", 0.35, 0.5), at_most("p99", 100, 15, " ms")),
    Scope.EACH,
    lambda house: [],
)
CALM = Calm(0.02, 0.01)


def result(*rounds: tuple[float, float]) -> Result:
    made = Result(ROW, 10_000)
    for figures in rounds:
        made.add(figures, CALM)
    return made


def test_a_figure_is_the_median_of_its_rounds() -> None:
    made = result((0.3, 10), (0.4, 200), (0.9, 30), (0.42, 20))
    assert [made.figure(0), made.figure(1)] == [pytest.approx(0.41), 25]


@pytest.mark.parametrize(
    ("figures", "verdicts"),
    [((0.5, 15), ("aim", "aim")), ((0.35, 100), ("must", "must")), ((0.349, 100.1), ("no", "no"))],
)
def test_a_bound_that_is_just_met_is_reached(figures: tuple[float, float], verdicts: tuple[str, str]) -> None:
    assert tuple(line[-1] for line in result(figures).lines()) == verdicts


def test_a_line_shows_figure_spread_and_bounds() -> None:
    first, second = result((0.3, 1234.5), (0.4, 30)).lines()
    assert first == (
        "99",
        "10,000",
        "first polls: of nginx",
        "0.35",
        "0.3 to 0.4",
        ">= 0.35",
        ">= 0.5",
        "must",
    )
    assert second[3:6] == ("632 ms", "30 to 1,234", "<= 100 ms")


def test_a_row_that_cannot_be_measured_says_why_and_reaches_nothing() -> None:
    made = Result(ROW, None, lacking="nginx is missing")
    assert [line[-1] for line in made.lines()] == ["not measured: nginx is missing"] * 2
    assert calmness([made]) == "Nothing was measured."


def test_a_wrong_answer_is_short_of_everything_whatever_was_measured_before() -> None:
    made = result((0.5, 10))
    assert not made.is_short
    made.wrong = "service answered 503"
    assert made.is_short
    assert {line[-1] for line in made.lines()} == {"wrong: service answered 503"}


def test_what_runs_out_leaves_the_rounds_that_there_were() -> None:
    made = result((0.5, 10))
    made.lacking = "the tokens are used up"
    assert [line[-1] for line in made.lines()] == ["aim", "aim"]


def test_a_round_has_a_figure_for_each_mark() -> None:
    with pytest.raises(ValueError, match="99"):
        Result(ROW, None).add([1.0], CALM)


def test_both_tables_have_a_line_for_each_mark() -> None:
    results = [result((0.3, 10)), result((0.5, 10))]
    assert len(plain(results).splitlines()) == 5
    lines = markdown(results).splitlines()
    assert len(lines) == 6
    assert {line.count("|") for line in lines} == {len(HEAD) + 1}


def test_the_page_names_command_machine_and_calm() -> None:
    text = page.text([result((0.3, 10))], page.Run("python -m bench --write", 4, 3.0, 100_000))
    for part in (
        "python -m bench --write",
        "4 rounds",
        "100,000 tokens",
        "| 99 | 10,000 |",
        "cores",
        "Others took",
    ):
        assert part in text


def test_how_busy_the_machine_was_is_said() -> None:
    made = result((0.3, 10), (0.3, 10))
    made.add((0.3, 10), Calm(0.5, 0.0))
    assert "Others took 2% of the machine" in calmness([made])
    assert "1 of them stayed disturbed" in calmness([made])
