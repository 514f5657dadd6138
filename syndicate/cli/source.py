"""`source`: where items come from."""

from __future__ import annotations

import click

from syndicate.cli.saying import agency_of, as_json, by, print_rows, reason, stamp


@click.group()
def source() -> None:
    """The sources: list, add a key, poll."""


@source.command("list")
@as_json
@click.pass_context
def list_sources(context: click.Context, is_json: bool) -> None:
    """The sources of config.toml, and how each is doing."""
    from syndicate.service.standing import standings

    agency = agency_of(context)
    found = standings(agency)
    rows = [
        {
            "source": name,
            "kind": each.kind,
            "namespace": each.namespace or name,
            "order": "numbered" if each.numbered else "dated",
            "may_kill": each.may_kill,
            "visited": stamp(found[name].visited_at),
            "next": stamp(found[name].next_at),
            "notes": list(found[name].notes),
        }
        for name, each in agency.settings.sources.items()
    ]
    print_rows(rows, is_json, "No sources yet. Each is a table [sources.NAME] in config.toml.")


@source.command("add-key")
@click.argument("name")
@reason
@click.pass_context
def add_key(context: click.Context, name: str, reason: str) -> None:
    """Make a key with which a source pushes. It is printed once, on stdout, and kept nowhere."""
    from syndicate.service import contracts

    agency = agency_of(context)
    agency.settings.source(name)
    id, text = contracts.add_source_key(agency, name, by(reason))
    click.echo(text)
    click.echo(f"Key {id} of {name}. POST {agency.settings.site.base_url}/wire/{name}", err=True)


@source.command()
@click.argument("name")
@click.pass_context
def poll(context: click.Context, name: str) -> None:
    """Visit a polled source now; one that is gone, to find out whether it is back."""
    from syndicate.cli.ingest import tell
    from syndicate.service import sources

    visit = sources.poll(agency_of(context), name)
    if visit.failure:
        raise sources.VisitFailed(visit.failure)
    if visit.news:
        click.echo(visit.news, err=True)
    if visit.is_unchanged:
        click.echo("nothing new")
        return
    tell(context, visit.taken)
