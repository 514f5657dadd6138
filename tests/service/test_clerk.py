"""A clerk does in one go what waits at the same time, and one bad piece of work spoils no other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest

from syndicate.service.clerk import Clerk, Overdue
from tests.running.service import wait_for


class Office:
    """A clerk that is busy with a first piece of work until it is let go, while more comes in."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.is_free = Event()
        self.clerk: Clerk[int, int] = Clerk("office", self.do)

    def do(self, group: list[int]) -> list[int]:
        self.groups.append(group)
        if group == [0]:
            self.is_free.wait()
        if 13 in group:
            raise ValueError("bad work")
        return [-each for each in group]

    def asked(self, works: list[int], then: Callable[[], None] = lambda: None) -> list[Future[int]]:
        with ThreadPoolExecutor(8) as pool:
            first = pool.submit(self.clerk.ask, 0, 60.0)
            wait_for(lambda: self.groups == [[0]], "the clerk to be busy")
            futures = [pool.submit(self.clerk.ask, each, 60.0) for each in works]
            wait_for(lambda: self.clerk._waiting.qsize() == len(works), "all to wait")
            then()
            self.is_free.set()
        return [first, *futures]


def test_what_waits_at_the_same_time_is_done_at_once() -> None:
    office = Office()
    assert [each.result() for each in office.asked([1, 2, 3])] == [0, -1, -2, -3]
    assert [sorted(group) for group in office.groups] == [[0], [1, 2, 3]]


def test_bad_work_spoils_only_itself() -> None:
    office = Office()
    _, one, bad, three = office.asked([1, 13, 3])
    assert (one.result(), three.result()) == (-1, -3)
    with pytest.raises(ValueError, match="bad work"):
        bad.result()


def test_bad_work_alone_is_tried_once() -> None:
    office = Office()
    with pytest.raises(ValueError, match="bad work"):
        office.clerk.ask(13, 60.0)
    assert office.groups == [[13]]


def test_what_nobody_waits_for_any_more_is_not_done() -> None:
    office = Office()

    def give_up() -> None:
        with pytest.raises(Overdue):
            office.clerk.ask(5, 0.0)

    office.asked([1], give_up)
    wait_for(lambda: office.clerk._waiting.empty(), "the rest")
    assert [1] in office.groups
    assert not any(5 in group for group in office.groups)


def test_many_at_once_are_all_served() -> None:
    office = Office()
    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(lambda each: office.clerk.ask(each, 60.0), range(100, 2100)))
    assert results == [-each for each in range(100, 2100)]
    assert sorted(each for group in office.groups for each in group) == list(range(100, 2100))
