"""`company`: customers."""

from __future__ import annotations

import click

from syndicate.cli.saying import agency_of, as_json, by, print_rows, reason, stamp


@click.group()
def company() -> None:
    """Customers: add, list, show, suspend, resume."""


@company.command()
@click.argument("name")
@click.option("--title", help="What people call it; without it, the name.")
@reason
@click.pass_context
def add(context: click.Context, name: str, title: str | None, reason: str) -> None:
    """Add a customer. NAME is of small letters, digits and hyphens."""
    from syndicate.service import contracts

    contracts.add_company(agency_of(context), name, title or name, by(reason))
    click.echo(f"{name} is a customer. `syndicate licence add {name}` says what it may have.")


@company.command("list")
@as_json
@click.pass_context
def list_companies(context: click.Context, is_json: bool) -> None:
    """All customers."""
    from syndicate.service import contracts

    rows = [
        {"name": each.name, "title": each.title, "suspended": stamp(each.suspended_at)}
        for each in contracts.companies(agency_of(context))
    ]
    print_rows(rows, is_json, "No companies yet. `syndicate company add NAME` adds one.")


@company.command()
@click.argument("name")
@as_json
@click.pass_context
def show(context: click.Context, name: str, is_json: bool) -> None:
    """A customer with its licences and tokens."""
    from syndicate.cli.licence import licence_row
    from syndicate.cli.token import token_row
    from syndicate.service import contracts

    agency = agency_of(context)
    licences = [licence_row(name, each) for each in contracts.licences(agency, name)]
    tokens = [token_row(each) for each in contracts.token_list(agency, name)]
    print_rows(licences + tokens if is_json else licences, is_json, f"{name} has no licence.")
    if not is_json:
        print_rows(tokens, is_json, f"{name} has no token.")


@company.command()
@click.argument("name")
@reason
@click.pass_context
def suspend(context: click.Context, name: str, reason: str) -> None:
    """Refuse a customer everything until it is resumed."""
    from syndicate.service import contracts

    contracts.suspend(agency_of(context), name, by(reason))
    click.echo(f"{name} is suspended. `syndicate company resume {name}` undoes it.")


@company.command()
@click.argument("name")
@reason
@click.pass_context
def resume(context: click.Context, name: str, reason: str) -> None:
    """Let a suspended customer go on."""
    from syndicate.service import contracts

    contracts.resume(agency_of(context), name, by(reason))
    click.echo(f"{name} goes on with the tokens that it has.")
