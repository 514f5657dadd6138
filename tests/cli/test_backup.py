"""`backup` and `restore` at the shell: what they say, and each reason for which they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from syndicate.service import contracts
from tests.cli.shell import Shell
from tests.newsroom import BY, Newsroom


@pytest.fixture
def backup(room: Newsroom, shell: Shell, tmp_path: Path) -> Path:
    """A backup of a newsroom with one story, after which the newsroom is closed."""
    room.send()
    shell.does("backup", tmp_path / "backup")
    room.agency.close()
    return tmp_path / "backup"


def test_a_backup_says_what_it_holds_and_what_not(room: Newsroom, shell: Shell, tmp_path: Path) -> None:
    ran = shell.does("backup", tmp_path / "backup")
    assert ran.stdout.startswith(f"{tmp_path / 'backup'} holds everything up to 20")
    assert "keys.toml" in ran.stderr
    assert "acts.log" in ran.stderr
    names = {path.name for path in (tmp_path / "backup").iterdir()}
    assert names == {"syndicate.db", "receipts.db", "manifest.json"}


def test_a_backup_wants_a_new_name(backup: Path, shell: Shell) -> None:
    assert "A backup needs a new name." in shell.refuses("backup", backup)


def test_a_restore_says_what_it_did_again(backup: Path, room: Newsroom, shell: Shell) -> None:
    shell.does("item", "kill", room.key(), "--reason", "wrong", "--yes")
    ran = shell.does("restore", backup)
    assert (ran.stdout, ran.stderr) == ("Restored. Acts since the backup that were done again: 1.\n", "")
    (item,) = shell.does("item", "list", "--json").rows
    assert item["state"] == "killed"


def test_a_restore_is_refused_while_the_folder_is_in_use(
    room: Newsroom, shell: Shell, tmp_path: Path
) -> None:
    shell.does("backup", tmp_path / "backup")
    before = (room.folder / "data" / "syndicate.db").stat().st_ino
    assert "Stop it first, then restore." in shell.refuses("restore", tmp_path / "backup")
    assert (room.folder / "data" / "syndicate.db").stat().st_ino == before


def test_nothing_is_opened_while_a_restore_is_going_on(backup: Path, room: Newsroom, shell: Shell) -> None:
    with room.agency.door.alone():
        assert "A restore is going on" in shell.refuses("item", "list")
    shell.does("item", "list")


def test_another_agencys_backup_is_refused(backup: Path, room: Newsroom, shell: Shell) -> None:
    config = room.folder / "config.toml"
    config.write_text(config.read_text().replace('since = "2026"', 'since = "2025"'))
    said = shell.refuses("restore", backup)
    assert "The backup is of wire.example,2026 and this working folder of wire.example,2025." in said


@pytest.mark.parametrize("field", ["schema_main", "schema_receipts"])
def test_a_backup_of_a_newer_program_is_refused(backup: Path, shell: Shell, field: str) -> None:
    manifest = backup / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {field: "9999", "program": "9.9"}))
    assert "Install syndicate 9.9 or newer." in shell.refuses("restore", backup)


def test_a_backup_of_another_kind_of_database_is_refused(backup: Path, room: Newsroom, shell: Shell) -> None:
    config = room.folder / "config.toml"
    config.write_text(config.read_text().replace("sqlite:///data/syndicate.db", "postgresql://u:p@h/wire"))
    said = shell.refuses("restore", backup)
    assert "The backup is of a database on sqlite, and [database] url names another kind." in said


@pytest.mark.parametrize("name", ["syndicate.db", "receipts.db"])
def test_a_damaged_or_missing_file_is_named(backup: Path, shell: Shell, name: str) -> None:
    with (backup / name).open("ab") as file:
        file.write(b"x")
    assert f"{name} is not the file that the backup was made with" in shell.refuses("restore", backup)
    (backup / name).unlink()
    assert f"{name} is not the file that the backup was made with" in shell.refuses("restore", backup)


@pytest.mark.parametrize("text", [None, "", "[]", '{"program": "1"}'])
def test_a_folder_without_a_manifest_is_no_backup(backup: Path, shell: Shell, text: str | None) -> None:
    (backup / "manifest.json").unlink()
    if text is not None:
        (backup / "manifest.json").write_text(text)
    assert "is no whole backup" in shell.refuses("restore", backup)


def test_without_the_key_file_nothing_is_touched(backup: Path, room: Newsroom, shell: Shell) -> None:
    (room.folder / "data" / "keys.toml").unlink()
    assert "There is no key file" in shell.refuses("restore", backup)
    assert not list((room.folder / "data").glob("*before-restore*"))


def test_without_its_log_a_backup_is_put_back_only_when_told_so(
    backup: Path, room: Newsroom, shell: Shell
) -> None:
    shell.does("item", "kill", room.key(), "--reason", "wrong", "--yes")
    log = room.folder / "data" / "acts.log"
    log.unlink()
    assert "say --without-log" in shell.refuses("restore", backup)
    shell.does("company", "add", "herald", "--reason", "new")
    shell.does("company", "suspend", "herald", "--reason", "begins another log")
    assert "is not among those given" in shell.refuses("restore", backup)
    assert not list(log.parent.glob("*before-restore*"))
    ran = shell.does("restore", backup, "--without-log")
    assert "is not so now" in ran.stderr
    (item,) = shell.does("item", "list", "--json").rows
    assert item["state"] == "usable"


def test_a_log_from_elsewhere_counts_beside_that_of_the_folder(
    backup: Path, room: Newsroom, shell: Shell, tmp_path: Path
) -> None:
    shell.does("item", "kill", room.key(), "--reason", "wrong", "--yes")
    (room.folder / "data" / "acts.log").rename(tmp_path / "saved.log")
    ran = shell.does("restore", backup, "--log", tmp_path / "saved.log")
    assert "done again: 1." in ran.stdout
    assert "exclude each other" in shell.misreads("restore", backup, "--log", "x", "--without-log")


def test_a_broken_line_stops_the_restore_and_a_torn_last_one_does_not(
    backup: Path, room: Newsroom, shell: Shell
) -> None:
    log = room.folder / "data" / "acts.log"
    with log.open("ab") as file:
        file.write(b"not understood\n")
    shell.does("item", "kill", room.key(), "--reason", "wrong", "--yes")
    assert "Line 2 of the log of acts" in shell.refuses("restore", backup)
    assert not list(log.parent.glob("*before-restore*"))
    log.write_bytes(log.read_bytes().replace(b"not understood\n", b"") + b'{"at": "20')
    ran = shell.does("restore", backup)
    assert "was cut off" in ran.stderr
    assert "done again: 1." in ran.stdout


def test_what_the_backup_has_not_is_told(backup: Path, shell: Shell) -> None:
    shell.does("company", "add", "herald", "--reason", "new")
    shell.does("company", "suspend", "herald", "--reason", "unpaid")
    assert shell.does("restore", backup).stderr == "Not in the backup, so nothing to end: company herald.\n"


def test_the_restore_stands_in_the_audit(backup: Path, room: Newsroom, shell: Shell) -> None:
    from syndicate.bootstrap import open_agency
    from syndicate.store import books

    shell.does("restore", backup)
    agency = open_agency(room.folder)
    with agency.database.snapshot() as connection:
        row = books.list_audit(connection)[-1]
    agency.close()
    assert row.verb == "restore"
    assert "was put back, with the log of acts." in row.reason


def test_an_act_on_a_full_disk_is_one_sentence(room: Newsroom, shell: Shell) -> None:
    room.send()
    contracts.add_company(room.agency, "herald", "Herald", BY)
    (room.folder / "data" / "acts.log").mkdir()
    said = shell.refuses("item", "kill", room.key(), "--reason", "wrong", "--yes")
    assert "so nothing was done." in said
    (item,) = shell.does("item", "list", "--json").rows
    assert item["state"] == "usable"
