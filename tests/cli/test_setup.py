"""`init`, `config`, `db`, `doctor`, `feed`: from an empty folder to one that is in order."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from syndicate.store.receipts import receipts_for
from tests.cli.shell import Shell
from tests.newsroom import Newsroom


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A folder that `init` made, for tests that only look."""
    shell = Shell(tmp_path_factory.mktemp("made") / "wire")
    assert "is ready" in shell.does("init").stdout
    return shell


def test_a_folder_that_init_made_is_whole_and_its_secrets_are_private(made: Shell) -> None:
    assert {path.name for path in made.folder.iterdir()} == {"config.toml", "feeds", "data"}
    assert stat.S_IMODE((made.folder / "data" / "keys.toml").stat().st_mode) == 0o600
    assert made.does("config", "check").stdout == "config.toml and 3 feeds are good.\n"
    assert made.does("feed", "check").stdout == "3 feeds are good.\n"
    assert made.does("db", "check").stdout == "The database has the schema of this program.\n"
    assert made.does("doctor").stdout == "All is well.\n"


def test_init_leaves_what_is_there_and_says_so(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell.does("init")
    (tmp_path / "config.toml").write_text('[site]\ntitle = "Mine"\n')
    (tmp_path / "feeds" / "economy.toml").unlink()
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.toml")}
    assert "config.toml is there; it stays." in shell.does("init").stderr
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.toml")} == before


def test_config_show_prints_what_counts_and_no_password(room: Newsroom, shell: Shell, monkeypatch) -> None:
    monkeypatch.setenv("SYNDICATE_SERVE__PORT", "8123")
    monkeypatch.setenv("SYNDICATE_DATABASE__URL", "postgresql://wire:hunter2@db.example/wire")
    monkeypatch.setenv("SYNDICATE_MAIL__SMTP", "smtps://wire:hunter3@mail.example:465")
    settings = shell.does("config", "show", "--json").rows
    assert settings["serve"]["port"] == 8123
    assert settings["sources"]["desk"]["may_kill"] is True
    people = shell.does("config", "show").stdout
    assert "[serve]" in people
    assert "port = 8123" in people
    assert "hunter" not in str(settings) + people
    assert "***" in people


def test_an_empty_database_is_brought_to_the_schema_by_db_upgrade_as_the_sentence_says(
    room: Newsroom, shell: Shell
) -> None:
    config = room.folder / "config.toml"
    config.write_text(config.read_text().replace("data/syndicate.db", "other/new.db"))
    shell.does("db", "upgrade")
    (room.folder / "other" / "new.db").write_bytes(b"")
    for command in (("db", "check"), ("doctor",), ("item", "list"), ("serve",)):
        assert shell.refuses(*command) == "syndicate: The database is empty. Run `syndicate db upgrade`."
    assert shell.does("db", "upgrade").stdout == "The database has the schema of this program.\n"
    shell.does("db", "check")


def test_the_feeds_that_count_are_listed_and_shown_with_their_addresses(shell: Shell) -> None:
    rows = {row["feed"]: row for row in shell.does("feed", "list", "--json").rows}
    assert set(rows) == {"all", "economy", "headlines", "press-releases", "secret"}
    assert rows["secret"]["public"] == "nothing"
    assert rows["all"]["since"].endswith("Z")
    shown = shell.does("feed", "show", "headlines").stdout
    assert "public level headline" in shown
    assert "https://wire.example/feeds/headlines.atom" in shown


def test_a_preview_says_what_each_sees_and_by_which_rule_and_writes_no_receipt(
    room: Newsroom, shell: Shell
) -> None:
    room.send()
    room.licence(room.company())
    seen = {
        who: shell.does("feed", "preview", "all", "--as", who, "--json").rows
        for who in ("anonymous", "desk", "herald")
    }
    assert [row["level"] for row in seen["anonymous"]] == ["EXCERPT"]
    assert [row["level"] for row in seen["desk"]] == ["FULL"]
    headline = "Port Averin stays open"
    told = {"key": room.key(), "level": "FULL", "headline": headline, "rule": "licence 1 for all"}
    assert seen["herald"] == [told]
    with room.agency.receipts.transaction() as connection:
        assert receipts_for(connection) == []
    assert "Nothing stands in this feed now." in shell.does("feed", "preview", "press-releases").stderr


def test_doctor_names_what_lies_in_quarantine_and_how_to_see_it(
    room: Newsroom, shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / "bad").write_text("nonsense")
    shell.run("ingest", tmp_path / "bad", "--source", "desk")
    ran = shell.run("doctor")
    assert ran.code == 1
    assert "`syndicate quarantine list` shows what lies there" in ran.stdout
