"""`report`: who has what, for one company, and for all items that are held or killed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from syndicate.cli.saying import When, agency_of, as_json, print_rows, settled, stamp
from syndicate.cli.sheets import as_csv, print_sheet

if TYPE_CHECKING:
    from syndicate.service.reports import Line, Report

_NAMES = (
    *("state", "notice", "since", "key", "company", "title", "token", "label", "version", "level", "channel"),
    *("given", "told", "told_by", "acknowledged", "known_from"),
)
_FOR_PROGRAMS = {"title", "token", "level", "since", "told_by", "known_from"}


@click.group()
def report() -> None:
    """Who has what: company, kills."""


@report.command()
@click.argument("name")
@click.option("--from", "from_at", type=When(), help="Given from this day or time on.")
@click.option("--until", "until_at", type=When(), help="Given before this day or time.")
@as_csv
@as_json
@click.pass_context
def company(
    context: click.Context,
    name: str,
    from_at: datetime | None,
    until_at: datetime | None,
    is_csv: bool,
    is_json: bool,
) -> None:
    """What a company was given, and how it stands with what is held or killed now."""
    from syndicate.service import reports

    agency = agency_of(context)
    found = reports.of_company(agency, name, settled(from_at, agency), settled(until_at, agency))
    print_report(found, is_csv, is_json, f"{name} was given nothing in full in this time.", {"company"})


@report.command()
@click.option("--all", "is_all", is_flag=True, help="Also those that have acknowledged.")
@as_csv
@as_json
@click.pass_context
def kills(context: click.Context, is_all: bool, is_csv: bool, is_json: bool) -> None:
    """Who was given what is held or killed now, and has not said that it is out."""
    from syndicate.service import reports

    found = reports.of_notices(agency_of(context), is_all)
    print_report(found, is_csv, is_json, "No company owes an answer for a hold or a kill.")


def print_report(report: Report, is_csv: bool, is_json: bool, empty: str, same: Collection[str] = ()) -> None:
    """Print who has what. People get fewer columns, without those that are the `same` in every row."""
    if is_csv and is_json:
        raise click.UsageError("Say `--csv` or `--json`, not both.")
    known_from = report.known_from and stamp(report.known_from)
    rows = [_row(line) | {"known_from": known_from} for line in report.lines]
    if known_from:
        click.echo(f"Known only from {known_from}: older receipts were let go ([retention]).", err=True)
    if is_csv:
        print_sheet(_NAMES, rows)
    elif is_json:
        print_rows(rows, is_json, empty)
    else:
        shown = [name for name in _NAMES if name not in _FOR_PROGRAMS and name not in same]
        print_rows([{name: row[name] for name in shown} for row in rows], is_json, empty)


def _row(line: Line) -> dict[str, Any]:
    notice, told = line.notice, line.told
    return {
        "state": line.state,
        "notice": notice and notice.face.value,
        "since": notice and stamp(notice.since_at),
        "key": line.key,
        "company": line.company,
        "title": line.title,
        "token": line.token,
        "label": line.label,
        "version": line.version,
        "level": line.level.name.lower(),
        "channel": line.channel,
        "given": stamp(line.given_at),
        "told": told and stamp(told.at),
        "told_by": told and f"{told.channel}, {told.label}",
        "acknowledged": line.acknowledged_at and stamp(line.acknowledged_at),
    }
