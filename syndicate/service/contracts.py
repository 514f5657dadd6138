"""What is agreed with whom: companies, licences, tokens, source keys, and the acts that change them.

Each act leaves an audit row and moves the epoch, so it counts at once. Whether a credential that is shown
is good now is decided in `credentials`.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches

from sqlalchemy import Connection

from syndicate.core import tokens, webhooks
from syndicate.core.model import FOREVER
from syndicate.core.story import Licence
from syndicate.core.tokens import Token, TokenKind
from syndicate.service import refusals
from syndicate.service.agency import Agency, Writing
from syndicate.settings import WebhookSecret, add_webhook, drop_webhook
from syndicate.settings.keys import SHORTEST_KEY
from syndicate.store import books, feeds
from syndicate.store import contracts as rows
from syndicate.store.actlog import LicenceEnd, Revocation, Rotation, SourceKeyEnd, Suspension
from syndicate.store.contracts import Company, SourceKey, SourceKeyKind, TokenRow

__all__ = ["Company", "Licence", "SourceKey", "TokenRow"]


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
        act.outlives(Suspension(at=act.now, by=by.who, company=name, is_suspended=is_suspended))
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


def end_licence(agency: Agency, id: int, at: datetime | None, by: By) -> datetime:
    """Let a licence end, now or at a time before its end; gives that time."""
    with agency.writing() as act:
        found = rows.find_licence(act.connection, id)
        if found is None:
            raise refusals.Unknown(kind="licence", name=str(id), hint=" `syndicate licence list` shows them.")
        ends_at = at or act.now
        if ends_at >= found[1].ends_at:
            raise refusals.Impossible(
                why=f"Licence {id} ends {found[1].ends_at:%Y-%m-%d %H:%M %Z} already. `syndicate licence add` "
                "gives a new one."
            )
        rows.end_licence(act.connection, id, ends_at)
        act.outlives(LicenceEnd(at=act.now, by=by.who, company=found[0], licence=id, ends_at=ends_at))
        before = {"ends_at": found[1].ends_at.isoformat()}
        _note(act, by, "licence end", f"{found[0]} {id}", before=before)
    return ends_at


@dataclass(frozen=True, slots=True)
class TokenTerms:
    """What a new token is to be: `feeds` None for all that the licences give, `expires_at` None for no end.

    `quota` is for requests a minute: None for what the settings say, 0 for no end of them.
    """

    kind: TokenKind
    label: str
    expires_at: datetime | None = None
    networks: tuple[str, ...] = ()
    feeds: frozenset[str] | None = None
    quota: int | None = None


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
            quota=terms.quota,
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
        act.outlives(
            Rotation(
                at=act.now,
                by=by.who,
                token=id,
                digest=rotated.digest,
                key_id=rotated.key_id,
                old_until_at=act.now + overlap,
            )
        )
        _note(act, by, "token rotate", f"{row.company} {id}")
    return rotated, tokens.issue(token, agency.keys)


def revoke_token(agency: Agency, id: str, is_final: bool, by: By) -> None:
    """End a token at once. `is_final` also tells readers to drop the address."""
    with agency.writing() as act:
        row = token_of(act.connection, id)
        ended = replace(row, revoked_at=row.revoked_at or act.now, is_final=is_final or row.is_final)
        rows.put_token(act.connection, ended)
        act.outlives(Revocation(at=act.now, by=by.who, token=id, is_final=ended.is_final))
        _note(act, by, "token revoke", f"{row.company} {id}")


def add_source_key(agency: Agency, source: str, by: By) -> tuple[str, str]:
    """A key with which a source pushes: its id and its text, which is given here once."""
    with agency.writing() as act:
        token = Token(TokenKind.SOURCE, secrets.token_hex(6), secrets.token_urlsafe(18))
        key = rows.SourceKey(
            id=token.id,
            source=source,
            kind=SourceKeyKind.BEARER,
            digest=tokens.digest(token.nonce),
            key_id=tokens.key_id(agency.keys[-1]),
            issued_at=act.now,
        )
        rows.add_source_key(act.connection, key)
        _note(act, by, "source add-key", f"{source} {key.id}", after={"kind": key.kind})
    return token.id, tokens.issue(token, agency.keys)


def add_webhook_secret(agency: Agency, source: str, given: bytes | None, by: By) -> tuple[str, str]:
    """A secret with which a source signs what it pushes, ours or one that was given; as `add_source_key`.

    It goes to the key file first: one that only the file has opens nothing.
    """
    secret = given or secrets.token_bytes(SHORTEST_KEY)
    with agency.writing() as act:
        key = rows.SourceKey(
            id=secrets.token_hex(6),
            source=source,
            kind=SourceKeyKind.WEBHOOK,
            digest=hashlib.sha256(secret).hexdigest(),
            key_id=tokens.key_id(secret),
            issued_at=act.now,
        )
        add_webhook(agency.keyring.path, WebhookSecret(key.id, source, secret))
        rows.add_source_key(act.connection, key)
        _note(act, by, "source add-key", f"{source} {key.id}", after={"kind": key.kind})
    return key.id, webhooks.text_of(secret)


def end_source_key(agency: Agency, source: str, id: str, by: By) -> None:
    """End a key of a source, or the secret of its webhook, at once; the others stay good."""
    with agency.writing() as act:
        key = source_key_of(act.connection, source, id)
        if key.revoked_at is not None:
            raise refusals.Impossible(why=f"Key {id} of {source} has ended already.")
        rows.put_source_key(act.connection, replace(key, revoked_at=act.now))
        act.outlives(SourceKeyEnd(at=act.now, by=by.who, source=source, key=id))
        _note(act, by, "source end-key", f"{source} {id}", before={"kind": key.kind})
    if key.kind is SourceKeyKind.WEBHOOK:
        drop_webhook(agency.keyring.path, id)


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


def source_key_of(connection: Connection, source: str, id: str) -> SourceKey:
    """The key of a source, or a refusal that says how to find it."""
    key = rows.find_source_key(connection, id)
    if key is None or key.source != source:
        hint = f" `syndicate source list-keys {source}` shows them."
        raise refusals.Unknown(kind=f"key of {source}", name=id, hint=hint)
    return key


def source_key_named(agency: Agency, source: str, id: str) -> SourceKey:
    """One key of a source."""
    with agency.database.snapshot() as connection:
        return source_key_of(connection, source, id)


def source_key_list(agency: Agency, source: str | None) -> list[SourceKey]:
    """The keys of a source, or of all, oldest first; those that have ended too."""
    with agency.database.snapshot() as connection:
        return rows.list_source_keys(connection, source)


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
