"""`ingest`, `item`, `explain`, `quarantine`, `source poll`: from bytes to what somebody sees."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from syndicate.service.arriving import sources
from tests.cli.shell import Shell
from tests.newsroom import CONFIG, Newsroom, ninjs


def message(room: Newsroom, uri: str = "story", version: int = 1, **fields: object) -> bytes:
    return json.dumps(ninjs(uri, version, room.clock.now, **fields)).encode()


@pytest.fixture
def incoming(room: Newsroom, tmp_path: Path) -> Path:
    """A folder with a story, one in a folder below, and a link that leads out."""
    folder = tmp_path / "incoming"
    (folder / "below").mkdir(parents=True)
    (folder / "one.json").write_bytes(message(room, "one"))
    (folder / "below" / "two.json").write_bytes(message(room, "two"))
    (folder / "zz-link.json").symlink_to("/etc/passwd")
    return folder


def test_a_folder_is_taken_in_with_all_below_it_and_no_link_is_followed(shell: Shell, incoming: Path) -> None:
    assert shell.does("ingest", incoming, "--source", "desk").stdout == "2 new\n"
    assert {row["uri"] for row in shell.does("item", "list", "--json").rows} == {"one", "two"}


def test_what_was_taken_once_is_a_duplicate_the_second_time(shell: Shell, incoming: Path) -> None:
    shell.does("ingest", incoming, "--source", "desk")
    assert shell.does("ingest", incoming, "--source", "desk").stdout == "2 duplicate\n"


def test_a_dry_run_says_what_would_happen_and_keeps_nothing(shell: Shell, incoming: Path) -> None:
    (incoming / "bad.json").write_text("nonsense")
    ran = shell.run("ingest", incoming, "--source", "desk", "--dry-run")
    assert (ran.code, ran.stdout) == (1, "2 new, 1 refused (unknown-format)\n")
    assert shell.does("item", "list", "--json").rows == []
    assert shell.does("quarantine", "list", "--json").rows == []


def test_a_line_of_json_for_each_item_and_the_sum_aside(room: Newsroom, shell: Shell, incoming: Path) -> None:
    ran = shell.does("ingest", incoming / "one.json", "--source", "desk", "--json")
    (line,) = [json.loads(line) for line in ran.stdout.splitlines()]
    assert (line["outcome"], line["key"], line["version"]) == ("new", room.key("one"), 1)
    assert ran.sentence == "1 new"


def test_standard_input_is_a_message(room: Newsroom, shell: Shell) -> None:
    assert shell.does("ingest", "-", "--source", "desk", typed=message(room)).stdout == "1 new\n"


def test_the_only_source_need_not_be_named(room: Newsroom, shell: Shell, incoming: Path) -> None:
    config = room.folder / "config.toml"
    config.write_text(config.read_text().replace('[sources.stringer]\nkind = "push"\n', ""))
    assert shell.does("ingest", incoming).stdout == "2 new\n"


def test_an_empty_folder_has_no_items_and_that_is_no_failure(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert shell.does("ingest", tmp_path / "empty", "--source", "desk").stdout == "no items\n"


def test_a_file_whose_name_is_no_text_is_told_of_nevertheless(shell: Shell, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.json"))
    path.write_text("nonsense")
    ran = shell.run("ingest", path, "--source", "desk", "--json")
    assert ran.code == 1
    assert ran.rows["reason"] == "unknown-format"


# Items


def test_an_item_is_shown_with_what_was_received_and_what_each_class_has(
    room: Newsroom, shell: Shell
) -> None:
    room.send()
    rows = shell.does("item", "show", room.key(), "--json").rows
    assert [row["fact"] for row in rows if "fact" in row] == ["version 1"]
    assert {row["class"] for row in rows if "class" in row} == {"public", "licensed", "early"}
    people = shell.does("item", "show", room.key())
    assert "Port Averin stays open" in people.stdout
    assert people.stderr == "story from desk\n"


def test_no_listing_holds_the_text_of_a_story(room: Newsroom, shell: Shell) -> None:
    room.send(text="Sesame is the word that only licensed readers may have. " * 40)
    for command in (
        ("item", "list"),
        ("item", "show", room.key()),
        ("feed", "preview", "all", "--as", "desk"),
    ):
        assert "Sesame" not in shell.does(*command).stdout
        assert "Sesame" not in shell.does(*command, "--json").stdout


def test_the_list_of_items_is_as_long_as_asked(room: Newsroom, shell: Shell) -> None:
    for number in range(4):
        room.send(f"story-{number}")
    assert len(shell.does("item", "list", "--limit", 3, "--json").rows) == 3


def test_held_released_and_killed_from_the_shell(room: Newsroom, shell: Shell) -> None:
    room.send()

    def state() -> str:
        (row,) = shell.does("item", "list", "--json").rows
        return str(row["state"])

    assert "is on hold since" in shell.does("item", "hold", room.key(), "--reason", "doubt").stdout
    assert state() == "held"
    assert "on hold already" in shell.refuses("item", "hold", room.key(), "--reason", "doubt")
    assert "is released since" in shell.does("item", "release", room.key(), "--reason", "sure").stdout
    assert state() == "usable"
    assert "nothing to release" in shell.refuses("item", "release", room.key(), "--reason", "sure")
    assert "is killed since" in shell.does("item", "kill", room.key(), "--reason", "wrong", "--yes").stdout
    assert state() == "killed"
    assert "cannot be undone" in shell.refuses("item", "kill", room.key(), "--reason", "wrong", "--yes")
    facts = [row["words"] for row in shell.does("item", "show", room.key(), "--json").rows if "fact" in row]
    assert facts[1:] == ["doubt", "sure", "wrong"]


def test_words_of_others_cannot_speak_to_the_terminal(room: Newsroom, shell: Shell) -> None:
    room.send("uri\u009b31m", headline="A\u009b2Jheadline\u0085here")
    for command in (("item", "list"), ("item", "show", room.key("uri\u009b31m"))):
        ran = shell.does(*command)
        assert all(character.isprintable() for character in ran.stdout.replace("\n", ""))
        assert all(character.isprintable() for character in ran.stderr.replace("\n", ""))


# Why


def test_explain_says_level_rule_and_when_it_changes(room: Newsroom, shell: Shell) -> None:
    embargo = room.clock.now.replace(microsecond=0) + timedelta(days=1)
    room.send(embargoed=embargo)
    room.licence(room.company())
    told = shell.does("explain", room.key(), "--feed", "all", "--as", "herald").stdout
    assert told.startswith("NOTHING for herald in all at ")
    assert f"next change by the clock: {embargo:%Y-%m-%d %H:%M:%S}Z" in told
    later = f"{embargo + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    opened = shell.does("explain", room.key(), "--feed", "all", "--as", "herald", "--at", later).stdout
    assert opened.startswith("FULL for herald")
    assert "rule: licence 1 for all" in opened


def test_explain_answers_for_anonymous_the_desk_a_company_and_a_token(room: Newsroom, shell: Shell) -> None:
    room.send()
    room.licence(room.company())
    id = room.names[room.token()]
    levels = {
        who: shell.does("explain", room.key(), "--as", who).stdout.split()[0]
        for who in ("anonymous", "desk", "herald", id)
    }
    assert levels == {"anonymous": "EXCERPT", "desk": "FULL", "herald": "FULL", id: "FULL"}


def test_a_day_begins_in_the_zone_of_the_site(room: Newsroom, shell: Shell) -> None:
    config = room.folder / "config.toml"
    config.write_text(config.read_text().replace('"UTC"', '"Europe/Moscow"'))
    room.send()
    told = shell.does("explain", room.key(), "--at", "2030-01-01").stdout
    assert "at 2029-12-31 21:00:00Z" in told


# Quarantine


@pytest.fixture
def lying(room: Newsroom, shell: Shell, tmp_path: Path) -> int:
    """The number of a message in quarantine."""
    (tmp_path / "bad.json").write_bytes(b"\xffnonsense")
    shell.run("ingest", tmp_path / "bad.json", "--source", "desk")
    (row,) = shell.does("quarantine", "list", "--json").rows
    assert (row["source"], row["reason"]) == ("desk", "unknown-format")
    return int(row["id"])


def test_a_message_in_quarantine_is_shown_as_it_came(shell: Shell, lying: int) -> None:
    ran = shell.run("quarantine", "show", lying)
    assert ran.code == 0
    assert "desk: unknown-format:" in ran.sentence
    assert ran.raw == b"\xffnonsense"


def test_a_replay_that_is_refused_again_fails_and_the_message_stays(shell: Shell, lying: int) -> None:
    ran = shell.run("quarantine", "replay", lying, "--reason", "mended")
    assert (ran.code, ran.stdout) == (1, "1 refused (unknown-format)\n")
    assert [row["id"] for row in shell.does("quarantine", "list", "--json").rows] == [lying]


def test_a_replay_after_the_source_was_mended_takes_the_message_in(room: Newsroom, shell: Shell) -> None:
    document = ninjs("story", 1, room.clock.now)
    document["version"] = "one"
    body = json.dumps(document).encode()
    assert shell.run("ingest", "-", "--source", "desk", typed=body).code == 1
    config = room.folder / "config.toml"
    config.write_text(config.read_text().replace("numbered = true", "numbered = false"))
    assert shell.does("quarantine", "replay", 1, "--reason", "mended").stdout == "1 new\n"
    assert "Nothing lies in quarantine." in shell.does("quarantine", "list").stderr


def test_what_is_discarded_leaves_the_list_and_stays_on_record(shell: Shell, lying: int) -> None:
    shell.does("quarantine", "discard", lying, "--reason", "spam")
    assert shell.does("quarantine", "list", "--json").rows == []
    assert shell.does("quarantine", "show", lying).raw == b"\xffnonsense"


# Polled sources


@contextmanager
def far(body: bytes, moved_from: str | None = None) -> Iterator[str]:
    """The address of a server that answers with a body; one path has moved there."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(301 if self.path == moved_from else 200)
            self.send_header("Location", "/feed")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/feed"
        server.shutdown()
        thread.join()


FEED = (
    b"<rss version='2.0'><channel><title>T</title><item><guid>one</guid><title>A</title>"
    b"<description>From afar.</description></item></channel></rss>"
)


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [(FEED, 0, "1 new\n"), (b"nonsense", 1, "1 refused (unknown-format)\n")],
)
def test_a_visit_by_hand_says_what_it_brought(room, shell, monkeypatch, body, code, said) -> None:
    monkeypatch.setattr(sources, "guarded_session", requests.Session)  # the server is on loopback
    with far(body) as url:
        (room.folder / "config.toml").write_text(
            CONFIG.format(url="sqlite:///data/syndicate.db")
            + f'[sources.far]\nkind = "poll"\nurl = "{url}"\n'
        )
        ran = shell.run("source", "poll", "far")
    assert (ran.code, ran.stdout) == (code, said), ran.stderr


def test_a_visit_that_fails_is_a_sentence_and_doctor_knows_of_it(room: Newsroom, shell: Shell) -> None:
    with (room.folder / "config.toml").open("a") as config:
        config.write('[sources.far]\nkind = "poll"\nurl = "http://127.0.0.1:1/feed"\n')
    assert shell.refuses("source", "poll", "far")
    ran = shell.run("doctor")
    assert ran.code == 1
    assert "The last visit to far failed: " in ran.stdout


def test_the_list_of_sources_says_when_each_was_visited_and_what_is_wrong(
    room: Newsroom, shell: Shell
) -> None:
    with (room.folder / "config.toml").open("a") as config:
        config.write('[sources.far]\nkind = "poll"\nurl = "http://127.0.0.1:1/feed"\nevery = "1h"\n')
        config.write(f'[sources.drop]\nkind = "folder"\npath = "{room.folder}/nowhere"\n')
    shell.refuses("source", "poll", "far")
    rows = {row["source"]: row for row in shell.does("source", "list", "--json").rows}
    assert (rows["desk"]["visited"], rows["desk"]["next"], rows["desk"]["notes"]) == ("-", "-", [])
    assert rows["far"]["visited"] < rows["far"]["next"]
    assert "The last visit to far failed: " in rows["far"]["notes"][0]
    assert rows["drop"]["notes"] == [
        f"The source drop gives nothing: There is no folder {room.folder}/nowhere."
    ]
    assert "The last visit to far failed: " in " ".join(shell.does("source", "list").stdout.split())


def test_a_feed_that_moved_is_said_to_have_moved(room: Newsroom, shell: Shell, monkeypatch) -> None:
    monkeypatch.setattr(sources, "guarded_session", requests.Session)  # the server is on loopback
    with far(FEED, moved_from="/old") as url:
        with (room.folder / "config.toml").open("a") as config:
            config.write(f'[sources.far]\nkind = "poll"\nurl = "{url.replace("/feed", "/old")}"\n')
        ran = shell.does("source", "poll", "far")
    advice = f"The source far has moved to {url}: write that as its `url` in config.toml."
    assert (ran.stdout, ran.sentence) == ("1 new\n", advice)
    assert advice in shell.run("doctor").stdout
