"""Signed messages (Standard Webhooks): whether a source's signature counts, in place of its key.

Two locks: a secret counts only if the key file holds it and the database knows it as a living key of the
source. An id is good for one body: the same again is a second sending, another one is refused. The scheme
itself is in `core.webhooks`.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from syndicate.core import webhooks
from syndicate.core.webhooks import Signed
from syndicate.service import refusals
from syndicate.service.agency import Agency
from syndicate.store import sources as rows
from syndicate.store.contracts import SourceKeyKind, list_source_keys

KEPT = timedelta(days=7)
"""For how long an id is remembered: longer than any sender goes on trying, and than a message counts."""

_DECOY = (secrets.token_bytes(32),)


def check(agency: Agency, source: str, signed: Signed | None, body: bytes) -> None:
    """Raise a `Refused` unless the source signed this message, now, under an id that is good for it.

    Now is the clock's, or service time, which stands while a clock that was set back catches up.
    """
    if signed is None:
        raise refusals.BadSignature(why="webhook-id, webhook-timestamp or webhook-signature is not there.")
    if not any(webhooks.is_fresh(signed, now) for now in (agency.clock(), agency.moment().now)):
        raise refusals.BadSignature(why="webhook-timestamp is more than 5 minutes from our time.")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise refusals.BadSignature(
            why="only a body in UTF-8 can be signed. Send the source's key."
        ) from None
    if not webhooks.is_genuine(signed, text, _living(agency, source) or _DECOY):
        raise refusals.BadSignature(why="it was not made of this message with a secret of this source.")
    _note(agency, source, signed.id, hashlib.sha256(body).hexdigest())


def _living(agency: Agency, source: str) -> tuple[bytes, ...]:
    """The secrets that the key file and the database agree on."""
    if source not in agency.settings.sources:
        return ()
    with agency.database.snapshot() as connection:
        living = {
            key.id: key.digest
            for key in list_source_keys(connection, source)
            if key.kind is SourceKeyKind.WEBHOOK and key.revoked_at is None
        }
    return tuple(
        each.secret
        for each in agency.keyring.webhooks()
        if each.source == source and living.get(each.id) == hashlib.sha256(each.secret).hexdigest()
    )


def _note(agency: Agency, source: str, id: str, digest: str) -> None:
    """Remember what came under an id, before it is taken: what a crash leaves untaken comes again."""
    with agency.writing() as act:
        known = rows.webhook_digest(act.connection, source, id)
        if known is None:
            rows.add_webhook(act.connection, source, id, digest, act.now)
        elif known != digest:
            raise refusals.WebhookIdUsed()
