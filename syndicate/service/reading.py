"""Foreign bytes are read in a child process, under limits of time and memory.

The child (`python -m syndicate.inputs`) knows the formats and nothing else; it limits its own memory, and
is ended here when it takes too long. What it answers is checked, since hostile bytes went through it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from threading import Lock, Timer

from syndicate.core.model import Message, Source
from syndicate.inputs import IngestError, Refusal
from syndicate.inputs.wire import WireError, receive_answer, send_request

SECONDS = 10.0
"""Longer than this no message may take to be read."""


class ForeignReader:
    """A child process that reads messages, one at a time; started when first needed, again after a fault."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = Lock()

    def read(self, body: bytes, source: Source, content_type: str | None = None) -> list[Message | Refusal]:
        """What the message says of which items. Raises `IngestError` with a named reason."""
        with self._lock:
            child = self._running()
            watch = Timer(self._seconds, child.kill)
            watch.start()
            try:
                return self._ask(child, body, source, content_type)
            except (WireError, OSError):
                was_slow = not watch.is_alive()
                self._end()
            finally:
                watch.cancel()
        if was_slow:
            raise IngestError("too-slow", f"The message took longer than {self._seconds:g} seconds to read.")
        raise IngestError("reader-failed", "The message ended the process that read it.")

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._end()
            self._child = subprocess.Popen(
                [sys.executable, "-m", "syndicate.inputs"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={"PATH": os.environ.get("PATH", "")},
            )
        return self._child

    @staticmethod
    def _ask(
        child: subprocess.Popen[bytes], body: bytes, source: Source, content_type: str | None
    ) -> list[Message | Refusal]:
        if child.stdin is None or child.stdout is None:
            raise WireError("The child has no pipes.")
        send_request(child.stdin, body, source, content_type)
        child.stdin.flush()
        return receive_answer(child.stdout)

    def _end(self) -> None:
        """Reap the child; its pipes are closed with it."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what was not taken when it died
                    continue
        child.wait()
