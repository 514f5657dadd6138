"""What people get wrong: one sentence with the way out on stderr, the right exit code, and nothing changed."""

from __future__ import annotations

import shutil
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.bootstrap import ready_to_serve
from syndicate.service import feeds
from syndicate.service.intake import LARGEST
from tests.cli.shell import Shell
from tests.newsroom import Newsroom
from tests.running.service import free_port


@pytest.fixture
def kept(room: Newsroom) -> Iterator[None]:
    """Around a test after which the database must be as it was, row for row."""
    room.send()
    room.licence(room.company())
    room.token()
    before = _dump(room.folder)
    yield
    assert _dump(room.folder) == before


def _dump(folder: Path) -> list[str]:
    with sqlite3.connect(folder / "data" / "syndicate.db") as connection:
        return list(connection.iterdump())


def write(folder: Path, old: str, new: str) -> None:
    """Change a word of config.toml."""
    path = folder / "config.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


# Words of a command

REASON = ("--reason", "the test says so")
UNKNOWN = [
    (("feed", "show", "econmy"), "There is no feed 'econmy'. Did you mean 'economy'?"),
    (("feed", "preview", "zzz"), "There is no feed 'zzz'. `syndicate feed list` shows them."),
    (("feed", "preview", "all", "--as", "herold"), "There is no company 'herold'. Did you mean 'herald'?"),
    (("explain", "KEY", "--feed", "al"), "There is no feed 'al'. Did you mean 'all'?"),
    (("explain", "KEY", "--as", "zzz"), "There is no company 'zzz'. `syndicate company list` shows them."),
    (("explain", "nix"), "There is no item 'nix'. `syndicate item list` shows the newest."),
    (("item", "show", "nix"), "There is no item 'nix'. `syndicate item list` shows the newest."),
    (("item", "hold", "nix", *REASON), "There is no item 'nix'. `syndicate item list` shows the newest."),
    (("item", "kill", "nix", *REASON), "There is no item 'nix'. `syndicate item list` shows the newest."),
    (("company", "show", "herold"), "There is no company 'herold'. Did you mean 'herald'?"),
    (("company", "suspend", "herold", *REASON), "There is no company 'herold'. Did you mean 'herald'?"),
    (("token", "list", "herold"), "There is no company 'herold'. Did you mean 'herald'?"),
    (("token", "issue", "herold", "--label", "x", *REASON), "There is no company 'herold'."),
    (("licence", "list", "herold"), "There is no company 'herold'. Did you mean 'herald'?"),
    (("licence", "add", "herald", "--feed", "al", *REASON), "There is no feed 'al'. Did you mean 'all'?"),
    (("licence", "end", "99", *REASON), "There is no licence '99'. `syndicate licence list` shows them."),
    (("token", "show", "nix"), "There is no token 'nix'. `syndicate token list` shows them."),
    (("token", "rotate", "nix", *REASON), "There is no token 'nix'. `syndicate token list` shows them."),
    (("token", "revoke", "nix", *REASON), "There is no token 'nix'. `syndicate token list` shows them."),
    (("source", "add-key", "dsk", *REASON), "There is no source `dsk` in config.toml; did you mean `desk`?"),
    (("source", "poll", "zzz"), "There is no source `zzz` in config.toml; there are: desk, stringer."),
    (("source", "poll", "desk"), "The source desk is not polled; its kind is push."),
    (("ingest", "config.toml", "--source", "dsk"), "There is no source `dsk` in config.toml; did you mean"),
    (("quarantine", "show", "7"), "There is no message in quarantine '7'. `syndicate quarantine list`"),
    (("quarantine", "replay", "7", *REASON), "There is no message in quarantine '7'."),
    (("quarantine", "discard", "7", *REASON), "There is no message in quarantine '7'."),
    (("company", "add", "herald", *REASON), "There is a company 'herald' already."),
    (("company", "add", "The Herald", *REASON), "use small letters, digits and hyphens."),
    (("token", "issue", "herald", "--label", "x", "--feed", "secret", *REASON), "`syndicate licence add`"),
    (
        (
            "licence",
            "add",
            "herald",
            "--feed",
            "all",
            "--from",
            "2030-01-02",
            "--until",
            "2030-01-01",
            *REASON,
        ),
        "A licence must end after it begins.",
    ),
    (("item", "show", "\udcff"), "Something here is not UTF-8."),
    (("company", "suspend", "herald", "--reason", "\udcff"), "Something here is not UTF-8."),
]


@pytest.mark.usefixtures("kept")
def test_what_does_not_exist_or_cannot_be_is_refused_with_the_nearest_or_the_list(
    room: Newsroom, shell: Shell, monkeypatch
) -> None:
    monkeypatch.chdir(room.folder)
    for words, sentence in UNKNOWN:
        command = [room.key() if word == "KEY" else word for word in words]
        said = shell.refuses(*command)
        assert said.startswith("syndicate: "), words
        assert sentence in said, words


LICENCE = ("licence", "add", "herald", "--feed", "all", *REASON)
TOKEN = ("token", "issue", "herald", "--label", "x", *REASON)
MISUSED = [
    (("itme", "list"), "There is no command 'itme'. Did you mean 'item'?"),
    (("zzz",), "There is no command 'zzz'. `syndicate --help` lists them."),
    (("item", "lst"), "No such command 'lst'. Did you mean 'list'?"),
    (("item", "list", "--jsn"), "No such option '--jsn'. Did you mean '--json'?"),
    (("item", "list", "--limit", "0"), "0 is not in the range"),
    (("item", "list", "--limit", "1" * 20), "is not in the range"),
    (("item", "show"), "Missing argument 'KEY'."),
    (("ingest",), "Missing argument 'PATHS...'."),
    (("ingest", "config.toml"), "Say whose messages they are: --source desk|stringer."),
    (("ingest", "nowhere.json", "--source", "desk"), "There is no file or folder 'nowhere.json'."),
    (
        ("explain", "KEY", "--at", "2026-13-01"),
        "'2026-13-01' is no time. Write 2026-12-31, or 2026-12-31T18:00",
    ),
    (("explain", "KEY", "--at", "soon"), "'soon' is no time. Write 2026-12-31, or"),
    (
        ("explain", "KEY", "--at", "2026-12-01T10:00"),
        "has no zone. Write 2026-12-01T10:00Z, or 2026-12-01T10:00+",
    ),
    (("explain", "KEY", "--at", "20261201"), "has no zone. Write 2026-12-01T00:00Z"),
    (("explain", "KEY", "--at", "9999-12-31"), "is too far away. Write a time from 1970 to 2999."),
    (("explain", "KEY", "--at", "0001-01-01T00:00+01:00"), "is too far away."),
    ((*LICENCE, "--until", "31.12.2026"), "'31.12.2026' is no time."),
    ((*LICENCE, "--until", "2026-12-31T18:00"), "has no zone."),
    ((*LICENCE, "--until", "9999-12-31T23:59-01:00"), "is too far away."),
    ((*LICENCE, "--level", "half"), "'half' is not one of 'headline', 'excerpt', 'full'."),
    ((*LICENCE, "--archive-days", "1000000"), "is not in the range"),
    (("licence", "add", "herald", *REASON), "Missing option '--feed'."),
    (("licence", "end", "one", *REASON), "'one' is not a valid integer"),
    (("licence", "end", "1" * 20, *REASON), "is not in the range"),
    (
        (*TOKEN, "--network", "192.0.2.0/99"),
        "'192.0.2.0/99' is no network. Write 192.0.2.0/24 or 2001:db8::/32.",
    ),
    ((*TOKEN, "--network", "home"), "'home' is no network."),
    ((*TOKEN, "--kind", "source"), "'source' is not one of 'reader', 'api'."),
    (("token", "rotate", "x", "--overlap", "900000000", *REASON), "is not in the range"),
    (("quarantine", "show", "1" * 20), "is not in the range"),
    (("demo", "--port", "0"), "0 is not in the range"),
]


@pytest.mark.usefixtures("kept")
def test_wrong_usage_says_what_is_right_and_where_the_help_is(
    room: Newsroom, shell: Shell, monkeypatch
) -> None:
    monkeypatch.chdir(room.folder)
    for words, sentence in MISUSED:
        talk = shell.misreads(*words)
        assert talk.startswith("Usage: syndicate"), words
        assert " --help' for help." in talk, words
        assert sentence in talk.splitlines()[-1], words


# The folder and its files

EVERY = [("config", "check"), ("doctor",), ("item", "list"), ("db", "upgrade"), ("serve",)]


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_without_config_toml_every_command_says_how_to_make_one(tmp_path: Path, words) -> None:
    said = Shell(tmp_path).refuses(*words)
    assert said == (
        f"syndicate: There is no config.toml in {tmp_path}. Run `syndicate init` to make a working folder,"
        " or go to one with --folder."
    )
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_a_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("x")
    assert "is a file" in Shell(tmp_path / "plain").misreads("init")
    assert (tmp_path / "plain").read_text() == "x"


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_an_unknown_key_of_the_config_is_named_with_its_line_and_what_is_near(room, shell, words) -> None:
    write(room.folder, "timezone =", "timezon =")
    said = shell.refuses(*words)
    assert said.startswith("syndicate: config.toml line ")
    assert said.endswith(": unknown key `site.timezon`; did you mean `timezone`?")


@pytest.mark.usefixtures("kept")
def test_a_broken_feed_file_is_named_by_every_check_and_leaves_the_last_good_state(
    room: Newsroom, shell: Shell
) -> None:
    (room.folder / "feeds" / "all.toml").write_text('title = "All"\ndescription = "x"\npublik = "full"\n')
    sentence = "feeds/all.toml line 3: unknown key `publik`; did you mean `public`?"
    for words in (("feed", "check"), ("config", "check")):
        assert shell.refuses(*words) == f"syndicate: {sentence}"
    ran = shell.run("doctor")
    assert (ran.code, ran.stdout) == (1, f"{sentence}\n")
    assert ready_to_serve(room.folder).folder == room.folder
    assert feeds.named(room.agency, "all").definition.description == "Everything"
    assert "All: Everything" in shell.does("feed", "show", "all").stdout


def test_a_folder_without_feeds_says_so_and_ends_none(room: Newsroom, shell: Shell) -> None:
    shutil.rmtree(room.folder / "feeds")
    for words in (("feed", "check"), ("serve",)):
        assert "The feeds cannot be read: No such file or directory" in shell.refuses(*words)
    assert "all" in feeds.current(room.agency)


def test_a_file_in_the_place_of_data_is_said_and_stays(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("mine")
    ran = Shell(tmp_path).run("init")
    assert (ran.code, ran.stdout) == (1, "")
    assert ran.stderr.splitlines()[-1] == (
        f"syndicate: {tmp_path / 'data'} cannot be used (File exists). Check the path, and who may read and"
        " write there."
    )
    assert (tmp_path / "data").read_text() == "mine"


# Keys


@pytest.mark.usefixtures("kept")
def test_a_key_file_that_is_open_to_others_is_refused_until_it_is_closed(
    room: Newsroom, shell: Shell
) -> None:
    path = room.folder / "data" / "keys.toml"
    path.chmod(0o644)
    for words in (("serve",), ("doctor",), ("token", "list"), ("keys", "rotate", *REASON)):
        said = shell.refuses(*words)
        assert f"The key file {path} is open to others (mode 0644). Run `chmod 600 {path}`" in said
    path.chmod(0o600)
    shell.does("doctor")


@pytest.mark.usefixtures("kept")
def test_a_missing_key_file_is_never_made_anew_but_by_init(room: Newsroom, shell: Shell) -> None:
    path = room.folder / "data" / "keys.toml"
    path.unlink()
    for words in (("serve",), ("doctor",), ("token", "list"), ("keys", "rotate", *REASON)):
        said = shell.refuses(*words)
        assert f"There is no key file {path}: a missing secret stops the start." in said
        assert "Put your copy of it back" in said
    assert not path.exists()


@pytest.mark.usefixtures("kept")
def test_a_damaged_key_file_is_refused_and_not_quoted(room: Newsroom, shell: Shell) -> None:
    path = room.folder / "data" / "keys.toml"
    path.write_text(path.read_text().replace("keys =", "kyes ="))
    for words in (("serve",), ("doctor",), ("token", "list")):
        said = shell.refuses(*words)
        assert f"The key file {path} cannot be used" in said
        assert "Put your copy of it back." in said
        assert "kyes" not in said


def test_another_key_file_stops_the_start_and_doctor_says_how_to_go_on(room: Newsroom, shell: Shell) -> None:
    room.licence(room.company())
    room.token()
    path = room.folder / "data" / "keys.toml"
    good = path.read_bytes()
    path.unlink()
    refused = shell.run("init")
    assert (refused.code, "the key file has changed" in refused.stderr) == (1, True)
    said = shell.refuses("serve")
    assert f"Of the credentials, 1 were signed with keys not in {path}: the key file has changed." in said
    assert "Put it back from its backup" in said
    ran = shell.run("doctor")
    assert ran.code == 1
    assert "`syndicate keys drop`" in ran.stdout
    other = path.read_bytes()
    path.write_bytes(good)
    path.chmod(0o600)
    shell.does("doctor")
    path.write_bytes(other)
    shell.does("keys", "drop", *REASON, "--yes")
    shell.does("doctor")
    ready_to_serve(room.folder)


# The database


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    "words", [*EVERY[1:], ("db", "check"), ("company", "add", "courier", *REASON)], ids=" ".join
)
def test_a_postgresql_that_does_not_answer_is_a_sentence_without_its_password(room, shell, words) -> None:
    pytest.importorskip("psycopg")
    write(room.folder, "sqlite:///data/syndicate.db", "postgresql://nobody:hunter2@127.0.0.1:1/none")
    assert shell.refuses(*words) == (
        "syndicate: The database answered OperationalError. Look whether [database] url is right, whether it"
        " runs, and who may write there."
    )


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("url", "words", "sentence"),
    [
        ("/proc/x.db", ("doctor",), "unable to open database file"),
        ("/proc/x.db", ("db", "upgrade"), "unable to open database file"),
        ("/proc/none/x.db", ("db", "upgrade"), "/proc/none cannot be used"),
        ("/dev/null/x.db", ("db", "upgrade"), "/dev/null cannot be used"),
        ("/dev/null/x.db", ("serve",), "unable to open database file"),
    ],
)
def test_a_database_that_cannot_be_written_is_a_sentence_with_where_to_look(
    room, shell, url, words, sentence
) -> None:
    write(room.folder, "sqlite:///data/syndicate.db", f"sqlite:///{url}")
    said = shell.refuses(*words)
    assert sentence in said
    assert "who may" in said


def test_a_file_that_is_no_database_is_a_sentence_and_stays(room: Newsroom, shell: Shell) -> None:
    other = room.folder / "other.db"
    other.write_bytes(b"not a database at all. " * 200)
    write(room.folder, "data/syndicate.db", "other.db")
    for words in (*EVERY[1:], ("db", "check")):
        assert "The database answered DatabaseError. Look whether [database] url is right" in shell.refuses(
            *words
        )
    assert other.read_bytes() == b"not a database at all. " * 200


def test_a_database_of_a_newer_program_is_left_alone(room: Newsroom, shell: Shell) -> None:
    with sqlite3.connect(room.folder / "data" / "syndicate.db") as connection:
        connection.execute("UPDATE schema_version SET version_num = '9999'")
    before = _dump(room.folder)
    for words in (*EVERY[1:], ("db", "check"), ("company", "add", "courier", *REASON)):
        said = shell.refuses(*words)
        assert said.startswith("syndicate: The database has schema 9999, newer than ")
        assert said.endswith("Install the newer program.")
    assert _dump(room.folder) == before


# The port


@pytest.fixture
def taken() -> Iterator[int]:
    """A port at which somebody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.mark.usefixtures("kept")
def test_serve_at_a_port_that_is_taken_says_where_to_name_another(room, shell, taken, monkeypatch) -> None:
    monkeypatch.setenv("SYNDICATE_SERVE__PORT", str(taken))
    said = shell.refuses("serve")
    assert f"127.0.0.1:{taken} cannot be used (Address already in use)" in said
    assert "SYNDICATE_SERVE__PORT" in said


def test_a_demo_at_a_port_that_is_taken_makes_no_folder(tmp_path: Path, taken: int) -> None:
    said = Shell(tmp_path).refuses("demo", "--port", taken)
    assert said == f"syndicate: Port {taken} cannot be used. Name a free one with --port."
    assert list(tmp_path.iterdir()) == []


def test_a_demo_leaves_a_folder_alone_that_no_demo_made(room: Newsroom, shell: Shell) -> None:
    before = sorted(room.folder.rglob("*"))
    said = shell.refuses("demo", "--port", free_port(), "--into", room.folder)
    assert said == f"syndicate: {room.folder} is not a demo's folder. Name another one with --into."
    assert sorted(room.folder.rglob("*")) == before


# Messages


def test_an_unreadable_document_is_refused_and_lies_in_quarantine(
    room: Newsroom, shell: Shell, tmp_path: Path
) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(b'{"uri": "unfinished')
    ran = shell.run("ingest", path, "--source", "desk")
    assert (ran.code, ran.stdout[:10]) == (1, "1 refused ")
    assert ran.sentence.startswith(f"{path}: refused, ")
    (row,) = shell.does("quarantine", "list", "--json").rows
    assert shell.does("quarantine", "show", row["id"]).raw == path.read_bytes()
    assert path.exists()


def test_one_bad_file_does_not_cost_the_others(room: Newsroom, shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "incoming"
    folder.mkdir()
    (folder / "a.json").write_bytes(b"")
    for name in ("b", "c"):
        (folder / f"{name}.xml").write_text(
            f"<rss version='2.0'><channel><title>T</title><item><guid>{name}</guid><title>A</title>"
            "<description>Words.</description></item></channel></rss>"
        )
    ran = shell.run("ingest", folder, "--source", "stringer")
    assert (ran.code, ran.stdout) == (1, "2 new, 1 refused (empty)\n")


@pytest.mark.parametrize("is_piped", [False, True])
def test_a_file_that_is_too_large_is_refused(shell: Shell, tmp_path: Path, is_piped: bool) -> None:
    path = tmp_path / "large.json"
    path.write_bytes(b"x" * (LARGEST + 1))
    given = ("-", path.read_bytes()) if is_piped else (path, b"")
    ran = shell.run("ingest", given[0], "--source", "desk", typed=given[1])
    assert (ran.code, ran.stdout) == (1, "1 refused (too-large)\n")
    assert (
        ran.sentence
        == f"{given[0]}: refused, too-large: The document has 16777217 bytes; 16777216 are taken."
    )


def test_nothing_is_taken_in_when_one_of_the_files_named_is_not_there(
    room: Newsroom, shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_text("nonsense")
    talk = shell.misreads("ingest", tmp_path / "a.json", tmp_path / "b.json", "--source", "desk")
    assert f"There is no file or folder '{tmp_path / 'b.json'}'." in talk
    assert shell.does("quarantine", "list", "--json").rows == []
