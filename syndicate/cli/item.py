"""`item` and `explain`: stories as the desk sees them, and the acts on them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import click

from syndicate.cli.saying import (
    When,
    agency_of,
    as_json,
    by,
    confirm,
    plain,
    print_rows,
    reason,
    settled,
    stamp,
    yes,
)
from syndicate.cli.sheets import as_csv

if TYPE_CHECKING:
    from syndicate.service.keeping.purge import Purged


@click.group()
def item() -> None:
    """Stories: list, show, kill, hold, release, who-got, purge."""


@item.command("list")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=20, show_default=True, help="How many, newest first."
)
@as_json
@click.pass_context
def list_items(context: click.Context, limit: int, is_json: bool) -> None:
    """The items that changed last."""
    from syndicate.service import desk

    lines = desk.newest(agency_of(context), limit)
    rows = [
        {
            "key": line.key,
            "state": line.state,
            "source": line.source,
            "headline": line.headline,
            "uri": line.uri,
        }
        for line in lines
    ]
    print_rows(rows, is_json, "No items yet. `syndicate ingest FILE` takes some in.")


@item.command()
@click.argument("key")
@as_json
@click.pass_context
def show(context: click.Context, key: str, is_json: bool) -> None:
    """The life of an item: what was received, and what each class of readers has when."""
    from syndicate.core.model import FOREVER, Act
    from syndicate.service import desk

    chart = desk.chart(agency_of(context), key)
    facts = [
        {
            "received": stamp(fact.received_at),
            "fact": f"{fact.deed.value} by {fact.by}"
            if isinstance(fact, Act)
            else f"version {fact.number or ''}",
            "words": fact.reason if isinstance(fact, Act) else chart.headlines.get(fact.digest, ""),
        }
        for fact in chart.facts
    ]
    spans = [
        {
            "class": span.reader_class.value,
            "from": stamp(span.from_at),
            "until": "for ever" if span.until_at == FOREVER else stamp(span.until_at),
            "face": span.face.value,
            "shows": chart.headlines.get(span.version, ""),
        }
        for span in chart.spans
    ]
    click.echo(f"{plain(chart.item.uri)} from {chart.item.source}", err=True)
    print_rows(facts + spans if is_json else facts, is_json, "No facts.")
    if not is_json:
        print_rows(spans, is_json, "Nobody has seen it.")


@item.command("who-got")
@click.argument("key")
@as_csv
@as_json
@click.pass_context
def who_got(context: click.Context, key: str, is_csv: bool, is_json: bool) -> None:
    """Who was ever given the text of an item; who has not acknowledged its hold or kill comes first."""
    from syndicate.cli.report import print_report
    from syndicate.service import reports

    found = reports.who_got(agency_of(context), key)
    print_report(found, is_csv, is_json, "Nobody was given its text.", {"key"})


@item.command()
@click.argument("key")
@reason
@yes
@click.pass_context
def kill(context: click.Context, key: str, reason: str, yes: bool) -> None:
    """Withdraw a story everywhere, for ever."""
    from syndicate.service import desk

    agency = agency_of(context)
    chart = desk.chart(agency, key)
    confirm(f"Kill {chart.title or chart.item.uri!r}? This cannot be undone.", yes)
    click.echo(f"{key} is killed since {stamp(desk.kill(agency, key, by(reason)))}.")


@item.command()
@click.argument("key")
@reason
@click.pass_context
def hold(context: click.Context, key: str, reason: str) -> None:
    """Keep a story back until it is released."""
    from syndicate.service import desk

    click.echo(f"{key} is on hold since {stamp(desk.hold(agency_of(context), key, by(reason)))}.")


@item.command()
@click.argument("key")
@reason
@click.pass_context
def release(context: click.Context, key: str, reason: str) -> None:
    """Open the desk's hold of a story."""
    from syndicate.service import desk

    click.echo(f"{key} is released since {stamp(desk.release(agency_of(context), key, by(reason)))}.")


@item.command()
@click.argument("key")
@reason
@click.option("--yes", "sure", count=True, help="Do not ask; say it twice, since it asks twice.")
@click.pass_context
def purge(context: click.Context, key: str, reason: str, sure: int) -> None:
    """Remove the words of a killed story from the database."""
    from syndicate.service.keeping import purge as service

    agency = agency_of(context)
    uri = service.purgeable(agency, key).uri
    confirm(f"Remove every word of {plain(uri)}? This cannot be undone.", sure > 0)
    confirm("Its text and raw messages will be nowhere but in older backups. Sure?", sure > 1, "--yes --yes")
    done = service.purge(agency, key, by(reason))
    emptied = f"{_count(done.versions, 'version')}, {_count(done.messages, 'message')}"
    click.echo(f"{key} is purged: {emptied} and {done.refused} in quarantine are empty.")
    for still in _where_words_are_still(done):
        click.echo(still, err=True)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _where_words_are_still(done: Purged) -> Iterator[str]:
    yield f"Every backup made before {stamp(done.at)} still holds the words. Backups are not touched."
    if not done.is_journal_empty:
        yield (
            "The database may keep overwritten pages: on SQLite run this again when nobody reads, on PostgreSQL "
            "run `VACUUM FULL versions, messages, quarantine` and let its archive of logs run out."
        )
    for folder in done.folders:
        yield f"Files that were taken from a folder lie in {folder}. Look there too."


@click.command()
@click.argument("key")
@click.option("--feed", help="In this feed; without it, by key.")
@click.option(
    "--as", "who", default="anonymous", show_default=True, help="anonymous, desk, a company or token."
)
@click.option("--at", type=When(), help="At this time; without it, now.")
@click.pass_context
def explain(context: click.Context, key: str, feed: str | None, who: str, at: datetime | None) -> None:
    """Say what somebody sees of an item, which rule says so, and when that changes."""
    from syndicate.service import explain as service

    agency = agency_of(context)
    answer = service.explain(agency, key, who, feed, settled(at, agency))
    where = f"in {feed}" if feed else "by key"
    click.echo(f"{answer.decision.level.name} for {answer.who} {where} at {stamp(answer.at)}")
    click.echo(f"rule: {answer.decision.rule}")
    click.echo(f"item: {answer.why}")
    changes = stamp(answer.changes_at) if answer.changes_at else "only by a new message or act"
    click.echo(f"next change by the clock: {changes}")
