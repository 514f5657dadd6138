"""The demo: it serves what it says, its last messages arrive live, and it leaves other folders alone."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.running.service import free_port, wait_for


@dataclass
class Demo:
    """A running demo and what it printed."""

    process: subprocess.Popen[bytes]
    folder: Path
    log: Path
    port: int

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8")

    def answers(self) -> bool:
        assert self.process.poll() is None, self.said
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/", timeout=5).ok
        except requests.ConnectionError:
            return False

    def printed(self, label: str) -> str:
        """What the demo told to try under a label."""
        (found,) = re.findall(rf"^  {label} +(.*)$", self.said, re.M)
        return found


def start(folder: Path, port: int) -> Demo:
    log = folder / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "syndicate", "demo", "--port", str(port), "--into", str(folder / "demo")],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
    return Demo(process, folder / "demo", log, port)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    started = start(tmp_path_factory.mktemp("demo"), free_port())
    wait_for(started.answers, "the demo to answer")
    yield started
    started.process.send_signal(signal.SIGINT)  # as ^C does
    started.process.wait(30)
    assert "Traceback" not in started.said


def address_in(command: str) -> str:
    (address,) = re.findall(r"http://\S+", command)
    return address


def test_the_public_feed_is_excerpts_and_the_tokened_one_is_full(demo: Demo) -> None:
    public = requests.get(address_in(demo.printed(r"a public feed \(excerpts\)")), timeout=10)
    command = demo.printed("the same in full")
    (token,) = re.findall(r"-u any:(\S+)", command)
    full = requests.get(address_in(command), auth=("any", token), timeout=10)
    assert public.ok
    assert full.ok
    assert "content:encoded>" not in public.text
    assert "content:encoded>" in full.text
    assert requests.get(demo.printed("for a feed reader"), timeout=10).ok


def test_the_ticker_is_the_days_ticker(demo: Demo) -> None:
    page = requests.get(demo.printed("the ticker"), timeout=10).text
    assert "Севрания и Кассара вновь откроют консульства" in page
    assert "Tarvonian PM" not in page or "live: 083" in demo.said


def test_a_kill_as_printed_replaces_the_story(demo: Demo) -> None:
    base = f"http://127.0.0.1:{demo.port}"
    stories = requests.get(f"{base}/feeds/sport.json", timeout=10).json()["items"]
    key = stories[0]["id"].rsplit(":", 1)[1]
    words = [sys.executable, "-m", "syndicate", "--folder", str(demo.folder), "item", "kill", key]
    subprocess.run([*words, "--reason", "wrong name", "--yes"], check=True, capture_output=True)
    titles = [item["title"] for item in requests.get(f"{base}/feeds/sport.json", timeout=10).json()["items"]]
    assert titles[0] == "Withdrawn"
    assert requests.get(f"{base}/items/{key}", timeout=10).status_code == 410


def test_the_first_live_message_arrives(demo: Demo) -> None:
    wait_for(lambda: "live: 083-dolvin-resigns.json: new" in demo.said, "the flash")
    page = requests.get(f"http://127.0.0.1:{demo.port}/feeds/politics.json", timeout=10)
    assert "Dolvin" in page.json()["items"][0]["title"]


def test_a_folder_that_is_no_demos_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "precious").write_text("mine")
    refused = start(tmp_path, free_port())
    assert refused.process.wait(30) == 1
    assert "is not a demo's folder" in refused.said
    assert (tmp_path / "demo" / "precious").read_text() == "mine"
