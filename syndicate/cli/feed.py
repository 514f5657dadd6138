"""`feed`: the feeds and their files."""

from __future__ import annotations

import os

import click

from syndicate.cli.saying import agency_of, as_json, print_rows, stamp


@click.group()
def feed() -> None:
    """The feeds: list, show, check, preview."""


@feed.command("list")
@as_json
@click.pass_context
def list_feeds(context: click.Context, is_json: bool) -> None:
    """The feeds that are published now."""
    from syndicate.service import feeds

    rows = [
        {
            "feed": name,
            "title": each.definition.title,
            "public": each.definition.public.name.lower(),
            "window": each.definition.window,
            "since": stamp(each.from_at),
        }
        for name, each in feeds.current(agency_of(context)).items()
    ]
    print_rows(rows, is_json, "No feeds yet. Each is a file in feeds/.")


@feed.command()
@click.argument("name")
@click.pass_context
def show(context: click.Context, name: str) -> None:
    """A feed as it counts now, with its addresses."""
    from syndicate.service import feeds

    agency = agency_of(context)
    definition = feeds.named(agency, name).definition
    base = agency.settings.site.base_url
    click.echo(f"{definition.title}: {definition.description}")
    click.echo(f"public level {definition.public.name.lower()}, window {definition.window}")
    for ext in ("rss", "atom", "json"):
        click.echo(f"{base}/feeds/{name}.{ext}")


@feed.command()
@click.pass_context
def check(context: click.Context) -> None:
    """Read the feed files and say what is wrong; nothing is taken up."""
    from syndicate.settings import SettingsError, load, load_feeds

    settings = load(context.obj, os.environ)
    files = load_feeds(settings.folder, settings.sources)
    if files.problems:
        raise SettingsError(*files.problems)
    click.echo(f"{len(files.definitions)} feeds are good.")


@feed.command()
@click.argument("name")
@click.option(
    "--as", "who", default="anonymous", show_default=True, help="anonymous, desk, a company or token."
)
@as_json
@click.pass_context
def preview(context: click.Context, name: str, who: str, is_json: bool) -> None:
    """What somebody sees in a feed now; no receipt is written."""
    from syndicate.service import explain as service

    rows = [
        {
            "key": line.key,
            "level": line.decision.level.name,
            "headline": line.headline,
            "rule": line.decision.rule,
        }
        for line in service.preview(agency_of(context), name, who)
    ]
    print_rows(rows, is_json, "Nothing stands in this feed now.")
