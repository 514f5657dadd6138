"""Foreign bytes are read in a child process, under limits of time and memory.

The child (`python -m syndicate.inputs`) knows the formats and nothing else; it limits its own memory, and
is ended here when it takes too long. What it answers is checked, since hostile bytes went through it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from math import inf
from threading import BoundedSemaphore, Condition, Thread

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
        self._watch = _Watch()

    def read(self, body: bytes, source: Source, content_type: str | None = None) -> list[Message | Refusal]:
        """What the message says of which items. Raises `IngestError` with a named reason."""
        with self._turns:
            child, is_sound = self._take(), False
            self._watch.begin(child, self._seconds)
            try:
                with suppress(WireError, OSError):
                    found = self._ask(child, body, source, content_type)
                    is_sound = True
                    return found
            except IngestError:
                is_sound = True
                raise
            finally:
                was_slow = self._watch.end(child)
                self._leave(child, is_sound and not was_slow)
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


class _Watch:
    """Ends children that take too long. One thread looks after all of them, and sleeps until the next is due."""

    def __init__(self) -> None:
        self._due: dict[subprocess.Popen[bytes], float] = {}
        self._change = Condition()
        self._thread: Thread | None = None

    def begin(self, child: subprocess.Popen[bytes], seconds: float) -> None:
        """A child begins to read: it has so long."""
        with self._change:
            if self._thread is None:  # a process that was forked has none yet
                self._thread = Thread(target=self._look, name="reading", daemon=True)
                self._thread.start()
            due = time.monotonic() + seconds
            is_next = due < min(self._due.values(), default=inf)
            self._due[child] = due
            if is_next:
                self._change.notify()

    def end(self, child: subprocess.Popen[bytes]) -> bool:
        """A child has read, or has ended; whether it took too long."""
        with self._change:
            return self._due.pop(child, None) is None

    def _look(self) -> None:
        with self._change:
            while True:
                now = time.monotonic()
                for child in [child for child, due in self._due.items() if due <= now]:
                    del self._due[child]
                    child.kill()
                self._change.wait(min(self._due.values()) - now if self._due else None)


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
