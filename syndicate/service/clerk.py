"""A clerk: one thread of a process that commits for all others, everything that waits at the same time at once.

So many who write share one wait for the disk. Work that spoils a group is done by itself then, and the rest
of the group is none the worse.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import Generic, TypeVar, cast

Work = TypeVar("Work")
Result = TypeVar("Result")

_MOST = 500
"""So much work makes a group."""


class Overdue(Exception):
    """The work was not done in time. It may be done yet."""


class Clerk(Generic[Work, Result]):
    """`do` does a group of work: a result for each, in order, or an exception and nothing is done."""

    def __init__(self, name: str, do: Callable[[list[Work]], Sequence[Result]]) -> None:
        self._name = name
        self._do = do
        self._waiting: SimpleQueue[_Waiting[Work, Result]] = SimpleQueue()
        self._lock = Lock()
        self._thread: Thread | None = None

    def ask(self, work: Work, patience: float) -> Result:
        """The result of this work. Raises what `do` raised, or `Overdue` after so many seconds."""
        waiting: _Waiting[Work, Result] = _Waiting(work)
        self._start()
        self._waiting.put(waiting)
        if not waiting.done.wait(patience):
            waiting.has_left = True
            raise Overdue()
        return waiting.outcome()

    def _start(self) -> None:
        """The thread begins with the first work: a process that was forked has none yet."""
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._work, name=self._name, daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            group = [self._waiting.get()]
            while len(group) < _MOST and not self._waiting.empty():
                group.append(self._waiting.get())
            if not self._finishes(group):
                for each in group:
                    if len(group) == 1 or not self._finishes([each]):
                        each.done.set()

    def _finishes(self, group: list[_Waiting[Work, Result]]) -> bool:
        """Do what is still waited for; whether it went well."""
        group = [each for each in group if not each.has_left]
        if not group:
            return True
        try:
            results = self._do([each.work for each in group])
        except Exception as error:  # noqa: BLE001 - it is raised where the work was asked for
            for each in group:
                each.error = error
            return False
        for each, result in zip(group, results, strict=True):
            each.error, each.result = None, result
            each.done.set()
        return True


class _Waiting(Generic[Work, Result]):
    """Somebody who waits until his work is done."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.done = Event()
        self.result: Result | None = None
        self.error: Exception | None = None
        self.has_left = False

    def outcome(self) -> Result:
        """The result, or the error raised."""
        if self.error is not None:
            raise self.error
        return cast(Result, self.result)
