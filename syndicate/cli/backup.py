"""`backup` and `restore`: the state of an agency in a folder, and back again."""

from __future__ import annotations

from pathlib import Path

import click

from syndicate.cli.saying import agency_of, by, stamp


@click.command()
@click.argument("target", metavar="FOLDER", type=click.Path(path_type=Path))
@click.pass_context
def backup(context: click.Context, target: Path) -> None:
    """Back the databases up into a new folder, while the service runs."""
    from syndicate.service.keeping.backup import back_up

    agency = agency_of(context)
    manifest = back_up(agency, target.absolute())
    click.echo(f"{target} holds everything up to {stamp(manifest.made_at)}.")
    keys, acts = agency.keyring.path, agency.acts.path
    click.echo(f"Neither {keys} nor {acts} is in it: keep copies of both apart from it.", err=True)


@click.command()
@click.argument("source", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option(
    "--log",
    "logs",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A log of acts beside that of this working folder; say it again for more.",
)
@click.option("--without-log", is_flag=True, help="The log is lost: do not do again what was done since.")
@click.pass_context
def restore(context: click.Context, source: Path, logs: tuple[Path, ...], without_log: bool) -> None:
    """Put a backup back and do again what was done since: kills, holds, revocations, suspensions."""
    from syndicate import bootstrap

    if logs and without_log:
        raise click.UsageError("--log and --without-log exclude each other.")
    who = by("").who
    restored = bootstrap.restore(context.obj, source.absolute(), None if without_log else logs, who)
    for name in restored.torn:
        click.echo(f"The last line of the log {name} was cut off: that act was never done.", err=True)
    for what in restored.replayed.unknown:
        click.echo(f"Not in the backup, so nothing to end: {what}.", err=True)
    click.echo(f"Restored. Acts since the backup that were done again: {restored.replayed.done}.")
    if not restored.has_kept_receipts:
        click.echo("Who was given a text since the backup is not known: no receipts were there.", err=True)
    if without_log:
        click.echo("What was killed, held, revoked or suspended since the backup is not so now.", err=True)
