"""The processes of a running service: web processes under granian, and one worker beside them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import click

from syndicate.settings import Settings

if TYPE_CHECKING:
    from flask import Flask

THREADS = 8
"""Threads that answer in each web process: more than can be kept waiting there (`web.app`)."""

READ_SECONDS = 5
STOP_SECONDS = 10
LOOK_SECONDS = 1.0


def serve(settings: Settings) -> None:
    """Serve the working folder until told to stop. The worker starts with the web and ends with it."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    os.chdir(settings.folder)
    with worker_beside(settings.folder):
        Granian(
            "syndicate.cli.processes:web_process",
            factory=True,
            address=settings.serve.host,
            port=settings.serve.port,
            interface=Interfaces.WSGI,
            workers=settings.serve.processes,
            blocking_threads=THREADS,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(header_read_timeout=READ_SECONDS * 1000),
            websockets=False,
            log_access=False,
            log_level=LogLevels.warning,
            respawn_failed_workers=True,
            workers_kill_timeout=STOP_SECONDS,
        ).serve()


def check_free(host: str, port: int) -> None:
    """Say in one sentence that the port is taken, before anything starts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"{host}:{port} cannot be used ({error.strerror}). Set [serve] port in config.toml, or "
                f"SYNDICATE_SERVE__PORT, to a free one."
            ) from None


def web_process() -> Flask:
    """The application of one web process, which stops when the process that started it is gone."""
    from syndicate.bootstrap import web_application

    def watch() -> None:
        if parent := multiprocessing.parent_process():
            parent.join()
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(STOP_SECONDS)  # one that was still starting did not hear it
            os.kill(os.getpid(), signal.SIGKILL)

    Thread(target=watch, daemon=True).start()
    return web_application()


@contextmanager
def worker_beside(folder: Path) -> Iterator[None]:
    """A worker process that lives as long as this one: started again when it dies, ended at the end.

    The first is started before the web processes are forked: forked meanwhile, they would hold its pipes.
    """
    stop = Event()
    keeper = Thread(target=_keep_worker, args=(folder, _start_worker(folder), stop))
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join()


def _keep_worker(folder: Path, worker: subprocess.Popen[bytes], stop: Event) -> None:
    while not stop.wait(LOOK_SECONDS):
        if worker.poll() is not None:
            _end_worker(worker)
            worker = _start_worker(folder)
    _end_worker(worker)


def _start_worker(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "syndicate", "--folder", str(folder), "worker", "--until-stdin-closes"],
        stdin=subprocess.PIPE,
    )


def _end_worker(worker: subprocess.Popen[bytes]) -> None:
    """Close the worker's standard input, by which it stops, and reap it."""
    if worker.stdin is not None:
        worker.stdin.close()
    try:
        worker.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def stopping(until_stdin_closes: bool) -> Event:
    """An event that is set when the process is told to stop, by a signal or by the end of its input."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if until_stdin_closes:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's ^C goes to all; the parent decides

        def watch() -> None:
            while os.read(0, 1024):
                pass
            stop.set()

        Thread(target=watch, daemon=True).start()
    return stop
