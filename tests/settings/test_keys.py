"""The key file: made once, read only when it is wholly good, changed whole, never printed."""

from __future__ import annotations

import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from syndicate.settings import (
    Keys,
    SettingsError,
    WebhookSecret,
    add_key,
    add_webhook,
    drop_old_keys,
    drop_webhook,
    load_keys,
    make_keys,
    put_metrics_digest,
)

KEY = base64.b64encode(b"k" * 32).decode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "keys.toml"


def written(path: Path, text: str, mode: int = 0o600) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return path


def test_a_made_key_file_is_private_and_reads_back(path: Path) -> None:
    keys = make_keys(path)
    assert load_keys(path) == keys
    assert [len(key) for key in keys.tokens] == [32]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["keys.toml"]


def test_two_folders_never_share_a_key(tmp_path: Path) -> None:
    assert make_keys(tmp_path / "a" / "keys.toml") != make_keys(tmp_path / "b" / "keys.toml")


def test_a_key_file_is_never_overwritten_even_an_empty_one(path: Path) -> None:
    written(path, "")
    with pytest.raises(SettingsError, match=r"There is a key file .* already"):
        make_keys(path)
    assert path.read_text() == ""
    assert [file.name for file in path.parent.iterdir()] == ["keys.toml"]


def test_of_many_that_make_the_file_at_once_one_wins_whole(path: Path) -> None:
    def attempt(_: int) -> Keys | None:
        try:
            return make_keys(path)
        except SettingsError:
            return None

    with ThreadPoolExecutor(8) as threads:
        made = [keys for keys in threads.map(attempt, range(16)) if keys]
    assert made == [load_keys(path)]


def test_a_new_key_comes_last_and_the_older_stay(path: Path) -> None:
    first = make_keys(path)
    second = add_key(path)
    assert second.tokens[:1] == first.tokens
    assert len(set(second.tokens)) == 2
    assert load_keys(path) == second
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["keys.toml"]


def test_no_key_is_lost_when_several_are_added_at_once(path: Path) -> None:
    make_keys(path)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(add_key, [path] * 16))
    assert len(set(load_keys(path).tokens)) == 17


def test_dropping_leaves_the_newest_key(path: Path) -> None:
    make_keys(path)
    newest = add_key(path).tokens[-1]
    assert drop_old_keys(path) == load_keys(path) == Keys((newest,))


def webhook(id: str, source: str = "desk") -> WebhookSecret:
    return WebhookSecret(id, source, id[0].encode() * 32)


def test_secrets_of_webhooks_are_added_and_dropped_one_by_one_and_keys_stay(path: Path) -> None:
    first = make_keys(path)
    for each in (webhook("a1"), webhook("b2"), webhook("c3", "stringer")):
        add_webhook(path, each)
    assert load_keys(path) == Keys(first.tokens, (webhook("a1"), webhook("b2"), webhook("c3", "stringer")))
    drop_webhook(path, "b2")
    assert drop_webhook(path, "b2") == load_keys(path)
    assert load_keys(path) == Keys(first.tokens, (webhook("a1"), webhook("c3", "stringer")))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_changing_keys_leaves_the_secrets_of_webhooks(path: Path) -> None:
    make_keys(path)
    add_webhook(path, webhook("a1"))
    add_key(path)
    assert drop_old_keys(path).webhooks == load_keys(path).webhooks == (webhook("a1"),)


def test_the_digest_of_the_key_to_the_figures_stays_when_other_secrets_change(path: Path) -> None:
    make_keys(path)
    assert load_keys(path).metrics is None
    put_metrics_digest(path, "a" * 64)
    put_metrics_digest(path, "b" * 64)
    add_webhook(path, webhook("a1"))
    add_key(path)
    assert drop_old_keys(path).metrics == load_keys(path).metrics == "b" * 64
    assert load_keys(path).webhooks == (webhook("a1"),)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_keys_print_as_stars() -> None:
    keys = Keys((b"k" * 32,), (webhook("kk"),))
    assert repr(keys) == str(keys) == f"{keys}" == "Keys(***)"
    assert f"{keys.webhooks}" == "(WebhookSecret(kk of desk, ***),)"


def test_a_missing_key_file_stops_the_start(path: Path) -> None:
    for act in (load_keys, add_key, drop_old_keys):
        with pytest.raises(SettingsError) as caught:
            act(path)
        assert str(caught.value) == (
            f"There is no key file {path}: a missing secret stops the start. Put your copy of it back;"
            " for a new working folder run `syndicate init`."
        )
    assert not path.parent.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o644, 0o777])
def test_a_key_file_that_is_open_to_others_is_refused(path: Path, mode: int) -> None:
    written(path, f'[tokens]\nkeys = ["{KEY}"]', mode)
    with pytest.raises(SettingsError) as caught:
        load_keys(path)
    assert str(caught.value) == (
        f"The key file {path} is open to others (mode {mode:04o}). Run `chmod 600 {path}`, and"
        " `syndicate keys rotate` if anybody may have read it."
    )


def test_a_key_file_that_is_no_plain_file_is_refused_and_not_waited_for(path: Path) -> None:
    path.parent.mkdir()
    os.mkfifo(path, 0o600)
    with pytest.raises(SettingsError, match="must be a plain file"):
        load_keys(path)


SHAPE = (
    "it must hold `keys`, a list of one or more, in [tokens], perhaps [[webhooks]] and [metrics], and"
    " nothing else"
)
METRICS = "[metrics] must hold `digest`, 64 hexadecimal digits, and nothing else"
WEBHOOK = "webhook 1 must hold `id`, `source`, `secret`, and nothing else"
GOOD = f'[tokens]\nkeys = ["{KEY}"]\n'


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", SHAPE),
        ("hunter2", "it is not TOML"),
        ("keys = [" + "[" * 20000, "it is not TOML"),
        (f'[tokens]\nkeys = ["{KEY}ключ"]', "it is not TOML"),
        ("[tokens]\nkeys = []", SHAPE),
        (f'[tokens]\nkeys = "{KEY}"', SHAPE),
        (f'[token]\nkeys = ["{KEY}"]', SHAPE),
        (f'[tokens]\nkeys = ["{KEY}"]\nkey = 1', SHAPE),
        (f'[tokens]\nkeys = ["{KEY}"]\n[more]', SHAPE),
        ("[tokens]\nkeys = [1]", "key 1 is not in base64"),
        (f'[tokens]\nkeys = ["{KEY}", "hunter2!"]', "key 2 is not in base64"),
        (f'[tokens]\nkeys = ["{KEY}", ""]', "key 2 has 0 bytes, fewer than 32"),
        (
            f'[tokens]\nkeys = ["{base64.b64encode(b"k" * 31).decode()}"]',
            "key 1 has 31 bytes, fewer than 32",
        ),
        (f"{GOOD}[webhooks]", WEBHOOK),
        (f'webhooks = "hunter2"\n{GOOD}', WEBHOOK),
        (f'{GOOD}[[webhooks]]\nid = "a"\nsource = "desk"', WEBHOOK),
        (f'{GOOD}[[webhooks]]\nid = "a"\nsource = 1\nsecret = "{KEY}"', WEBHOOK),
        (f'{GOOD}[[webhooks]]\nid = "a"\nsource = "desk"\nsecret = "{KEY}"\nmore = 1', WEBHOOK),
        (
            f'{GOOD}[[webhooks]]\nid = "a"\nsource = "desk"\nsecret = "hunter2!"',
            "the secret of webhook 1 is not in base64",
        ),
        (
            f'{GOOD}[[webhooks]]\nid = "a"\nsource = "desk"\nsecret = "a2V5"',
            "the secret of webhook 1 has 3 bytes, fewer than 24",
        ),
        (f"{GOOD}[metrics]", METRICS),
        (f'metrics = "hunter2"\n{GOOD}', METRICS),
        (f'{GOOD}[metrics]\ndigest = "hunter2"', METRICS),
        (f'{GOOD}[metrics]\ndigest = "{"A" * 64}"', METRICS),
        (f'{GOOD}[metrics]\ndigest = "{"a" * 64}"\nmore = 1', METRICS),
    ],
)
def test_a_damaged_key_file_is_refused_without_quoting_it(path: Path, text: str, what: str) -> None:
    written(path, text)
    before = path.read_bytes()
    for act in (load_keys, add_key, drop_old_keys):
        with pytest.raises(SettingsError) as caught:
            act(path)
        assert str(caught.value) == f"The key file {path} cannot be used: {what}. Put your copy of it back."
    assert path.read_bytes() == before
