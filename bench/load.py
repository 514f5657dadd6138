"""Load on a server, by wrk: one thread, mostly 32 connections, for a few seconds; and what came of it.

`load.lua` asks for the requests that it is given in turn. Before and after, the first is asked from here,
so that what was counted is known to be the answer that was meant.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.message import Message
from pathlib import Path
from typing import Any

from bench.figures import Wrong
from bench.machine import command_of, family_of, seconds_worked
from bench.saying import say

CONNECTIONS = 32
WARMING = 1.0
NUMBERED = "NUMBERED"
"""Stands in a body for the number of the request."""

_FEW = 12
"""After so many messages every process has started what reads them."""

_SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: where, with which headers, and the status that its answer must have. A body is posted."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    body: bytes | None = None

    @property
    def method(self) -> str:
        """POST for what has a body."""
        return "GET" if self.body is None else "POST"

    def numbered(self, number: int) -> Ask:
        """The same with a number in its body."""
        body = (self.body or b"").replace(NUMBERED.encode(), f"{number:08d}".encode())
        return replace(self, body=body)

    def on_the_wire(self) -> bytes:
        """The bytes of the request."""
        headers = {"Host": "127.0.0.1", **self.headers}
        if self.body is not None:
            headers["Content-Length"] = str(len(self.body))
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {headers[name]}" for name in headers)]
        return "\r\n".join([*lines, "", ""]).encode() + (self.body or b"")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Message
    body: bytes


@dataclass(frozen=True, slots=True)
class Target:
    """A running server: its port, its first process, and a part of how those are called that answer."""

    name: str
    port: int
    root: int
    called: str = ""

    @property
    def pids(self) -> list[int]:
        """The processes that answer."""
        return [pid for pid in family_of(self.root) if self.called in command_of(pid)]


@dataclass(frozen=True, slots=True)
class Rate:
    """What a server did under load: answers a second; processor time an answer and latencies in seconds."""

    asked: int
    per_second: float
    cpu: float
    p50: float
    p99: float

    def __str__(self) -> str:
        latencies = f"p50 {self.p50 * 1000:.2f} ms, p99 {self.p99 * 1000:.2f} ms"
        return f"{self.per_second:,.0f}/s, {self.cpu * 1e6:.0f} us of processor time each, {latencies}"


def ask(port: int, asked: Ask) -> Answer:
    """One request over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(asked.method, asked.path, asked.body, dict(asked.headers))
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def read_load(
    target: Target, asks: Sequence[Ask], seconds: float, warming: float = WARMING, is_once: bool = False
) -> Rate:
    """Ask for these in turn, again and again; `is_once`: each only once, or it is `Wrong`."""
    if warming:
        _check(target, asks[0])
    with _file_of(asks) as file:
        if warming:
            _wrk(file, target, warming, CONNECTIONS)
        rate = _rate(target, _wrk_while_counting(file, target, seconds, CONNECTIONS), asks[0].status)
    _check(target, asks[0])
    if is_once and rate.asked > len(asks):
        raise Wrong(f"{target.name} was asked {rate.asked} times and not at most {len(asks)} times.")
    return rate


def write_load(target: Target, asked: Ask, seconds: float, connections: int, first: int) -> Rate:
    """Post a body again and again, each time with the next number in it, from `first` on, after a few."""
    for number in range(first - _FEW, first):
        _check(target, asked.numbered(number))
    with _file_of([asked]) as file:
        said = _wrk_while_counting(file, target, seconds, connections, first)
    return _rate(target, said, asked.status)


@contextmanager
def begun(target: Target, asks: Sequence[Ask], seconds: float) -> Iterator[None]:
    """Load that goes on meanwhile, and is waited for at the end."""
    with _file_of(asks) as file:
        process = subprocess.Popen(_command(file, target, seconds, CONNECTIONS), stdout=subprocess.DEVNULL)
        try:
            yield
        finally:
            process.wait()


def _check(target: Target, asked: Ask) -> None:
    status = ask(target.port, asked).status
    if status != asked.status:
        raise Wrong(f"{target.name} answered {status} and not {asked.status}.")


@contextmanager
def _file_of(asks: Sequence[Ask]) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile(prefix="syndicate-bench-") as file:
        for each in asks:
            request = each.on_the_wire()
            file.write(f"{len(request)}\n".encode() + request)
        file.flush()
        yield Path(file.name)


def _wrk_while_counting(
    file: Path, target: Target, seconds: float, connections: int, first: int | None = None
) -> dict[str, Any]:
    before = seconds_worked(target.pids)
    said = _wrk(file, target, seconds, connections, first)
    return said | {"worked": seconds_worked(target.pids) - before}


def _wrk(
    file: Path, target: Target, seconds: float, connections: int, first: int | None = None
) -> dict[str, Any]:
    command = _command(file, target, seconds, connections, first)
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    said: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return said


def _command(
    file: Path, target: Target, seconds: float, connections: int, first: int | None = None
) -> list[str]:
    how = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "30s"]
    what = ["-s", str(_SCRIPT), f"http://127.0.0.1:{target.port}/", "--", str(file)]
    return how + what + ([] if first is None else [str(first)])


def _rate(target: Target, said: dict[str, Any], status: int) -> Rate:
    refused = said["requests"] if status >= 400 else 0
    if not said["requests"] or said["broken"] or said["refused"] != refused:
        raise Wrong(f"{target.name} answered otherwise under load: {said}.")
    rate = Rate(
        asked=said["requests"],
        per_second=said["requests"] / said["seconds"],
        cpu=said["worked"] / said["requests"],
        p50=said["p50"],
        p99=said["p99"],
    )
    say(f"    {target.name}: {rate}")
    return rate
