"""`source`: where items come from."""

from __future__ import annotations

import sys

import click

from syndicate.cli.saying import agency_of, as_json, by, confirm, plain, print_rows, reason, stamp, yes


@click.group()
def source() -> None:
    """The sources: list, add, list and end keys, poll."""


@source.command("list")
@as_json
@click.pass_context
def list_sources(context: click.Context, is_json: bool) -> None:
    """The sources of config.toml, and how each is doing."""
    from syndicate.service.arriving.standing import standings

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
@click.option("--webhook", is_flag=True, help="A secret that signs (Standard Webhooks), in place of a key.")
@click.option("--given", is_flag=True, help="With --webhook: read from standard input what the sender made.")
@reason
@click.pass_context
def add_key(context: click.Context, name: str, webhook: bool, given: bool, reason: str) -> None:
    """Make a key with which a source pushes. It is printed once, on stdout; those before it stay good."""
    from syndicate.service import contracts

    agency = agency_of(context)
    agency.settings.source(name)
    if webhook:
        secret = _given() if given else None
        id, text = contracts.add_webhook_secret(agency, name, secret, by(reason))
    elif given:
        raise click.UsageError("--given goes with --webhook: keys are made here.")
    else:
        id, text = contracts.add_source_key(agency, name, by(reason))
    if not given:
        click.echo(text)
    kind = "Webhook secret" if webhook else "Key"
    click.echo(f"{kind} {id} of {name}. POST {agency.settings.site.base_url}/wire/{name}", err=True)


def _given() -> bytes:
    from syndicate.core.webhooks import FEWEST, MOST, secret_in

    if sys.stdin.isatty():
        text = click.prompt("Secret", hide_input=True, err=True)
    else:
        text = sys.stdin.buffer.read(1024).decode(errors="replace")
    secret = secret_in(text)
    if secret is None:
        raise click.UsageError(f"This is no secret: give whsec_ and {FEWEST} to {MOST} bytes in base64.")
    return secret


@source.command("list-keys")
@click.argument("name", required=False)
@as_json
@click.pass_context
def list_keys(context: click.Context, name: str | None, is_json: bool) -> None:
    """The keys and webhook secrets of a source, or of all, by their ids; those that have ended too."""
    from syndicate.service import contracts

    rows = [
        {
            "key": key.id,
            "source": key.source,
            "kind": key.kind.value,
            "issued": stamp(key.issued_at),
            "ended": stamp(key.revoked_at),
        }
        for key in contracts.source_key_list(agency_of(context), name)
    ]
    print_rows(rows, is_json, "No keys yet. `syndicate source add-key NAME` makes one.")


@source.command("end-key")
@click.argument("name")
@click.argument("id")
@reason
@yes
@click.pass_context
def end_key(context: click.Context, name: str, id: str, reason: str, yes: bool) -> None:
    """End one key or webhook secret of a source at once. The others stay good."""
    from syndicate.service import contracts

    agency = agency_of(context)
    key = contracts.source_key_named(agency, name, id)
    confirm(f"End the {key.kind} key {id} of {name}? This cannot be undone.", yes)
    contracts.end_source_key(agency, name, id, by(reason))
    click.echo(f"Key {id} of {name} has ended.")


@source.command()
@click.argument("name")
@click.pass_context
def poll(context: click.Context, name: str) -> None:
    """Visit a polled source now; one that is gone, to find out whether it is back."""
    from syndicate.cli.ingest import tell
    from syndicate.service.arriving import sources

    visit = sources.poll(agency_of(context), name)
    if visit.news:
        click.echo(plain(visit.news), err=True)
    if visit.failure:
        raise sources.VisitFailed(visit.failure)
    if visit.is_unchanged:
        click.echo("nothing new")
        return
    tell(context, visit.taken)
