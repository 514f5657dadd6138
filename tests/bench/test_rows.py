"""Every row of the specification has a function, with the bounds that the specification names."""

from __future__ import annotations

import pytest

import bench.rows  # noqa: F401 - which registers them
from bench.figures import ROWS, Row

BOUNDS = {
    1: [(0.35, 0.50)],
    2: [(3.5, 2.5)],
    3: [(0.35, 0.45)],
    4: [(0.30, 0.50)],
    5: [(0.70, 0.85)],
    6: [(0.85, 0.95), (0.06, 0.03)],
    7: [(0.50, 0.80)],
    8: [(60, 140), (60, 150)],
    9: [(40, 90)],
    10: [(4, 1.5)],
    11: [(7, 10), (10, 14)],
    12: [(40, 60), (40, 60)],
    13: [(10, 4)],
    14: [(60, 15), (500, 2000)],
    15: [(100, 15)],
    16: [(0.05, 0.02), (0.12, 0.05), (0.12, 0.05), (0.05, 0.02), (0.05, 0.02)],
    17: [(0.30, 0.60)],
    18: [(2, 2.3)],
    19: [(0.6, 2)],
    20: [(110, 70)],
    21: [(3, 1.5)],
    22: [(5, 2)],
    23: [(100, 30)],
    24: [(0.9, 1)],
    25: [(1, 0.2), (1, 0.2)],
}


def test_every_row_of_the_specification_is_there_with_its_bounds() -> None:
    assert {number: [(mark.must, mark.aim) for mark in row.marks] for number, row in ROWS.items()} == BOUNDS


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda row: f"row {row.number}")
def test_an_aim_is_never_easier_than_what_must_be(row: Row) -> None:
    assert all(mark.reaches(mark.aim, mark.must) for mark in row.marks)
    assert row.measure.__doc__
