"""The secrets of a working folder: made, read and rotated, never printed.

`keys.toml` holds the keys that sign tokens, oldest first; the newest signs, all are good. It also holds the
secrets of webhooks, which must be usable and so have no place in the database, and the digest of the key to the
figures. A file that is missing, open to others or damaged stops the start; it never opens a door. Changes are
made under a lock of the folder, and a reader finds the old file or the new one, whole. What a dropped key
ends is not decided here. Knows the standard library.
"""

from __future__ import annotations

import base64
import fcntl
import os
import re
import secrets
import stat
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from syndicate.settings.errors import SettingsError
from syndicate.settings.files import LARGEST_FILE, opened

SHORTEST_KEY = 32
SHORTEST_SECRET = 24  # of a webhook; Standard Webhooks says so

_TEXT = """\
# The secrets of this working folder. Keep a copy apart from the backups of the database, show it to nobody.
[tokens]
# What signs tokens, oldest first; the last one signs new tokens. Change it with `syndicate keys`.
keys = [
{keys}]
"""
_WEBHOOK = """
[[webhooks]]
# What a source signs its messages with. Change it with `syndicate source add-key --webhook` and `end-key`.
id = "{id}"
source = "{source}"
secret = "{secret}"
"""
_METRICS = """
[metrics]
# SHA-256 of the key to the figures at /metrics. Make another with `syndicate keys metrics`.
digest = "{digest}"
"""
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, repr=False)
class WebhookSecret:
    """What a source signs its messages with: its id, whose it is, and the secret itself."""

    id: str
    source: str
    secret: bytes

    def __repr__(self) -> str:
        return f"WebhookSecret({self.id} of {self.source}, ***)"


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The keys that sign tokens, oldest first, the secrets of webhooks, the digest of the key to the figures."""

    tokens: tuple[bytes, ...]
    webhooks: tuple[WebhookSecret, ...] = ()
    metrics: str | None = None

    def __repr__(self) -> str:
        return "Keys(***)"


def load_keys(path: Path) -> Keys:
    """The keys of a key file. Raises `SettingsError` for every file that is not wholly good."""
    try:
        return _parse(_read_private(path), path)
    except FileNotFoundError:
        raise _missing(path) from None
    except OSError as error:
        raise SettingsError(f"The key file {path} cannot be read: {error.strerror}.") from None


def make_keys(path: Path) -> Keys:
    """Makes the key file with one new key. Raises `SettingsError` where there is one already."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = Keys((secrets.token_bytes(SHORTEST_KEY),))
    with _locked(path) as folder, _written(keys, path.parent) as written:
        try:
            path.hardlink_to(written)  # unlike a renaming, this fails where there is a file
        except FileExistsError:
            raise SettingsError(
                f"There is a key file {path} already; under a new one every token would end."
                " To change keys run `syndicate keys rotate`."
            ) from None
        os.fsync(folder)
    return keys


def add_key(path: Path) -> Keys:
    """Adds a new key, which signs from now on; what older keys signed stays good."""
    with _locked(path) as folder:
        keys = load_keys(path)
        tokens = (*keys.tokens, secrets.token_bytes(SHORTEST_KEY))
        return _replace(path, replace(keys, tokens=tokens), folder)


def drop_old_keys(path: Path) -> Keys:
    """Drops all keys but the newest; what the others signed ends."""
    with _locked(path) as folder:
        keys = load_keys(path)
        return _replace(path, replace(keys, tokens=keys.tokens[-1:]), folder)


def add_webhook(path: Path, webhook: WebhookSecret) -> Keys:
    """Adds the secret of a webhook; those that are there stay good."""
    with _locked(path) as folder:
        keys = load_keys(path)
        return _replace(path, replace(keys, webhooks=(*keys.webhooks, webhook)), folder)


def drop_webhook(path: Path, id: str) -> Keys:
    """Drops the secret of a webhook; one that is not there may have been dropped before."""
    with _locked(path) as folder:
        keys = load_keys(path)
        return _replace(
            path, replace(keys, webhooks=tuple(each for each in keys.webhooks if each.id != id)), folder
        )


def put_metrics_digest(path: Path, digest: str) -> Keys:
    """Keeps the digest of the key to the figures, in the place of the one before."""
    with _locked(path) as folder:
        return _replace(path, replace(load_keys(path), metrics=digest), folder)


def _replace(path: Path, keys: Keys, folder: int) -> Keys:
    """Puts a new file in the place of the old one, so that a crash leaves one of them whole."""
    with _written(keys, path.parent) as written:
        written.replace(path)
        os.fsync(folder)
    return keys


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The open folder of the key file, for one writer at a time."""
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        raise _missing(path) from None
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield folder
    except OSError as error:
        raise SettingsError(f"The key file {path} cannot be written: {error.strerror}.") from None
    finally:
        os.close(folder)


@contextmanager
def _written(keys: Keys, folder: Path) -> Iterator[Path]:
    """A new file with these keys, safe on the disk; what is left of it afterwards is removed."""
    lines = (f'  "{_encoded(key)}",\n' for key in keys.tokens)
    webhooks = (
        _WEBHOOK.format(id=each.id, source=each.source, secret=_encoded(each.secret))
        for each in keys.webhooks
    )
    metrics = _METRICS.format(digest=keys.metrics) if keys.metrics else ""
    descriptor, name = tempfile.mkstemp(prefix=".keys-", dir=folder)  # 0600, and never an existing file
    written = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(_TEXT.format(keys="".join(lines)) + "".join(webhooks) + metrics)
            file.flush()
            os.fsync(file.fileno())
        yield written
    finally:
        written.unlink(missing_ok=True)


def _read_private(path: Path) -> bytes:
    """The bytes of a plain file that nobody but its owner can read; judged on what was opened."""
    with opened(path) as (file, mode):
        if not stat.S_ISREG(mode):
            raise SettingsError(f"The key file {path} must be a plain file.")
        if mode & 0o077:
            raise SettingsError(
                f"The key file {path} is open to others (mode {stat.S_IMODE(mode):04o}). Run `chmod 600"
                f" {path}`, and `syndicate keys rotate` if anybody may have read it."
            )
        return os.read(file, LARGEST_FILE)


def _parse(raw: bytes, path: Path) -> Keys:
    """The keys in the file. No sentence quotes what stands there."""
    try:
        data = tomllib.loads(raw.decode("ascii"))
    except (ValueError, RecursionError):
        raise _malformed(path, "it is not TOML") from None
    webhooks, metrics = data.pop("webhooks", []), data.pop("metrics", None)
    match data:
        case {"tokens": {"keys": [_, *_] as keys, **more}, **others} if not more and not others:
            tokens = [_decoded(key, f"key {n}", SHORTEST_KEY, path) for n, key in enumerate(keys, start=1)]
            return Keys(tuple(tokens), tuple(_webhooks(webhooks, path)), _metrics(metrics, path))
        case _:
            raise _malformed(
                path,
                "it must hold `keys`, a list of one or more, in [tokens], perhaps [[webhooks]] and [metrics], and"
                " nothing else",
            )


def _webhooks(tables: object, path: Path) -> Iterator[WebhookSecret]:
    for number, table in enumerate(tables if isinstance(tables, list) else [tables], start=1):
        match table:
            case {"id": str(id), "source": str(source), "secret": secret, **more} if not more:
                yield WebhookSecret(
                    id, source, _decoded(secret, f"the secret of webhook {number}", SHORTEST_SECRET, path)
                )
            case _:
                raise _malformed(
                    path, f"webhook {number} must hold `id`, `source`, `secret`, and nothing else"
                )


def _metrics(table: object, path: Path) -> str | None:
    match table:
        case None:
            return None
        case {"digest": str(digest), **more} if not more and _DIGEST.fullmatch(digest):
            return digest
        case _:
            raise _malformed(path, "[metrics] must hold `digest`, 64 hexadecimal digits, and nothing else")


def _encoded(secret: bytes) -> str:
    return base64.b64encode(secret).decode()


def _decoded(text: object, name: str, shortest: int, path: Path) -> bytes:
    try:
        decoded = base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except ValueError:
        decoded = None
    if decoded is None:
        raise _malformed(path, f"{name} is not in base64")
    if len(decoded) < shortest:
        raise _malformed(path, f"{name} has {len(decoded)} bytes, fewer than {shortest}")
    return decoded


def _malformed(path: Path, what: str) -> SettingsError:
    return SettingsError(f"The key file {path} cannot be used: {what}. Put your copy of it back.")


def _missing(path: Path) -> SettingsError:
    return SettingsError(
        f"There is no key file {path}: a missing secret stops the start. Put your copy of it back;"
        " for a new working folder run `syndicate init`."
    )
