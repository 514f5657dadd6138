"""A real service for tests: `syndicate serve` with its processes, in a folder that the test acts on as well.

What the test commits through the newsroom is committed by another process than those that answer.
"""

from __future__ import annotations

import base64
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path

from syndicate.bootstrap import take_up_feeds
from syndicate.service import contracts
from tests.newsroom import BY, HandClock, Newsroom

PATIENCE = 60.0
"""Longer than this nothing is waited for (seconds)."""


class WallClock(HandClock):
    """The clock of the machine, for a newsroom that works beside running processes."""

    def __init__(self) -> None:
        """There is nothing to set."""

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def advance(self, **how: float) -> None:
        """Time passes by itself."""


@dataclass(frozen=True)
class Answer:
    """What came back over a connection of its own."""

    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Service:
    """A running service, its newsroom, and how to ask it."""

    newsroom: Newsroom
    port: int
    log: Path
    process: subprocess.Popen[bytes]
    processes: int = 2
    _keys: dict[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    @contextmanager
    def run(
        cls, folder: Path, url: str = "sqlite:///data/syndicate.db", processes: int = 2
    ) -> Iterator[Service]:
        with Newsroom.open(folder, url, datetime.now(UTC)) as newsroom:
            newsroom.clock = WallClock()
            newsroom.agency.clock = newsroom.clock
            port, log = free_port(), folder / "log"
            service = cls(newsroom, port, log, serve(folder, port, log, processes), processes)
            try:
                wait_for(service.is_up, f"the service to answer: {log}")
                yield service
            finally:
                if service.process.poll() is None:
                    service.stop()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the first process; gives its exit code once it and all its children are gone."""
        family = {self.process.pid, *descendants_of(self.process.pid)}
        self.process.send_signal(how)
        code = self.process.wait(PATIENCE)
        wait_for(lambda: not any(map(is_alive, family)), f"processes {family} to end")
        return code

    def web_processes(self) -> list[int]:
        return [pid for pid in children_of(self.process.pid) if " serve" in command_of(pid)]

    def workers(self) -> list[int]:
        return [pid for pid in children_of(self.process.pid) if " worker" in command_of(pid)]

    def is_up(self) -> bool:
        """Whether every process does its work."""
        return (
            self.answers()
            and sum(map(is_serving, self.web_processes())) == self.processes
            and bool(self.workers())
        )

    def answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.ask("/feeds/all.rss").status == 200
        except (ConnectionError, TimeoutError, http.client.HTTPException):
            return False

    # Asking

    def ask(self, path: str, token: str | None = None, how: str = "bearer", **headers: str) -> Answer:
        """GET over a fresh connection; with a token as Bearer, as the password of Basic, or in the path."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None and how == "path":
            path = path.replace("/private/", f"/private/{token}/", 1)
        elif token is not None:
            basic = base64.b64encode(f"any:{token}".encode()).decode()
            sent["Authorization"] = f"Bearer {token}" if how == "bearer" else f"Basic {basic}"
        return self._send("GET", path, None, sent)

    def post(self, body: bytes, source: str = "desk") -> Answer:
        """A message over the wire, with a key of the source."""
        if source not in self._keys:
            self._keys[source] = contracts.add_source_key(self.newsroom.agency, source, BY)[1]
        return self.push(f"/wire/{source}", body, {"Authorization": f"Bearer {self._keys[source]}"})

    def push(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """A message over the wire, with whatever it shows."""
        return self._send("POST", path, body, headers)

    def _send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, {"Connection": "close", **headers})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    # Acting

    def publish(self, feed: str, select: str = "") -> None:
        """A new feed, or other rules for one that is there."""
        text = f'title = "{feed}"\ndescription = "{feed}"\n{select}'
        (self.newsroom.folder / "feeds" / f"{feed}.toml").write_text(text)
        take_up_feeds(self.newsroom.agency)


def serve(folder: Path, port: int, log: Path, processes: int = 2) -> subprocess.Popen[bytes]:
    """`syndicate serve`, at a port that only the environment names."""
    settings = {
        "SYNDICATE_SERVE__PORT": str(port),
        "SYNDICATE_SERVE__PROCESSES": str(processes),
        "SYNDICATE_SITE__BASE_URL": f"http://127.0.0.1:{port}",
    }
    with log.open("ab") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "syndicate", "--folder", str(folder), "serve"],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env=os.environ | settings,
        )


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(is_so: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Look again and again until something is so; it is a failure when it never is."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)


# Processes


def children_of(pid: int) -> list[int]:
    """The processes that a process started and that live."""
    return [child for child, parent in _parents() if parent == pid]


def descendants_of(pid: int) -> list[int]:
    """The children of a process, and theirs."""
    children = children_of(pid)
    return children + [each for child in children for each in descendants_of(child)]


def command_of(pid: int) -> str:
    """How a process was called."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:  # it ended meanwhile
        return ""


def is_alive(pid: int) -> bool:
    """Whether a process is there and is not only waiting to be reaped."""
    try:
        return _fields(pid)[0] != "Z"
    except OSError:
        return False


def is_serving(pid: int) -> bool:
    """Whether a web process has begun to serve: before, it does not hear that it should stop."""
    try:
        names = [each.read_text() for each in Path(f"/proc/{pid}/task").glob("*/comm")]
    except OSError:  # it ended meanwhile
        return False
    return any(name.startswith("tokio") for name in names)


def seconds_worked(pid: int) -> float:
    """How long the processor worked for a process."""
    fields = _fields(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _parents() -> Iterator[tuple[int, int]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and is_alive(int(folder.name)):
            try:
                yield int(folder.name), int(_fields(int(folder.name))[1])
            except OSError:  # it ended meanwhile
                continue


def _fields(pid: int) -> list[str]:
    """What /proc says of a process, after its name: state, parent, ..."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
