"""`token`: credentials of companies."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from syndicate.cli.saying import (
    When,
    agency_of,
    as_json,
    by,
    confirm,
    print_rows,
    reason,
    settled,
    stamp,
    yes,
)

if TYPE_CHECKING:
    from syndicate.service.contracts import TokenRow


@click.group()
def token() -> None:
    """Credentials: issue, list, show, rotate, revoke."""


@token.command()
@click.argument("company")
@click.option("--kind", type=click.Choice(["reader", "api"]), default="reader", show_default=True)
@click.option("--label", required=True, help="Where it is used, for people.")
@click.option("--feed", "feeds", multiple=True, help="Only this feed; say it again for more.")
@click.option("--network", "networks", multiple=True, help="Only from this network, as 192.0.2.0/24.")
@click.option("--until", "expires", type=When(), help="When it is over; without it, with the licence.")
@click.option(
    "--quota",
    type=click.IntRange(0, 10**9),
    help="Requests a minute, 0 for no end of them; without it, as [serve] says.",
)
@reason
@click.pass_context
def issue(
    context: click.Context,
    company: str,
    kind: str,
    label: str,
    feeds: tuple[str, ...],
    networks: tuple[str, ...],
    expires: datetime | None,
    quota: int | None,
    reason: str,
) -> None:
    """Issue a token. Its text is printed once, on stdout, and kept nowhere."""
    from syndicate.core.tokens import TokenKind
    from syndicate.service import contracts

    agency = agency_of(context)
    terms = contracts.TokenTerms(
        kind=TokenKind(kind),
        label=label,
        expires_at=settled(expires, agency),
        networks=tuple(_network(each) for each in networks),
        feeds=frozenset(feeds) if feeds else None,
        quota=quota,
    )
    row, text = contracts.issue_token(agency, company, terms, by(reason))
    click.echo(text)
    click.echo(f"Token {row.id} for {company}. It is shown this once.", err=True)


def _network(text: str) -> str:
    from ipaddress import ip_network

    try:
        return str(ip_network(text, strict=False))
    except ValueError:
        raise click.UsageError(f"{text!r} is no network. Write 192.0.2.0/24 or 2001:db8::/32.") from None


@token.command("list")
@click.argument("company", required=False)
@as_json
@click.pass_context
def list_tokens(context: click.Context, company: str | None, is_json: bool) -> None:
    """The tokens of a company, or all."""
    from syndicate.service import contracts

    rows = [token_row(each) for each in contracts.token_list(agency_of(context), company)]
    print_rows(rows, is_json, "No tokens yet. `syndicate token issue COMPANY --label LABEL` issues one.")


@token.command()
@click.argument("id")
@as_json
@click.pass_context
def show(context: click.Context, id: str, is_json: bool) -> None:
    """One token."""
    from syndicate.service import contracts

    print_rows([token_row(contracts.token_named(agency_of(context), id))], is_json, "")


@token.command()
@click.argument("id")
@click.option(
    "--overlap", default=7, show_default=True, type=click.IntRange(0, 3650), help="Days for the old secret."
)
@reason
@click.pass_context
def rotate(context: click.Context, id: str, overlap: int, reason: str) -> None:
    """Give a token a new secret; the old one stays good for the overlap."""
    from syndicate.service import contracts

    row, text = contracts.rotate_token(agency_of(context), id, timedelta(days=overlap), by(reason))
    click.echo(text)
    click.echo(f"The old secret of {id} is good until {stamp(row.old_until_at)}.", err=True)


@token.command()
@click.argument("id")
@click.option("--final", is_flag=True, help="Tell readers to drop the address (410).")
@reason
@yes
@click.pass_context
def revoke(context: click.Context, id: str, final: bool, reason: str, yes: bool) -> None:
    """End a token at once."""
    from syndicate.service import contracts

    agency = agency_of(context)
    found = contracts.token_named(agency, id)
    confirm(f"Revoke token {id} of {found.company} ({found.label})? This cannot be undone.", yes)
    contracts.revoke_token(agency, id, final, by(reason))
    click.echo(f"Token {id} is revoked.")


def token_row(token: TokenRow) -> dict[str, Any]:
    """A token as listings show it."""
    from syndicate.core.model import FOREVER

    return {
        "token": token.id,
        "company": token.company,
        "kind": token.kind,
        "label": token.label,
        "feeds": sorted(token.feeds) if token.feeds is not None else "all licensed",
        "networks": list(token.networks) or "any",
        "quota": token.quota,
        "expires": "never" if token.expires_at == FOREVER else stamp(token.expires_at),
        "revoked": stamp(token.revoked_at),
        "old_secret_until": stamp(token.old_until_at),
        "old_secret_used": stamp(token.old_used_at),
    }
