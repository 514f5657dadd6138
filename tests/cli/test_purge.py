"""The purge at a shell asks twice, and says where words may be still."""

from __future__ import annotations

import pytest

from tests.cli.shell import Shell
from tests.newsroom import Newsroom

REASON = ("--reason", "a court said so")


@pytest.fixture
def killed(room: Newsroom) -> str:
    room.send()
    room.kill()
    return room.key()


def is_purged(shell: Shell, key: str) -> bool:
    return "Port Averin" not in shell.does("item", "show", key).stdout


@pytest.mark.parametrize("typed", ["n\n", "y\nn\n", "y\n"])
def test_one_yes_is_not_enough_at_a_terminal(killed: str, shell: Shell, monkeypatch, typed: str) -> None:
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True)
    no = shell.run("item", "purge", killed, *REASON, typed=typed)
    assert (no.code, no.stdout) == (1, "")
    assert "nothing was done" in no.stderr
    assert not is_purged(shell, killed)
    shell.does("item", "purge", killed, *REASON, typed="y\ny\n")
    assert is_purged(shell, killed)


def test_one_yes_is_not_enough_in_a_script(killed: str, shell: Shell) -> None:
    talk = shell.misreads("item", "purge", killed, *REASON, "--yes")
    assert "Say `--yes --yes` to do it without being asked." in talk
    assert not is_purged(shell, killed)


def test_it_says_what_was_emptied_and_where_to_look_still(killed: str, shell: Shell) -> None:
    ran = shell.does("item", "purge", killed, *REASON, "--yes", "--yes")
    assert ran.stdout == f"{killed} is purged: 1 version, 1 message and 0 in quarantine are empty.\n"
    assert ran.sentence.startswith("Every backup made before 20")
    assert ran.sentence.endswith("still holds the words. Backups are not touched.")


def test_an_item_that_is_not_killed_is_refused_before_anything_is_asked(room: Newsroom, shell: Shell) -> None:
    room.send()
    refused = shell.refuses("item", "purge", room.key(), *REASON)
    assert refused.endswith("is not killed, so its words are in use. `syndicate item kill` comes first.")
