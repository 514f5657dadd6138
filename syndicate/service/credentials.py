"""Whether a credential that is shown is good now, and what it opens.

Rights live in the database, so every change counts at once. Refusals name their reason; the order of the
checks is that of what the holder must mend first. What a story then gives is decided in `core.gate`.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address, ip_network

from syndicate.core import tokens
from syndicate.core.model import Level
from syndicate.core.selection import FeedDefinition
from syndicate.core.story import Licence, Partner
from syndicate.core.tokens import Token, TokenKind
from syndicate.service import refusals
from syndicate.service.agency import Agency, StoreError
from syndicate.service.quotas import Meter
from syndicate.service.snapshot import Snapshot
from syndicate.store import contracts as rows
from syndicate.store import feeds
from syndicate.store.contracts import GRACE, SourceKeyKind, TokenRow

NOTED_EVERY = timedelta(minutes=10)
"""How often the use of an old secret is written down."""


class Shown(StrEnum):
    """Where a credential stood: in a header, or in the path (reader tokens and feeds only)."""

    HEADER = "header"
    PATH = "path"


@dataclass(slots=True)
class Credential:
    """What a request showed, and where from; `meter` is set once it was found good, where there is a quota.

    `is_conditional`: the answer may be that nothing changed, which is free.
    """

    text: str | None
    shown: Shown
    address: str
    is_conditional: bool = False
    meter: Meter | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """A good credential: who asks. `ended_at` is set where access is over and the path says so politely."""

    partner: Partner
    kind: TokenKind
    company: str  # as people call it
    label: str
    ended_at: datetime | None = None
    quota: int = 0  # requests a minute; 0: no end of them
    is_old_secret: bool = False
    is_bound: bool = False  # to networks, so to the address that it was shown from


def open_with(snapshot: Snapshot, credential: Credential) -> Access:
    """The access that a credential gives now. Raises a `Refused` that says why there is none."""
    now, contact = snapshot.now, snapshot.agency.settings.site.contact
    if not credential.text:
        raise refusals.NoCredential(contact=contact)
    token = snapshot.agency.keyring.token(credential.text)
    if token is None or token.kind is TokenKind.SOURCE:
        raise refusals.BadCredential(contact=contact)
    row = snapshot.recall(rows.find_token, token.id)
    if row is None:
        raise refusals.BadCredential(contact=contact)
    is_old = _check_secret(row, token, now, contact)
    _check_row(row, credential.shown, credential.address, contact)
    company = snapshot.recall(rows.find_company, row.company)
    if company is None or company.suspended_at is not None:
        raise refusals.CompanySuspended(contact=contact)
    if is_old:
        _note_old_use(snapshot, row)
    licences, names = snapshot.recall(rows.licences_of, row.company), snapshot.recall(feeds.names_today)
    partner = partner_of(row.company, row, licences, names)
    quota = snapshot.agency.settings.serve.requests_per_minute if row.quota is None else row.quota
    access = Access(partner, token.kind, company.title, row.label, None, quota, is_old, bool(row.networks))
    _meter(snapshot, credential, access)
    if row.expires_at > now:
        return access
    if credential.shown is Shown.PATH and now < row.expires_at + GRACE:
        return replace(access, ended_at=row.expires_at)
    raise refusals.TokenExpired(ended=row.expires_at, contact=contact)


def _meter(snapshot: Snapshot, credential: Credential, access: Access) -> None:
    """Say against which quota the answer counts; refuse where nothing is left and it cannot be free."""
    if access.quota:
        credential.meter = Meter(access.partner.token, access.quota, snapshot.agency.clock())
        if not credential.is_conditional:
            check_quota(snapshot.agency, credential)


def check_quota(agency: Agency, credential: Credential) -> None:
    """Raise `TooManyRequests` where nothing is left of the quota of a credential that was found good."""
    meter = credential.meter
    if meter is not None and not agency.quotas.left(meter).requests:
        raise refusals.TooManyRequests(quota=meter.quota)


def open_api(snapshot: Snapshot, credential: Credential) -> Access:
    """The access of an `api` token, for what programs alone ask. A licence that is over does not matter here."""
    access = open_with(snapshot, credential)
    if access.kind is not TokenKind.API:
        raise refusals.NotAnApiToken(contact=snapshot.agency.settings.site.contact)
    return access


def partner_of(
    company: str, token: TokenRow | None, licences: Iterable[Licence], names: Mapping[str, str]
) -> Partner:
    """Who asks, with what his company agreed on under the names that feeds have today (by their old names)."""

    def today(agreed: frozenset[str]) -> frozenset[str]:
        return frozenset(names.get(feed, feed) for feed in agreed)

    return Partner(
        company,
        token.id if token else "",
        tuple(replace(each, feeds=today(each.feeds)) for each in licences),
        today(token.feeds) if token and token.feeds is not None else None,
    )


def _check_secret(row: TokenRow, token: Token, now: datetime, contact: str) -> bool:
    """The nonce must be the one that is kept, or the one before it while they overlap; whether it was that."""
    digest = tokens.digest(token.nonce)
    if hmac.compare_digest(row.digest, digest):
        return False
    if row.old_digest is None or not hmac.compare_digest(row.old_digest, digest):
        raise refusals.BadCredential(contact=contact)
    if row.old_until_at is None or now >= row.old_until_at:
        raise refusals.TokenRotated(contact=contact)
    return True


def _note_old_use(snapshot: Snapshot, row: TokenRow) -> None:
    """Remember that the old secret is in use still; once in a while will do, and nobody is refused for it."""
    if row.old_used_at is None or snapshot.now - row.old_used_at >= NOTED_EVERY:
        with suppress(StoreError), snapshot.agency.database.transaction() as connection:
            rows.note_old_use(connection, row.id, snapshot.now)
        snapshot.forget(rows.find_token, row.id)


def _check_row(row: TokenRow, shown: Shown, address: str, contact: str) -> None:
    if row.revoked_at is not None:
        is_final = row.is_final and shown is Shown.PATH
        raise (refusals.TokenGone if is_final else refusals.TokenRevoked)(contact=contact)
    if shown is Shown.PATH and row.kind != TokenKind.READER.value:
        raise refusals.NotAReaderToken(contact=contact)
    if row.networks and not _is_within(address, row.networks):
        raise refusals.NetworkNotAllowed(address=address or "an unknown address", contact=contact)


def _is_within(address: str, networks: Iterable[str]) -> bool:
    """Whether an address lies in one of the networks; one of IPv4 also when it is written as one of IPv6."""
    try:
        there = ip_address(address)
    except ValueError:
        return False
    there = getattr(there, "ipv4_mapped", None) or there
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


def source_of(snapshot: Snapshot, text: str | None) -> str | None:
    """The name of the source whose key this is; None for anything else."""
    token = snapshot.agency.keyring.token(text or "")
    if token is None or token.kind is not TokenKind.SOURCE:
        return None
    key = snapshot.recall(rows.find_source_key, token.id)
    if key is None or key.revoked_at is not None or key.kind is not SourceKeyKind.BEARER:
        return None
    return key.source if hmac.compare_digest(key.digest, tokens.digest(token.nonce)) else None
