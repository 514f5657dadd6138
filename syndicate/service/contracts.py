"""Who may have what: companies, licences, tokens; and whether a credential that is shown is good now.

Rights live in the database, so every change counts at once. Refusals name their reason; the order of the
checks is that of what the holder must mend first.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from ipaddress import ip_address, ip_network

from sqlalchemy import Connection

from syndicate.core import tokens
from syndicate.core.model import FOREVER, Level
from syndicate.core.selection import FeedDefinition
from syndicate.core.story import Licence, Partner
from syndicate.core.tokens import Token, TokenKind
from syndicate.service import refusals
from syndicate.service.agency import Agency, Writing
from syndicate.store import books, feeds
from syndicate.store import contracts as rows
from syndicate.store.contracts import Company, TokenRow

__all__ = ["Company", "Licence", "TokenRow"]

GRACE = timedelta(days=30)
"""For how long an ended access answers politely in the path form."""


class Shown(StrEnum):
    """Where a credential stood: in a header, or in the path (reader tokens and feeds only)."""

    HEADER = "header"
    PATH = "path"


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request showed, and where from."""

    text: str | None
    shown: Shown
    address: str


@dataclass(frozen=True, slots=True)
class Access:
    """A good credential: who asks. `ended_at` is set where access is over and the path says so politely."""

    partner: Partner
    company: str  # as people call it
    label: str
    ended_at: datetime | None = None


# Is it good now


def open_with(agency: Agency, connection: Connection, credential: Credential, now: datetime) -> Access:
    """The access that a credential gives at `now`. Raises a `Refused` that says why there is none."""
    contact = agency.settings.site.contact
    if not credential.text:
        raise refusals.NoCredential(contact=contact)
    token = tokens.read(credential.text, agency.keys)
    if token is None or token.kind is TokenKind.SOURCE:
        raise refusals.BadCredential(contact=contact)
    row = rows.find_token(connection, token.id)
    if row is None:
        raise refusals.BadCredential(contact=contact)
    _check_secret(row, token, now, contact)
    _check_row(row, credential.shown, credential.address, contact)
    company = rows.find_company(connection, row.company)
    if company is None or company.suspended_at is not None:
        raise refusals.CompanySuspended(contact=contact)
    licences = tuple(rows.licences_of(connection, row.company))
    partner = Partner(row.company, row.id, licences, row.feeds)
    if row.expires_at > now:
        return Access(partner, company.title, row.label)
    if credential.shown is Shown.PATH and now < row.expires_at + GRACE:
        return Access(partner, company.title, row.label, ended_at=row.expires_at)
    raise refusals.TokenExpired(ended=row.expires_at, contact=contact)


def _check_secret(row: TokenRow, token: Token, now: datetime, contact: str) -> None:
    """The nonce must be the one that is kept, or the one before it while the overlap lasts."""
    digest = tokens.digest(token.nonce)
    if hmac.compare_digest(row.digest, digest):
        return
    if row.old_digest is None or not hmac.compare_digest(row.old_digest, digest):
        raise refusals.BadCredential(contact=contact)
    if row.old_until_at is None or now >= row.old_until_at:
        raise refusals.TokenRotated(contact=contact)


def _check_row(row: TokenRow, shown: Shown, address: str, contact: str) -> None:
    if row.revoked_at is not None:
        is_final = row.is_final and shown is Shown.PATH
        raise (refusals.TokenGone if is_final else refusals.TokenRevoked)(contact=contact)
    if shown is Shown.PATH and row.kind != TokenKind.READER.value:
        raise refusals.NotAReaderToken(contact=contact)
    if row.networks and not _is_within(address, row.networks):
        raise refusals.NetworkNotAllowed(address=address, contact=contact)


def _is_within(address: str, networks: Iterable[str]) -> bool:
    try:
        there = ip_address(address)
    except ValueError:
        return False
    return any(there in ip_network(network) for network in networks)


@dataclass(frozen=True, slots=True)
class FeedRight:
    """At which level a partner reads a feed; `ended_at` where the licence is over and the path says so."""

    level: Level
    ended_at: datetime | None = None


def right_to(
    agency: Agency, access: Access, definition: FeedDefinition, shown: Shown, now: datetime
) -> FeedRight:
    """What an access may have of a published feed. Raises a `Refused` that says why it has nothing."""
    contact = agency.settings.site.contact
    feed, public = definition.name, definition.public
    licences = access.partner.licences_for(feed, now)
    if licences:
        level = max(public, *(licence.level for licence in licences))
        return FeedRight(level, access.ended_at)
    scope = access.partner.scope
    about = [
        licence
        for licence in access.partner.licences
        if feed in licence.feeds and (scope is None or feed in scope)
    ]
    ended_at = max((licence.ends_at for licence in about if licence.ends_at <= now), default=None)
    begins_at = min((licence.begins_at for licence in about if licence.begins_at > now), default=None)
    if ended_at is not None:
        if shown is Shown.PATH and now < ended_at + GRACE:
            return FeedRight(Level.NOTHING, ended_at)
        raise refusals.LicenceEnded(ended=ended_at, contact=contact)
    if begins_at is not None:
        raise refusals.LicenceNotBegun(begins=begins_at, contact=contact)
    if public is Level.NOTHING:
        raise refusals.NotFound()
    raise refusals.FeedNotLicensed(feed=feed, contact=contact)


def check_licensed(agency: Agency, access: Access, now: datetime) -> None:
    """Raise the reason when a token or all of a partner's licences are over, for what is no feed."""
    if access.ended_at is not None:
        raise refusals.TokenExpired(ended=access.ended_at, contact=agency.settings.site.contact)
    licences = access.partner.licences
    if any(licence.begins_at <= now < licence.ends_at for licence in licences) or not licences:
        return
    contact = agency.settings.site.contact
    begins = [licence.begins_at for licence in licences if licence.begins_at > now]
    if begins:
        raise refusals.LicenceNotBegun(begins=min(begins), contact=contact)
    raise refusals.LicenceEnded(ended=max(licence.ends_at for licence in licences), contact=contact)


def source_of(agency: Agency, connection: Connection, text: str | None) -> str | None:
    """The name of the source whose key this is; None for anything else."""
    token = tokens.read(text or "", agency.keys)
    if token is None or token.kind is not TokenKind.SOURCE:
        return None
    key = rows.find_source_key(connection, token.id)
    if key is None or key.revoked_at is not None:
        return None
    return key.source if hmac.compare_digest(key.digest, tokens.digest(token.nonce)) else None


# Acts


@dataclass(frozen=True, slots=True)
class By:
    """Who does an act, and why."""

    who: str
    reason: str


def add_company(agency: Agency, name: str, title: str, by: By) -> Company:
    """A new customer."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        raise refusals.Impossible(why=f"{name!r} is no name: use small letters, digits and hyphens.")
    with agency.writing() as act:
        if rows.find_company(act.connection, name) is not None:
            raise refusals.Impossible(why=f"There is a company {name!r} already.")
        company = Company(name, title)
        rows.add_company(act.connection, company)
        _note(act, by, "company add", name, after={"title": title})
    return company


def suspend(agency: Agency, name: str, by: By) -> None:
    """Refuse a company everything, until it is resumed."""
    _set_suspended(agency, name, by, True)


def resume(agency: Agency, name: str, by: By) -> None:
    """Let a suspended company go on, with the tokens that it has."""
    _set_suspended(agency, name, by, False)


def _set_suspended(agency: Agency, name: str, by: By, is_suspended: bool) -> None:
    with agency.writing() as act:
        company = company_of(act.connection, name)
        rows.set_suspended(act.connection, name, act.now if is_suspended else None)
        verb = "company suspend" if is_suspended else "company resume"
        _note(act, by, verb, name, before={"suspended": company.suspended_at is not None})


def add_licence(agency: Agency, company: str, licence: Licence, by: By) -> int:
    """Give a company some feeds at a level for a time; gives the id of the licence."""
    if licence.ends_at <= licence.begins_at:
        raise refusals.Impossible(why="A licence must end after it begins.")
    with agency.writing() as act:
        company_of(act.connection, company)
        known = feeds.current(act.connection)
        for feed in sorted(licence.feeds):
            if feed not in known:
                raise refusals.Unknown(kind="feed", name=feed, hint=near(feed, known, "feed"))
        id = rows.add_licence(act.connection, company, licence)
        terms = {"feeds": sorted(licence.feeds), "level": licence.level.name}
        _note(act, by, "licence add", f"{company} {id}", after=terms)
    return id


def end_licence(agency: Agency, id: int, at: datetime | None, by: By) -> None:
    """Let a licence end, now or at a time."""
    with agency.writing() as act:
        found = rows.find_licence(act.connection, id)
        if found is None:
            raise refusals.Unknown(kind="licence", name=str(id), hint=" `syndicate licence list` shows them.")
        rows.end_licence(act.connection, id, at or act.now)
        before = {"ends_at": found[1].ends_at.isoformat()}
        _note(act, by, "licence end", f"{found[0]} {id}", before=before)


@dataclass(frozen=True, slots=True)
class TokenTerms:
    """What a new token is to be: `feeds` None for all that the licences give, `expires_at` None for no end."""

    kind: TokenKind
    label: str
    expires_at: datetime | None = None
    networks: tuple[str, ...] = ()
    feeds: frozenset[str] | None = None


def issue_token(agency: Agency, company: str, terms: TokenTerms, by: By) -> tuple[TokenRow, str]:
    """A new credential of a company; its text is given here once and kept nowhere."""
    with agency.writing() as act:
        company_of(act.connection, company)
        _check_scope(act.connection, company, terms.feeds)
        token = Token(terms.kind, secrets.token_hex(6), secrets.token_urlsafe(18))
        row = TokenRow(
            id=token.id,
            company=company,
            kind=terms.kind.value,
            label=terms.label,
            digest=tokens.digest(token.nonce),
            key_id=tokens.key_id(agency.keys[-1]),
            issued_at=act.now,
            expires_at=terms.expires_at or FOREVER,
            networks=terms.networks,
            feeds=terms.feeds,
        )
        rows.add_token(act.connection, row)
        _note(act, by, "token issue", f"{company} {row.id}", after={"kind": row.kind, "label": row.label})
    return row, tokens.issue(token, agency.keys)


def rotate_token(agency: Agency, id: str, overlap: timedelta, by: By) -> tuple[TokenRow, str]:
    """A second secret for a token; the first stays good for the overlap."""
    with agency.writing() as act:
        row = token_of(act.connection, id)
        if row.revoked_at is not None:
            raise refusals.Impossible(why=f"Token {id} is revoked; issue a new one.")
        token = Token(TokenKind(row.kind), row.id, secrets.token_urlsafe(18))
        rotated = replace(
            row,
            digest=tokens.digest(token.nonce),
            key_id=tokens.key_id(agency.keys[-1]),
            old_digest=row.digest,
            old_until_at=act.now + overlap,
            old_used_at=None,
        )
        rows.put_token(act.connection, rotated)
        _note(act, by, "token rotate", f"{row.company} {id}")
    return rotated, tokens.issue(token, agency.keys)


def revoke_token(agency: Agency, id: str, is_final: bool, by: By) -> None:
    """End a token at once. `is_final` also tells readers to drop the address."""
    with agency.writing() as act:
        row = token_of(act.connection, id)
        rows.put_token(act.connection, replace(row, revoked_at=row.revoked_at or act.now, is_final=is_final))
        _note(act, by, "token revoke", f"{row.company} {id}")


def add_source_key(agency: Agency, source: str, by: By) -> tuple[str, str]:
    """A key with which a source pushes: its id and its text, which is given here once."""
    with agency.writing() as act:
        token = Token(TokenKind.SOURCE, secrets.token_hex(6), secrets.token_urlsafe(18))
        key = rows.SourceKey(
            id=token.id,
            source=source,
            digest=tokens.digest(token.nonce),
            key_id=tokens.key_id(agency.keys[-1]),
            issued_at=act.now,
        )
        rows.add_source_key(act.connection, key)
        _note(act, by, "source add-key", source)
    return token.id, tokens.issue(token, agency.keys)


# Looking up


def company_of(connection: Connection, name: str) -> Company:
    """The company of this name, or a refusal that says which is near."""
    company = rows.find_company(connection, name)
    if company is None:
        known = [each.name for each in rows.list_companies(connection)]
        raise refusals.Unknown(kind="company", name=name, hint=near(name, known, "company"))
    return company


def token_of(connection: Connection, id: str) -> TokenRow:
    """The token of this id, or a refusal that says how to find it."""
    row = rows.find_token(connection, id)
    if row is None:
        raise refusals.Unknown(kind="token", name=id, hint=" `syndicate token list` shows them.")
    return row


def companies(agency: Agency) -> list[Company]:
    """All companies, by name."""
    with agency.database.snapshot() as connection:
        return rows.list_companies(connection)


def licences(agency: Agency, company: str) -> list[Licence]:
    """The licences of a company, oldest first."""
    with agency.database.snapshot() as connection:
        company_of(connection, company)
        return rows.licences_of(connection, company)


def token_list(agency: Agency, company: str | None) -> list[TokenRow]:
    """The tokens of a company, or all, oldest first."""
    with agency.database.snapshot() as connection:
        if company is not None:
            company_of(connection, company)
        return rows.list_tokens(connection, company)


def token_named(agency: Agency, id: str) -> TokenRow:
    """One token."""
    with agency.database.snapshot() as connection:
        return token_of(connection, id)


def _check_scope(connection: Connection, company: str, scope: frozenset[str] | None) -> None:
    """A token opens no feed that no licence of its company names."""
    licensed = {feed for licence in rows.licences_of(connection, company) for feed in licence.feeds}
    for feed in sorted(scope or ()):
        if feed not in licensed:
            why = f"No licence of {company} names the feed {feed!r}. `syndicate licence add` gives one."
            raise refusals.Impossible(why=why)


def near(name: str, known: Iterable[str], kind: str) -> str:
    """A hint at what may have been meant, or at the command that shows what there is."""
    close = get_close_matches(name, list(known), 1)
    return f" Did you mean {close[0]!r}?" if close else f" `syndicate {kind} list` shows them."


def _note(act: Writing, by: By, verb: str, subject: str, before: object = None, after: object = None) -> None:
    """Write the act down and say that something visible changed."""
    books.add_audit(act.connection, books.AuditRow(act.now, by.who, verb, subject, by.reason, before, after))
    act.changed()
