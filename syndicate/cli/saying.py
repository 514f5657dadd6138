"""What many commands say alike: the open agency, who acts and why, times, and how results are printed."""

from __future__ import annotations

import getpass
import json
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import click

if TYPE_CHECKING:
    from syndicate.service.agency import Agency
    from syndicate.service.contracts import By

Command = TypeVar("Command", bound=Callable[..., Any])

as_json = click.option("--json", "is_json", is_flag=True, help="Print JSON.")
yes = click.option("--yes", is_flag=True, help="Do not ask.")
NUMBER = click.IntRange(1, 2**63 - 1)
"""The number of something that is kept: what a database can count to."""


def reason(command: Command) -> Command:
    """The option of every act: why."""
    option = click.option("--reason", required=True, callback=_not_blank, help="Why; it stands in the audit.")
    return option(command)


def _not_blank(context: click.Context, param: click.Parameter, words: str) -> str:
    if not words.strip():
        raise click.BadParameter("Say why in a few words.", context, param)
    return words


def agency_of(context: click.Context) -> Agency:
    """The agency of the working folder, closed when the command is done."""
    from syndicate.bootstrap import open_agency

    folder: Path = context.obj
    agency = open_agency(folder)
    context.call_on_close(agency.close)
    return agency


def by(reason: str) -> By:
    """Who acts: the user of this shell."""
    from syndicate.service.contracts import By

    return By(f"{_user()} (shell)", reason)


def _user() -> str:
    """The name of the user, or its number: in a container it often has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # what it raises depends on the version of Python
        return f"user {os.getuid()}"


def confirm(question: str, is_sure: bool, how: str = "--yes") -> None:
    """Ask before what cannot be undone. Without a terminal, only `--yes` will do."""
    if is_sure:
        return
    if not sys.stdin.isatty():
        raise click.UsageError(f"This cannot be undone. Say `{how}` to do it without being asked.")
    click.confirm(question, abort=True, err=True)


YEARS = range(1970, 3000)
"""Within these, no zone and no number of days leads out of the calendar."""


class When(click.ParamType[Any]):
    """A date (its beginning in the site's zone) or a time with a zone."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, context: click.Context | None
    ) -> datetime | _Day:
        """The time, or the day, whose zone is known once the settings are."""
        if isinstance(value, datetime | _Day):
            return value
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no time. Write 2026-12-31, or 2026-12-31T18:00+01:00.", param, context)
        if at.year not in YEARS:
            self.fail(f"{value!r} is too far away. Write a time from 1970 to 2999.", param, context)
        if len(str(value)) == 10:
            return _Day(at)
        if at.tzinfo is None:
            near = f"{at:%Y-%m-%dT%H:%M}"
            self.fail(f"{value!r} has no zone. Write {near}Z, or {near}+01:00.", param, context)
        return at.astimezone(UTC)


class _Day:
    """A day without a zone."""

    def __init__(self, midnight: datetime) -> None:
        self.midnight = midnight


def settled(when: datetime | _Day | None, agency: Agency) -> datetime | None:
    """A time from the command line as a moment in UTC."""
    if isinstance(when, _Day):
        zone = ZoneInfo(agency.settings.site.timezone)
        return when.midnight.replace(tzinfo=zone).astimezone(UTC)
    return when


def stamp(at: datetime | None) -> str:
    """A time as listings print it, with its zone."""
    return "-" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"


def print_rows(rows: Sequence[Mapping[str, Any]], is_json: bool, empty: str) -> None:
    """Print a listing: a table for people, JSON for programs, a sentence on stderr when there is nothing."""
    if is_json:
        click.echo(json.dumps(list(rows), ensure_ascii=False, indent=1, default=str))
        return
    if not rows:
        click.echo(empty, err=True)
        return
    heads = [name.replace("_", " ") for name in rows[0]]
    lines = [[_cell(value) for value in row.values()] for row in rows]
    widths = [max(map(len, column)) for column in zip(heads, *lines, strict=True)]
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else 200
    _narrow(widths, room)
    for number, line in enumerate([heads, *lines]):
        for each in _folded(line, widths):
            click.secho(each, bold=number == 0)


def _narrow(widths: list[int], room: int) -> None:
    """Take from the widest column what a line has too much."""
    while (excess := sum(widths) + len(_GAP) * (len(widths) - 1) - room) > 0:
        widest = max(range(len(widths)), key=widths.__getitem__)
        others = max((width for each, width in enumerate(widths) if each != widest), default=0)
        if widths[widest] <= _NARROWEST:
            return
        widths[widest] = max(widths[widest] - excess, min(others, widths[widest] - 1), _NARROWEST)


def _folded(cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    """One row as lines of the screen: what is wider than its column goes on below."""
    parts = [
        textwrap.wrap(cell, width, break_on_hyphens=False) or [""]
        for cell, width in zip(cells, widths, strict=True)
    ]
    for line in zip_longest(*parts, fillvalue=""):
        columns = (part.ljust(width) for part, width in zip(line, widths, strict=True))
        yield _GAP.join(columns).rstrip()


_GAP = "  "
_NARROWEST = 8


def _cell(value: object) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return plain(" ".join(sorted(str(each) for each in value))) or "-"
    return "-" if value is None else plain(str(value))


def plain(foreign: str) -> str:
    """Words of others without the characters by which they would speak to the terminal."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", foreign)
