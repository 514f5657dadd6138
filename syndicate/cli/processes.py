"""The processes of a running service: web processes under granian, and one worker beside them.

HUP starts them anew, one after the other, under the settings as they are then; settings that do not do leave
the last good ones.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import click
import structlog

from syndicate.service import logs
from syndicate.settings import Settings, SettingsError

if TYPE_CHECKING:
    from flask import Flask

THREADS = 8
"""Threads that answer in each web process: more than can be kept waiting there (`web.app`)."""

READ_SECONDS = 5
STOP_SECONDS = 10
LOOK_SECONDS = 1.0

log = structlog.get_logger()

_served: Settings | None = None
"""What is served now. Web processes are forked, and so begin with it, whatever the files say since."""


def serve(settings: Settings) -> None:
    """Serve the working folder until told to stop. The worker starts with the web and ends with it."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    import syndicate.web.app  # noqa: F401 - once, before the web processes are forked

    logs.configure()
    os.chdir(settings.folder)
    _serve_from_now_on(settings)
    with closing(Worker(settings.folder)) as worker:
        server = Granian(
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
        )
        server.on_reload(lambda: _reload(settings.folder, worker))
        logging.getLogger("_granian").addFilter(_is_news)
        server.serve()


def _is_news(record: logging.LogRecord) -> bool:
    """Not that there are more threads than processors: they are there to wait."""
    return "Python threads" not in record.getMessage()


def _serve_from_now_on(settings: Settings) -> None:
    global _served
    _served = settings


def _reload(folder: Path, worker: Worker) -> None:
    """Before web processes are started anew: take up the settings, if they are good."""
    from syndicate.bootstrap import ready_to_serve
    from syndicate.service.agency import StoreError

    try:
        _serve_from_now_on(ready_to_serve(folder))
    except (SettingsError, StoreError) as error:
        log.error("not reloaded: the last good settings stay", problem=str(error))
        return
    except Exception as error:  # noqa: BLE001 - whatever is wrong, what runs goes on
        log.error("not reloaded: the last good settings stay", kind=type(error).__name__)
        return
    worker.restart()
    log.warning("reloaded; address, port and number of processes change with a restart only")


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
    return web_application(_served)


class Worker:
    """A worker process beside this one: started again when it dies, ended at the end."""

    def __init__(self, folder: Path) -> None:
        """The first is started before the web processes are forked."""
        self._folder = folder
        self._stop = Event()
        self._process = self._start()
        self._keeper = Thread(target=self._keep)
        self._keeper.start()

    def restart(self) -> None:
        """Let it end; another one follows."""
        self._process.terminate()

    def close(self) -> None:
        """End it, and wait until it is gone."""
        self._stop.set()
        self._keeper.join()

    def _keep(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            if self._process.poll() is not None:
                self._reap()
                self._process = self._start()
        self._reap()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                "syndicate",
                "--folder",
                str(self._folder),
                "worker",
                "--until-stdin-closes",
            ],
            stdin=subprocess.PIPE,
        )

    def _reap(self) -> None:
        """End it by a signal too: web processes that were forked since hold its standard input open."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


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
