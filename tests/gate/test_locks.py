"""Each lock alone would have held: without any one of them a check fails, and with all of them none does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.gate.checks import CHECKS, Check, changing
from tests.gate.locks import LOCKS, Lock, caught_by, without
from tests.gate.world import World, world


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An attacked newsroom of these tests alone: one of the checks empties its receipts."""
    with world(tmp_path_factory.mktemp("locked")) as opened:
        yield opened
    changing.close()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_with_all_locks_on(locked: World, check: Check) -> None:
    check(locked)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: f"{lock}: {lock.otherwise}")
def test_without_one_lock_a_check_fails(locked: World, lock: Lock) -> None:
    assert caught_by(lock, locked) is not None, f"nobody would miss {lock}: {lock.otherwise}"


def test_a_lock_is_put_back() -> None:
    for lock in LOCKS:
        on = getattr(lock.room, lock.name)
        with without(lock):
            assert getattr(lock.room, lock.name) is not on
        assert getattr(lock.room, lock.name) is on
