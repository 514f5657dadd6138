"""Credentials: `synd_` and a signature over an id and a nonce.

Two locks. A forged text fails the signature before anybody asks the database; a good signature without a
known nonce (a leaked signing key) fails the digest that the database keeps. Rights are not in a token but
in the database, so revoking is at once. A token's text counts only if signing its payload again gives the
same text, character for character, since signatures are malleable in their last character.

Whether a token is still good is decided in `service.credentials`. Knows itsdangerous.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum

from itsdangerous import BadData, URLSafeSerializer

PREFIX = "synd_"
LONGEST = 300
"""No token is longer (characters), so a longer text is refused unread."""


class TokenKind(StrEnum):
    """What a credential is for. Each kind is signed under its own salt and fits no other door."""

    READER = "reader"
    API = "api"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Token:
    """What a token's text says once its signature holds: which one it is, and the secret that proves it."""

    kind: TokenKind
    id: str
    nonce: str

    def __repr__(self) -> str:
        return f"Token({self.kind.value} {self.id})"


def issue(token: Token, keys: tuple[bytes, ...]) -> str:
    """The text of a token, signed with the newest of `keys` (oldest first). It is shown once and never kept."""
    return _sign(token, keys[-1])


def read(text: str, keys: tuple[bytes, ...]) -> Token | None:
    """The token behind `text`, if one of `keys` signed exactly this text; else None."""
    if not text.startswith(PREFIX) or len(text) > LONGEST or not text.isascii():
        return None
    for kind in TokenKind:
        token = _loads(text.removeprefix(PREFIX), kind, keys)
        if token is not None:
            exact = any(hmac.compare_digest(_sign(token, key), text) for key in keys)
            return token if exact else None
    return None


def digest(nonce: str) -> str:
    """What the database keeps of a nonce: SHA-256, in hexadecimal. The nonce has 128 random bits or more."""
    return hashlib.sha256(nonce.encode()).hexdigest()


def key_id(key: bytes) -> str:
    """A short name for a signing key that tells nothing of it, to say which tokens it signed."""
    return hashlib.sha256(b"syndicate key id" + key).hexdigest()[:8]


def _loads(body: str, kind: TokenKind, keys: tuple[bytes, ...]) -> Token | None:
    try:
        payload = _serializer(kind, keys).loads(body)
    except BadData:
        return None
    if isinstance(payload, list) and len(payload) == 2 and all(isinstance(part, str) for part in payload):
        return Token(kind, *payload)
    return None


def _sign(token: Token, key: bytes) -> str:
    text = _serializer(token.kind, (key,)).dumps([token.id, token.nonce])
    return PREFIX + (text.decode() if isinstance(text, bytes) else text)


def _serializer(kind: TokenKind, keys: tuple[bytes, ...]) -> URLSafeSerializer:
    return URLSafeSerializer(
        list(keys),
        salt=f"syndicate.token.{kind.value}",
        signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
    )
