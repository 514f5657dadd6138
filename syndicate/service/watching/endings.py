"""What ends soon without anything in its place: licences and tokens, each with the command that renews it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from shlex import quote

from syndicate.core.story import Licence
from syndicate.service.agency import Agency
from syndicate.store import contracts as rows
from syndicate.store.contracts import TokenRow

SOON = timedelta(days=30)
"""An end that is nearer than this is near."""


def findings(agency: Agency) -> Iterator[str]:
    """A sentence for each licence and token of the companies that are not suspended."""
    now = agency.clock()
    with agency.database.snapshot() as connection:
        for company in rows.list_companies(connection):
            if company.suspended_at is None:
                yield from _licences(company.name, rows.licences_of(connection, company.name), now)
                yield from _tokens(rows.list_tokens(connection, company.name), now)


def _licences(company: str, licences: list[Licence], now: datetime) -> Iterator[str]:
    for licence in licences:
        if now < licence.ends_at <= now + SOON and not _is_renewed(licence, licences, now):
            feeds = " ".join(f"--feed {feed}" for feed in sorted(licence.feeds))
            yield (
                f"Licence {licence.id} of {company} ends {_stamp(licence.ends_at)}. To renew it: `syndicate "
                f"licence add {company} {feeds} --level {licence.level.name.lower()} --until DATE --reason WHY`."
            )


def _is_renewed(ending: Licence, licences: list[Licence], now: datetime) -> bool:
    """Whether what it gives goes on by others, of which each begins before it ends."""
    going_on = [
        each
        for each in licences
        if each.ends_at > now + SOON and each.begins_at <= ending.ends_at and each.level >= ending.level
    ]
    return ending.feeds <= {feed for each in going_on for feed in each.feeds}


def _tokens(tokens: list[TokenRow], now: datetime) -> Iterator[str]:
    good = [token for token in tokens if token.revoked_at is None]
    lasting = {(token.kind, token.label) for token in good if token.expires_at > now + SOON}
    for token in good:
        if now < token.expires_at <= now + SOON and (token.kind, token.label) not in lasting:
            yield (
                f"Token {token.id} of {token.company} ({token.label}) ends {_stamp(token.expires_at)}. To give "
                f"another: `syndicate token issue {token.company} --kind {token.kind} --label "
                f"{quote(token.label)} --until DATE --reason WHY`."
            )


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
