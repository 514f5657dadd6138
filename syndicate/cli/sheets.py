"""Listings as CSV (RFC 4180, UTF-8), safe to open in a spreadsheet: no cell is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import click

as_csv = click.option("--csv", "is_csv", is_flag=True, help="Print CSV, for spreadsheets.")

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""With these a spreadsheet takes a cell for something to reckon with."""


def print_sheet(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Print a listing as CSV: a line of names, and one for each row, an empty cell for what is not there."""
    paper = io.StringIO()
    writer = csv.writer(paper)
    writer.writerow(names)
    writer.writerows([_cell(row[name]) for name in names] for row in rows)
    click.echo(paper.getvalue().encode(), nl=False)


def _cell(value: object) -> str:
    """The text of a cell; one that a spreadsheet would reckon with begins with an apostrophe."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
