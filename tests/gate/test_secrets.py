"""Secrets stay secret: nothing that opens a door is in a database, a log, an error, a redirect or an id."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from syndicate.core import tokens, webhooks
from syndicate.core.tokens import Token, TokenKind
from syndicate.service.logs import redacted
from tests.gate.world import ITEMS, World

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Noise:
    """What a noisy run left behind: its folder, what it printed, and the secrets that it used."""

    folder: Path
    log: str
    secrets: list[str]


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Noise:
    """A run of `tests.gate.noise` in a process of its own."""
    folder = tmp_path_factory.mktemp("noise")
    secrets = folder.with_name(f"{folder.name}.json")
    run = subprocess.run(
        [sys.executable, "-m", "tests.gate.noise", str(folder), str(secrets)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return Noise(folder, run.stdout + run.stderr, json.loads(secrets.read_text()))


def spellings(secret: str) -> set[str]:
    """A secret as it stands, and as `Authorization: Basic` and addresses would spell it."""
    whole = {base64.b64encode(f"{user}:{secret}".encode()).decode() for user in ("", "any")}
    return {secret, secret.replace("_", "%5F")} | whole


def test_the_log_holds_no_secret(noise: Noise) -> None:
    assert not [secret for secret in noise.secrets for each in spellings(secret) if each in noise.log]


def test_the_log_was_written_and_the_secrets_in_it_blotted_out(noise: Noise) -> None:
    """Else an empty log would pass."""
    assert noise.log.count("synd_***") >= 9
    assert noise.log.count("whsec_***") >= 3
    for told in ("a path: /private/synd_***", "another", "a traceback", "unexpected error", "database away"):
        assert told in noise.log


def test_the_files_hold_no_usable_secret(noise: Noise) -> None:
    """The databases, receipts and whatever lies beside them; the key file is the place of the keys alone."""
    files = [path for path in noise.folder.rglob("*") if path.is_file()]
    assert {"syndicate.db", "receipts.db", "keys.toml"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes()
        held = [secret for secret in noise.secrets if secret.encode() in content]
        is_key_file = path.name == "keys.toml"
        assert not [secret for secret in held if not is_key_file or secret.startswith(tokens.PREFIX)], (
            path.name
        )


def test_the_key_file_is_readable_by_its_owner_alone(noise: Noise) -> None:
    (keys,) = noise.folder.rglob("keys.toml")
    assert keys.stat().st_mode & 0o077 == 0


def test_what_leaves_names_no_token_but_the_list_that_says_that_it_does(attacked: World) -> None:
    """Feeds, items, errors: bodies and headers, also where the token came in the path."""
    for reader in attacked.readers.values():
        for path in (
            "feeds/all.rss",
            "feeds/all.atom",
            "feeds/all.json",
            "feeds.opml",
            f"items/{ITEMS[0].key}",
            "x",
        ):
            for form in ("bearer", "basic", "path") if reader.token else ():
                answer = attacked.newsroom.get(f"/private/{path}", reader.token, form)
                told = answer.get_data(as_text=True) + str(answer.headers)
                if (path, form, answer.status_code) == ("feeds.opml", "path", 200):
                    assert answer.headers["Cache-Control"] == "no-store"
                    continue
                assert str(reader.token) not in told
                assert "synd_" not in told


def test_private_feeds_name_no_address_of_their_own(attacked: World) -> None:
    for ext, telltale in (("rss", 'rel="self"'), ("atom", 'rel="self"'), ("json", "feed_url")):
        answer = attacked.newsroom.get(f"/private/feeds/all.{ext}", attacked.readers["full"].token, "path")
        assert telltale not in answer.get_data(as_text=True)


def test_a_token_prints_without_its_nonce() -> None:
    token = Token(TokenKind.READER, "an-id", "the-nonce")
    assert "the-nonce" not in f"{token} {token!r} {[token]}"


def test_redaction_takes_the_whole_credential_and_leaves_the_rest() -> None:
    text = tokens.issue(Token(TokenKind.API, "id", "nonce" * 5), (b"k" * 32,))
    for before, after in (
        ("/private/", "/feeds/all.rss"),
        ("Bearer ", ""),
        ('{"token": "', '"}'),
        ("<", ">"),
    ):
        assert redacted(f"{before}{text}{after}") == f"{before}synd_***{after}"
    assert not re.search(r"synd_(?!\*)", redacted(f"{text} {text},{text}\n{text}"))


def test_redaction_takes_the_whole_secret_of_a_webhook() -> None:
    text = webhooks.text_of(bytes(range(200, 232)))
    assert {"+", "/", "="} & set(text)
    for before, after in (("secret=", " "), ('{"secret": "', '"}'), ("b'", "'")):
        assert redacted(f"{before}{text}{after}") == f"{before}whsec_***{after}"
