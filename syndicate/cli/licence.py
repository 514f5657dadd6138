"""`licence`: what a company may have."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from syndicate.cli.saying import NUMBER, When, agency_of, as_json, by, print_rows, reason, settled, stamp

if TYPE_CHECKING:
    from syndicate.core.story import Licence


@click.group()
def licence() -> None:
    """What a company may have: add, list, end."""


@licence.command()
@click.argument("company")
@click.option("--feed", "feeds", multiple=True, required=True, help="A feed; say it again for more.")
@click.option(
    "--level", type=click.Choice(["headline", "excerpt", "full"]), default="full", show_default=True
)
@click.option("--from", "begins", type=When(), help="When it begins; without it, now.")
@click.option("--until", "ends", type=When(), help="When it is over; without it, never.")
@click.option("--embargo-right", is_flag=True, help="May have embargoed items early, by key.")
@click.option("--archive-days", type=click.IntRange(0, 36500), help="How far back by key; without it, all.")
@reason
@click.pass_context
def add(
    context: click.Context,
    company: str,
    feeds: tuple[str, ...],
    level: str,
    begins: datetime | None,
    ends: datetime | None,
    embargo_right: bool,
    archive_days: int | None,
    reason: str,
) -> None:
    """Give a company some feeds at a level for a time."""
    from syndicate.core.model import FOREVER, Level
    from syndicate.core.story import Licence
    from syndicate.service import contracts

    agency = agency_of(context)
    terms = Licence(
        id=0,
        feeds=frozenset(feeds),
        level=Level[level.upper()],
        begins_at=settled(begins, agency) or agency.moment().now,
        ends_at=settled(ends, agency) or FOREVER,
        has_embargo_right=embargo_right,
        archive_days=archive_days,
    )
    id = contracts.add_licence(agency, company, terms, by(reason))
    click.echo(f"Licence {id} gives {company} {', '.join(sorted(feeds))} at {level}.")


@licence.command("list")
@click.argument("company", required=False)
@as_json
@click.pass_context
def list_licences(context: click.Context, company: str | None, is_json: bool) -> None:
    """The licences of a company, or all."""
    from syndicate.service import contracts

    agency = agency_of(context)
    names = [company] if company else [each.name for each in contracts.companies(agency)]
    rows = [licence_row(name, each) for name in names for each in contracts.licences(agency, name)]
    print_rows(rows, is_json, "No licences yet. `syndicate licence add COMPANY --feed FEED` adds one.")


@licence.command()
@click.argument("id", type=NUMBER)
@click.option("--at", type=When(), help="When it is over; without it, now.")
@reason
@click.pass_context
def end(context: click.Context, id: int, at: datetime | None, reason: str) -> None:
    """Let a licence end."""
    from syndicate.service import contracts

    agency = agency_of(context)
    ends_at = contracts.end_licence(agency, id, settled(at, agency), by(reason))
    click.echo(f"Licence {id} ends {stamp(ends_at)}.")


def licence_row(company: str, licence: Licence) -> dict[str, Any]:
    """A licence as listings show it."""
    from syndicate.core.model import FOREVER

    return {
        "licence": licence.id,
        "company": company,
        "feeds": sorted(licence.feeds),
        "level": licence.level.name.lower(),
        "begins": stamp(licence.begins_at),
        "ends": "never" if licence.ends_at == FOREVER else stamp(licence.ends_at),
        "early": licence.has_embargo_right,
        "archive_days": licence.archive_days,
    }
