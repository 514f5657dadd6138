"""The signing keys as an act: a new one, or the end of the old ones and of what they signed.

The secret of a webhook is a key by itself: no signing key made it, so it lives as long as the key file has it.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from syndicate.core.tokens import key_id
from syndicate.service.agency import Agency, Writing
from syndicate.service.contracts import By
from syndicate.settings import add_key, drop_old_keys
from syndicate.store import books
from syndicate.store import contracts as rows
from syndicate.store.actlog import Revocation, SourceKeyEnd
from syndicate.store.contracts import SourceKey, TokenRow


def rotate(agency: Agency, by: By) -> None:
    """Add a key that signs from now on; what older keys signed stays good."""
    with agency.writing() as act:
        add_key(agency.keyring.path)
        _note(act, by, "keys rotate")


def ended_by_drop(agency: Agency) -> list[str]:
    """The credentials that would end if all keys but the newest were dropped, by name."""
    with agency.database.snapshot() as connection:
        tokens, source_keys = _made_by_others(connection, _good_after_drop(agency))
    return [f"token {token.id} of {token.company} ({token.label})" for token in tokens] + [
        f"key {key.id} of source {key.source}" for key in source_keys
    ]


def drop(agency: Agency, by: By) -> None:
    """Drop all keys but the newest; the credentials of the others are revoked first, so none is left half."""
    with agency.writing() as act:
        tokens, source_keys = _made_by_others(act.connection, _good_after_drop(agency))
        for token in tokens:
            rows.put_token(act.connection, replace(token, revoked_at=act.now))
            act.outlives(Revocation(at=act.now, by=by.who, token=token.id, is_final=token.is_final))
        for key in source_keys:
            rows.put_source_key(act.connection, replace(key, revoked_at=act.now))
            act.outlives(SourceKeyEnd(at=act.now, by=by.who, source=key.source, key=key.id))
        _note(act, by, "keys drop")
    drop_old_keys(agency.keyring.path)


def orphans(agency: Agency) -> list[str]:
    """Living credentials that none of the keys made: the key file is not the one that they were made with."""
    good = {key_id(key) for key in agency.keys} | _good_after_drop(agency)
    with agency.database.snapshot() as connection:
        tokens, source_keys = _made_by_others(connection, good)
    return [token.id for token in tokens] + [key.id for key in source_keys]


def _good_after_drop(agency: Agency) -> set[str]:
    """The newest signing key, and the secrets of webhooks."""
    return {key_id(agency.keys[-1])} | {key_id(each.secret) for each in agency.keyring.webhooks()}


def _made_by_others(connection: Connection, good: set[str]) -> tuple[list[TokenRow], list[SourceKey]]:
    """The credentials that are not revoked, and that none of these keys made."""
    return rows.tokens_not_made_by(connection, good), rows.source_keys_not_made_by(connection, good)


def _note(act: Writing, by: By, verb: str) -> None:
    books.add_audit(act.connection, books.AuditRow(act.now, by.who, verb, "keys", by.reason))
    act.changed()
