"""`keys`: what signs tokens, and what opens the figures."""

from __future__ import annotations

import click

from syndicate.cli.saying import agency_of, by, confirm, reason, yes


@click.group()
def keys() -> None:
    """The keys that sign tokens: rotate, drop. And the one to the figures: metrics."""


@keys.command()
@reason
@click.pass_context
def rotate(context: click.Context, reason: str) -> None:
    """Add a key that signs from now on; what older keys signed stays good."""
    from syndicate.service import signing

    signing.rotate(agency_of(context), by(reason))
    click.echo("New tokens are signed with a new key. Back up data/keys.toml apart from the database.")


@keys.command()
@reason
@yes
@click.pass_context
def drop(context: click.Context, reason: str, yes: bool) -> None:
    """Drop all keys but the newest, and end the tokens that they signed."""
    from syndicate.service import signing

    agency = agency_of(context)
    ended = signing.ended_by_drop(agency)
    for name in ended:
        click.echo(f"ends: {name}", err=True)
    confirm(f"Drop the old keys and end {len(ended)} credentials? This cannot be undone.", yes)
    signing.drop(agency, by(reason))
    click.echo(f"The old keys are dropped; {len(ended)} credentials ended.")


@keys.command()
@reason
@click.pass_context
def metrics(context: click.Context, reason: str) -> None:
    """Make the key to the figures at /metrics; the one before ends. It is printed once, on stdout."""
    from syndicate.service.watching import metrics as figures

    click.echo(figures.make_key(agency_of(context), by(reason)))
    click.echo("/metrics takes it as Bearer, or as the password of Basic. It is shown this once.", err=True)
