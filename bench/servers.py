"""The servers of a run: started when a row first asks for them, on free ports of loopback, ended at the end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.load import Ask, Target, ask

Command = Callable[[int], Sequence[str]]
"""How a server is started at a port."""

PATIENCE = 120.0
"""Longer than this no server may take to come up or to end (seconds)."""


@contextmanager
def running(name: str, command: Command, first: Ask, folder: Path, called: str = "") -> Iterator[Target]:
    """A server in `folder`, by the command for a port, once it answers `first`."""
    port = free_port()
    with (folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            command(port),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=_environment(port),
        )
    try:
        wait_for_answer(process, port, first, Path(log.name))
        yield Target(name, port, process.pid, called)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)


def serving(folder: Path) -> Command:
    """How the service itself is started on a house."""
    return lambda port: [sys.executable, "-m", "syndicate", "--folder", str(folder), "serve"]


def wait_for_answer(process: subprocess.Popen[bytes], port: int, first: Ask, log: Path) -> None:
    """Ask again and again until the server answers as it should."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            if ask(port, first).status == first.status:
                return
        except OSError:  # it does not listen yet
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"A server does not come up; {log} says why.")
        time.sleep(0.005)


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(port: int) -> Mapping[str, str]:
    """What a server sees: where the bench lies, and the service's port and address."""
    root = str(Path(__file__).parent.parent)
    settings = {"SYNDICATE_SERVE__PORT": str(port), "SYNDICATE_SERVE__REQUESTS_PER_MINUTE": "0"}
    return os.environ | {"PYTHONPATH": root} | settings
