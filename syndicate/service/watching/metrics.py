"""The key to the figures: made as an act, printed once, and kept as a digest in the key file.

Without one there is no address: who never asked for figures has nothing to guard.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from syndicate.core.tokens import PREFIX
from syndicate.service import refusals
from syndicate.service.agency import Agency
from syndicate.service.contracts import By
from syndicate.settings import put_metrics_digest
from syndicate.store import books


def make_key(agency: Agency, by: By) -> str:
    """A key with which the figures are asked for; the one before ends. It is given here once."""
    key = f"{PREFIX}metrics_{secrets.token_urlsafe(32)}"
    with agency.writing() as act:
        put_metrics_digest(agency.keyring.path, _digest(key))
        books.add_audit(act.connection, books.AuditRow(act.now, by.who, "keys metrics", "keys", by.reason))
        act.changed(is_visible=False)
    return key


def check(agency: Agency, shown: str | None) -> None:
    """Raise the reason for which the figures are not given to who shows this."""
    digest = agency.keyring.metrics()
    if digest is None:
        raise refusals.NotFound()
    if shown is None:
        raise refusals.NoCredential()
    if not hmac.compare_digest(digest, _digest(shown)):
        raise refusals.BadMetricsKey()


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
