"""What the bench knows of processes: whose they are, how long they worked, and who else was busy."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from bench.machine import description, family_of, seconds_worked, watched


def busy(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_work_is_counted_for_the_process_that_did_it() -> None:
    before = seconds_worked([os.getpid()])
    busy(0.2)
    assert seconds_worked([os.getpid()]) - before >= 0.15


def test_a_child_belongs_to_the_family_until_it_ends() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert child.pid in family_of(os.getpid())
    assert child.pid not in family_of(os.getpid())
    assert seconds_worked([child.pid]) == 0


def test_our_own_work_disturbs_nobody() -> None:
    with watched() as calm:
        busy(0.3)
    assert 0 <= calm.others <= 1
    with watched() as alone:
        subprocess.run([sys.executable, "-c", "sum(range(3_000_000))"], check=True)
    assert 0 <= alone.others <= 1


def test_the_machine_is_described_whatever_it_lacks() -> None:
    assert len(description()) == 5
