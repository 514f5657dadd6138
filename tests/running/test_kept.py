"""Kept: whichever process is killed, under pushes, reads and kills, nothing acknowledged is lost.

Two rounds of it run with the other tests; `make chaos` runs twenty and says how soon all was back.
"""

from __future__ import annotations

import os
import signal
import time

import pytest

from tests.running.crowd import Crowd
from tests.running.service import Service, descendants_of, is_alive, serve, wait_for

ROUNDS = int(os.environ.get("TEST_ROUNDS", "2"))
BACK_SECONDS = 5.0
"""So soon the service answers again; measured where nothing else runs, by `make chaos`."""


def web_process(service: Service) -> None:
    os.kill(service.web_processes()[0], signal.SIGKILL)


def worker(service: Service) -> None:
    os.kill(service.workers()[0], signal.SIGKILL)


def supervisor(service: Service) -> None:
    family = descendants_of(service.process.pid)
    service.process.kill()
    service.process.wait()
    wait_for(lambda: not any(map(is_alive, family)), "the children to go with it")


def everything(service: Service) -> None:
    for pid in [service.process.pid, *descendants_of(service.process.pid)]:
        os.kill(pid, signal.SIGKILL)
    service.process.wait()


VICTIMS = (web_process, worker, supervisor, everything)


def wait_until_back(service: Service) -> None:
    """A service of which the first process is gone is started again here, as a unit would do it."""
    if service.process.poll() is not None:
        service.process = serve(service.newsroom.folder, service.port, service.log)
    wait_for(service.answers, "an answer")


@pytest.mark.parametrize("victims", [VICTIMS[:2], VICTIMS[2:]], ids=["a process", "the service"])
def test_nothing_acknowledged_is_lost_whoever_is_killed(shared_service: Service, victims) -> None:
    service = shared_service
    crowd = Crowd.around(service)
    times = []
    with crowd.at_work():
        for number in range(ROUNDS):
            acknowledged = len(crowd.acknowledged)
            wait_for(lambda at=acknowledged: len(crowd.acknowledged) > at + 20, "the crowd to be busy")
            victim = victims[number % len(victims)]
            began = time.monotonic()
            victim(service)
            wait_until_back(service)
            times.append((time.monotonic() - began, victim.__name__))
            wait_for(service.is_up, "all processes")
        acknowledged = len(crowd.acknowledged)
        wait_for(lambda: len(crowd.acknowledged) > acknowledged + 20, "the crowd to go on")
    print(
        f"{len(times)} kills: {len(crowd.acknowledged)} acknowledged, {crowd.reads} answers read, "
        f"{len(crowd.killed)} stories killed; back after at most {max(times)[0]:.1f} s ({max(times)[1]})"
    )
    assert crowd.wrong == []
    assert crowd.lost_or_doubled() == []
    assert crowd.without_receipt() == []
    assert crowd.refused <= {404, 410, 503}
    if "TEST_ROUNDS" in os.environ:
        assert max(times)[0] <= BACK_SECONDS
