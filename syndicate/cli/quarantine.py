"""`quarantine`: what could not be read, with its reason and its bytes."""

from __future__ import annotations

import sys

import click

from syndicate.cli.saying import NUMBER, agency_of, as_json, by, plain, print_rows, reason, stamp


@click.group()
def quarantine() -> None:
    """What could not be read: list, show, replay, discard."""


@quarantine.command("list")
@as_json
@click.pass_context
def list_quarantine(context: click.Context, is_json: bool) -> None:
    """What lies there now."""
    from syndicate.service import quarantine as service

    rows = [
        {
            "id": each.id,
            "received": stamp(each.received_at),
            "source": each.source,
            "reason": each.reason,
            "detail": each.detail,
            "uri": each.uri,
        }
        for each in service.lying(agency_of(context))
    ]
    print_rows(rows, is_json, "Nothing lies in quarantine.")


@quarantine.command()
@click.argument("id", type=NUMBER)
@click.pass_context
def show(context: click.Context, id: int) -> None:
    """The bytes of a message in quarantine, as they came; for the desk's eyes only."""
    from syndicate.service import quarantine as service

    refused, raw = service.shown(agency_of(context), id)
    click.echo(f"{refused.source}: {refused.reason}: {plain(refused.detail)}", err=True)
    sys.stdout.buffer.write(raw)


@quarantine.command()
@click.argument("id", type=NUMBER)
@reason
@click.pass_context
def replay(context: click.Context, id: int, reason: str) -> None:
    """Read a message again, after its source's mapping or the program was mended."""
    from syndicate.cli.ingest import tell
    from syndicate.service import quarantine as service

    tell(context, service.replay(agency_of(context), id, by(reason)))


@quarantine.command()
@click.argument("id", type=NUMBER)
@reason
@click.pass_context
def discard(context: click.Context, id: int, reason: str) -> None:
    """Take a message off the list; it stays on record."""
    from syndicate.service import quarantine as service

    service.discard(agency_of(context), id, by(reason))
    click.echo(f"{id} is discarded.")
