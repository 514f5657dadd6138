"""Standard Webhooks: what a signed message shows, and whether one of some secrets signed it.

The scheme is that of https://www.standardwebhooks.com: HMAC-SHA256 over the id, the time and the body. A
message counts for five minutes around its time. Which secrets a source has, and whether an id was used
before, is not decided here. Knows standardwebhooks, and uses its signing alone: its check reads the clock.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from standardwebhooks.webhooks import Webhook

PREFIX = "whsec_"
WINDOW = timedelta(minutes=5)
LONGEST_ID = 256
FEWEST, MOST = 24, 64
"""How many bytes a secret has."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What a message shows beside its body, with its time read."""

    id: str
    at: datetime
    signatures: tuple[str, ...]


def text_of(secret: bytes) -> str:
    """A secret as it is handed over."""
    return PREFIX + base64.b64encode(secret).decode()


def secret_in(text: str) -> bytes | None:
    """The secret that somebody hands over; None where it is none."""
    try:
        secret = base64.b64decode(text.strip().removeprefix(PREFIX), validate=True)
    except ValueError:
        return None
    return secret if FEWEST <= len(secret) <= MOST else None


def signed_of(id: str | None, timestamp: str | None, signature: str | None) -> Signed | None:
    """What the three headers say; None where one is missing or cannot be read."""
    if not id or len(id) > LONGEST_ID or not (id.isascii() and id.isprintable()) or not signature:
        return None
    if timestamp is None or not re.fullmatch(r"[0-9]{1,11}", timestamp):
        return None
    return Signed(id, datetime.fromtimestamp(int(timestamp), UTC), tuple(signature.split(" ")))


def is_fresh(signed: Signed, now: datetime) -> bool:
    """Whether a message is neither too old nor too far ahead."""
    return abs(now - signed.at) <= WINDOW


def is_genuine(signed: Signed, text: str, secrets: Iterable[bytes]) -> bool:
    """Whether any of the secrets signed this text. All are tried, so the time taken does not tell which."""
    expected = [Webhook(secret).sign(signed.id, signed.at, text).encode() for secret in secrets]
    given = [signature.encode() for signature in signed.signatures]
    tried = [hmac.compare_digest(one, other) for one in expected for other in given]
    return any(tried)
