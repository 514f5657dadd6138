"""`doctor`: what is wrong, and how to mend it."""

from __future__ import annotations

import click

from syndicate.cli.saying import agency_of, plain


@click.command()
@click.pass_context
def doctor(context: click.Context) -> None:
    """Say what is wrong, and how to mend it. Exit code 1 when something is."""
    from syndicate.bootstrap import broken_feeds
    from syndicate.service.watching import health

    agency = agency_of(context)
    findings = [*broken_feeds(agency), *health.findings(agency)]
    for finding in findings:
        click.echo(plain(finding))
    if findings:
        context.exit(1)
    click.echo("All is well.")
