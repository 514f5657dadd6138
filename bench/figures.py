"""What a row is: what it measures, and which figures it must reach and aims at.

A row's function is called once a round with a house, and gives a figure for each of its marks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.ground import House


class Lacking(Exception):
    """A row cannot be measured here: the text says what is missing."""


class Wrong(Exception):
    """What was measured is not what was meant: the text says what came instead."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One figure of a row: what it is, and the bounds that it must, and should, stay within."""

    what: str
    must: float
    aim: float
    is_least: bool
    unit: str = ""

    def reaches(self, figure: float, bound: float) -> bool:
        """Whether a figure is within a bound."""
        return figure >= bound if self.is_least else figure <= bound

    def verdict(self, figure: float) -> str:
        """What a figure has reached: the aim, what it must, or neither."""
        if self.reaches(figure, self.aim):
            return "aim"
        return "must" if self.reaches(figure, self.must) else "no"

    def bound(self, value: float) -> str:
        """A bound as the table shows it."""
        return f"{'>=' if self.is_least else '<='} {shown(value)}{self.unit}"


def at_least(what: str, must: float, aim: float, unit: str = "") -> Mark:
    """A figure that should be large."""
    return Mark(what, must, aim, True, unit)


def at_most(what: str, must: float, aim: float, unit: str = "") -> Mark:
    """A figure that should be small."""
    return Mark(what, must, aim, False, unit)


def shown(value: float) -> str:
    """A figure with as many digits as can be believed."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


class Scope(StrEnum):
    """How often a row is measured in a round."""

    EACH = "each"  # for every size of house
    ONCE = "once"  # for the smallest, since no database is in it
    GROWTH = "growth"  # for the largest beside the smallest


Measure = Callable[["House"], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the specification."""

    number: int
    title: str
    marks: tuple[Mark, ...]
    scope: Scope
    measure: Measure


ROWS: dict[int, Row] = {}
"""Every row by its number, once `bench.rows` has been imported."""


def row(number: int, title: str, *marks: Mark, scope: Scope = Scope.EACH) -> Callable[[Measure], Measure]:
    """Make a function the row of this number."""

    def register(measure: Measure) -> Measure:
        if number in ROWS:
            raise ValueError(f"There are two rows {number}.")
        ROWS[number] = Row(number, title, marks, scope, measure)
        return measure

    return register
