"""What holds for every command alike: help, JSON, reasons, audit rows, and asking before what has no return."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click
import pytest

from syndicate.cli.root import syndicate
from syndicate.service import contracts, intake
from syndicate.store import books
from tests.cli.shell import Shell
from tests.newsroom import BY, Newsroom, ninjs


def commands(group: click.Group = syndicate, *path: str) -> Iterator[tuple[str, ...]]:
    """Every command that there is, by its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        else:
            yield (*path, name)


PROMISED = {
    "": "init serve worker demo ingest doctor explain backup restore",
    "config": "check show",
    "db": "upgrade check",
    "feed": "list show check preview",
    "source": "list add-key list-keys end-key poll",
    "quarantine": "list show replay discard",
    "item": "list show kill hold release who-got purge",
    "report": "company kills",
    "company": "add list show suspend resume",
    "licence": "add list end",
    "token": "issue list show rotate revoke",
    "keys": "rotate drop metrics",
}
LISTINGS = [
    ("feed", "list"),
    ("feed", "preview", "all"),
    ("source", "list"),
    ("source", "list-keys"),
    ("quarantine", "list"),
    ("item", "list"),
    ("item", "show", "KEY"),
    ("item", "who-got", "HELD"),
    ("report", "company", "herald"),
    ("report", "kills"),
    ("company", "list"),
    ("company", "show", "herald"),
    ("licence", "list"),
    ("token", "list"),
    ("token", "show", "TOKEN"),
    ("config", "show"),
]
ACTS = [
    ("company", "add", "courier"),
    ("company", "suspend", "herald"),
    ("company", "resume", "herald"),
    ("licence", "add", "herald", "--feed", "all"),
    ("licence", "end", "1"),
    ("token", "issue", "herald", "--label", "desk"),
    ("token", "rotate", "TOKEN"),
    ("token", "revoke", "TOKEN", "--yes"),
    ("source", "add-key", "desk"),
    ("source", "add-key", "desk", "--webhook"),
    ("source", "end-key", "desk", "SOURCE-KEY", "--yes"),
    ("item", "hold", "KEY"),
    ("item", "release", "HELD"),
    ("item", "kill", "KEY", "--yes"),
    ("item", "purge", "KILLED", "--yes", "--yes"),
    ("quarantine", "replay", "1"),
    ("quarantine", "discard", "1"),
    ("keys", "rotate"),
    ("keys", "metrics"),
    ("keys", "drop", "--yes"),
]
AUDITED = {"quarantine replay": "quarantine replayed", "quarantine discard": "quarantine discarded"}


@pytest.fixture
def full(room: Newsroom, shell: Shell) -> Shell:
    """A shell in a newsroom where there is something of everything; KEY, HELD and TOKEN stand for what is."""
    room.send()
    room.send("held")
    room.send("killed")
    room.kill("killed")
    room.licence(room.company())
    token = room.token()
    room.text("/private/feeds/all.rss", token)
    room.hold("held")
    source_key = contracts.add_source_key(room.agency, "desk", BY)[0]
    room.names = {
        "KEY": room.key(),
        "HELD": room.key("held"),
        "KILLED": room.key("killed"),
        "TOKEN": room.names[token],
        "SOURCE-KEY": source_key,
    }
    unnumbered = json.dumps(ninjs("late", 1, room.clock.now) | {"version": "one"}).encode()
    intake.take(room.agency, unnumbered, room.agency.settings.source("desk"))
    config = room.folder / "config.toml"
    config.write_text(config.read_text().replace("numbered = true", "numbered = false"))
    return shell


def named(room: Newsroom, words: tuple[str, ...]) -> list[str]:
    return [room.names.get(word, word) for word in words]


def audit(room: Newsroom) -> list[books.AuditRow]:
    with room.agency.database.snapshot() as connection:
        return books.list_audit(connection)


def test_the_commands_are_those_of_the_interface() -> None:
    promised = {tuple(f"{noun} {verb}".split()) for noun, verbs in PROMISED.items() for verb in verbs.split()}
    assert set(commands()) == promised


def test_every_command_has_help_that_begins_with_its_sentence(shell: Shell) -> None:
    for words in [(), *commands(), *((noun,) for noun in PROMISED if noun)]:
        ran = shell.does(*words, "--help")
        assert ran.stdout.startswith("Usage: syndicate")
        assert ran.stdout.splitlines()[2].strip()[0].isupper(), words
        assert ran.stderr == ""


@pytest.mark.parametrize("words", LISTINGS, ids=" ".join)
def test_every_listing_is_a_table_for_people_and_json_for_programs(full, room, words) -> None:
    rows = full.does(*named(room, words), "--json").rows
    assert rows
    assert full.does(*named(room, words)).stdout


@pytest.mark.parametrize(
    "words",
    [
        words
        for words in LISTINGS
        if "list" in words[1] and words not in (("feed", "list"), ("source", "list"))
    ],
    ids=" ".join,
)
def test_an_empty_listing_is_an_empty_list_and_a_sentence_aside(shell: Shell, words) -> None:
    assert shell.does(*words, "--json").rows == []
    people = shell.does(*words)
    assert people.stdout == ""
    assert people.sentence.endswith(".")


@pytest.mark.parametrize("words", ACTS, ids=" ".join)
def test_every_act_wants_a_reason_and_leaves_an_audit_row(full, room, words) -> None:
    command, before = named(room, words), audit(room)
    assert "Missing option '--reason'" in full.misreads(*command)
    assert "Say why in a few words." in full.misreads(*command, "--reason", " ")
    assert audit(room) == before
    full.does(*command, "--reason", "the editor said so")
    (row,) = audit(room)[len(before) :]
    verb = " ".join(words[:2])
    assert (row.verb, row.reason) == (AUDITED.get(verb, verb), "the editor said so")
    assert row.who.endswith("(shell)")
    assert row.at.tzinfo is not None


@pytest.mark.parametrize("words", [words for words in ACTS if "--yes" in words], ids=" ".join)
def test_what_cannot_be_undone_is_not_done_without_a_terminal_unless_yes_is_said(full, room, words) -> None:
    command = [word for word in named(room, words) if word != "--yes"]
    before = audit(room)
    talk = full.misreads(*command, "--reason", "wrong", typed="y\n")
    assert "This cannot be undone. Say `--yes` to do it without being asked." in talk
    assert audit(room) == before


@pytest.mark.parametrize("words", [words for words in ACTS if "--yes" in words], ids=" ".join)
def test_at_a_terminal_it_asks_and_a_no_changes_nothing(full, room, words, monkeypatch) -> None:
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True)
    command = [word for word in named(room, words) if word != "--yes"]
    no = full.run(*command, "--reason", "wrong", typed="n\n")
    assert no.code == 1
    assert no.stdout == ""
    assert "This cannot be undone. [y/N]" in no.stderr
    assert no.stderr.endswith("syndicate: Stopped; nothing was done.\n")
    assert full.run(*command, "--reason", "wrong", typed="y\ny\n").code == 0
