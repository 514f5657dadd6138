"""A clerk: who comes first commits for all, everything that waits at the same time at once.

So many who write share one wait for the disk, and nobody who is alone waits for another thread. Work that
spoils a group is done by itself then, and the rest of the group is none the worse.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from threading import Event, Lock
from typing import Generic, TypeVar, cast

Work = TypeVar("Work")
Result = TypeVar("Result")

_MOST = 500
"""So much work makes a group."""


class Overdue(Exception):
    """The work was not done in time. It may be done yet."""


class Clerk(Generic[Work, Result]):
    """`do` does a group of work: a result for each, in order, or an exception and nothing is done."""

    def __init__(self, do: Callable[[list[Work]], Sequence[Result]]) -> None:
        self._do = do
        self._lock = Lock()
        self._waiting: deque[_Waiting[Work, Result]] = deque()
        self._is_busy = False

    def ask(self, work: Work, patience: float) -> Result:
        """The result of this work. Raises what `do` raised, or `Overdue` after so many seconds.

        Whoever finds nobody at work does all that waits; `patience` is for those who wait for him.
        """
        mine: _Waiting[Work, Result] = _Waiting(work)
        with self._lock:
            self._waiting.append(mine)
            mine.is_next, self._is_busy = not self._is_busy, True
        if not mine.is_next and not mine.called.wait(patience):
            self._leave(mine)
        if mine.is_next:
            self._work()
        return mine.outcome()

    def _leave(self, mine: _Waiting[Work, Result]) -> None:
        """Wait no longer; who is to do the work of all by now stays."""
        with self._lock:
            if mine.is_next:
                return
            if mine in self._waiting:
                self._waiting.remove(mine)
        raise Overdue()

    def _work(self) -> None:
        """Do what waits, and let the first who came meanwhile do the rest."""
        with self._lock:
            group = list(islice(self._waiting, _MOST))
            for _ in group:
                self._waiting.popleft()
        try:
            if not self._finishes(group) and len(group) > 1:
                for each in group:
                    self._finishes([each])
        finally:
            with self._lock:
                self._is_busy = bool(self._waiting)
                if self._is_busy:
                    self._waiting[0].is_next = True
                    self._waiting[0].called.set()
            for each in group:
                each.called.set()

    def _finishes(self, group: list[_Waiting[Work, Result]]) -> bool:
        """Do a group of work; whether it went well."""
        try:
            results = self._do([each.work for each in group])
        except Exception as error:  # noqa: BLE001 - it is raised where the work was asked for
            for each in group:
                each.error = error
            return False
        for each, result in zip(group, results, strict=True):
            each.error, each.result = None, result
        return True


class _Waiting(Generic[Work, Result]):
    """Somebody who waits until his work is done, or until he is called to do that of all."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.called = Event()
        self.is_next = False
        self.result: Result | None = None
        self.error: Exception | None = Overdue()

    def outcome(self) -> Result:
        """The result, or the error raised."""
        if self.error is not None:
            raise self.error
        return cast(Result, self.result)
