"""Foreign bytes are read in a child process, under limits of time and memory.

The child (`python -m syndicate.inputs`) knows the formats and nothing else; it limits its own memory, and
is ended here when it takes too long. What it answers is checked, since hostile bytes went through it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from threading import BoundedSemaphore, Condition, Timer

from syndicate.core.model import Message, Source
from syndicate.inputs import IngestError, Refusal
from syndicate.inputs.wire import WireError, receive_answer, send_request

SECONDS = 10.0
"""Longer than this no message may take to be read."""

CHILDREN = 4
"""So many messages are read at a time; more wait. One that is slow keeps no other waiting."""

SLOW = 0.2
"""A message that takes longer (seconds) is no more waited for: the next one gets a child of its own."""

KEPT = 1
"""So many children wait for the next message; the others end with theirs. One reads a thousand a second."""


class ForeignReader:
    """Child processes that read messages, one at a time each; started when needed, again after a fault."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._turns = BoundedSemaphore(CHILDREN)
        self._idle: list[subprocess.Popen[bytes]] = []
        self._busy = 0
        self._change = Condition()

    def read(self, body: bytes, source: Source, content_type: str | None = None) -> list[Message | Refusal]:
        """What the message says of which items. Raises `IngestError` with a named reason."""
        with self._turns:
            child, is_sound = self._take(), False
            watch = Timer(self._seconds, child.kill)
            watch.start()
            try:
                found = self._ask(child, body, source, content_type)
                is_sound = True
                return found
            except IngestError:
                is_sound = True
                raise
            except (WireError, OSError):
                was_slow = not watch.is_alive()
            finally:
                watch.cancel()
                self._leave(child, is_sound)
        if was_slow:
            raise IngestError("too-slow", f"The message took longer than {self._seconds:g} seconds to read.")
        raise IngestError("reader-failed", "The message ended the process that read it.")

    def close(self) -> None:
        """End the children that wait."""
        with self._change:
            idle, self._idle = self._idle, []
        for child in idle:
            _end(child)

    def _take(self) -> subprocess.Popen[bytes]:
        """A child that is free, soon, or a new one."""
        with self._change:
            self._change.wait_for(lambda: self._idle or not self._busy, SLOW)
            idle = self._idle.pop() if self._idle else None
            self._busy += 1
        if idle is not None:
            if idle.poll() is None:
                return idle
            _end(idle)
        try:
            return _started()
        except OSError:
            with self._change:
                self._busy -= 1
            raise

    def _leave(self, child: subprocess.Popen[bytes], is_sound: bool) -> None:
        """Keep a child for the next message, or end it."""
        with self._change:
            self._busy -= 1
            is_kept = is_sound and len(self._idle) < KEPT
            if is_kept:
                self._idle.append(child)
            self._change.notify()
        if not is_kept:
            _end(child)

    @staticmethod
    def _ask(
        child: subprocess.Popen[bytes], body: bytes, source: Source, content_type: str | None
    ) -> list[Message | Refusal]:
        if child.stdin is None or child.stdout is None:
            raise WireError("The child has no pipes.")
        send_request(child.stdin, body, source, content_type)
        child.stdin.flush()
        return receive_answer(child.stdout)


def _started() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "syndicate.inputs"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PATH": os.environ.get("PATH", "")},
    )


def _end(child: subprocess.Popen[bytes]) -> None:
    """Reap a child; its pipes are closed with it."""
    child.kill()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(OSError):  # what was not taken when it died
                pipe.close()
    child.wait()
