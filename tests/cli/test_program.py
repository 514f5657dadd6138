"""`python -m syndicate` as a process of its own: exit codes, streams, and what is shown of an error."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.cli.shell import Shell
from tests.newsroom import Newsroom

PROGRAM = [sys.executable, "-m", "syndicate"]


def run(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *map(str, words)], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


def test_version_and_help_go_to_stdout() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert "Wire items in, gated feeds out." in done.stdout
    assert done.stderr == ""


def test_what_is_refused_is_one_sentence_on_stderr_and_exit_code_1(tmp_path: Path) -> None:
    done = run("--folder", tmp_path, "serve")
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("syndicate: There is no config.toml in ")


def test_debug_shows_where_it_came_from(tmp_path: Path) -> None:
    done = run("--debug", "--folder", tmp_path, "serve")
    assert done.returncode == 1
    assert done.stderr.startswith("Traceback")
    assert "SettingsError: There is no config.toml in " in done.stderr


def test_a_question_at_the_end_of_input_does_nothing_and_is_a_wrong_usage(room: Newsroom) -> None:
    room.send()
    done = run("--folder", room.folder, "item", "kill", room.key(), "--reason", "wrong")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Say `--yes`" in done.stderr


def test_an_interrupt_is_a_sentence_and_what_was_taken_in_stays(room: Newsroom, tmp_path: Path) -> None:
    (tmp_path / "first.json").write_text("nonsense")
    words = [
        *PROGRAM,
        "--folder",
        str(room.folder),
        "ingest",
        str(tmp_path / "first.json"),
        "-",
        "--source",
        "desk",
    ]
    shell = Shell(room.folder)
    with subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while not shell.does("quarantine", "list", "--json").rows:
            assert process.poll() is None
            time.sleep(0.05)
        _interrupt(process)
        talk = process.stderr.read() if process.stderr else ""
    assert process.returncode == 1
    assert talk.endswith("syndicate: Stopped; what was done before stays done.\n")
    assert "Traceback" not in talk


def test_a_reader_that_goes_away_is_no_traceback(room: Newsroom) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as gone:
        done = subprocess.run(
            [*PROGRAM, "--folder", str(room.folder), "feed", "list"], stdout=gone, stderr=subprocess.PIPE
        )
    assert b"Traceback" not in done.stderr


def _interrupt(process: subprocess.Popen[str]) -> None:
    """^C until it is heard: one that comes while an object is being thrown away is lost in Python."""
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            continue
