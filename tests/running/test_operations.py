"""Figures, quotas and health of a running service: whichever process answers, they are those of the whole."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime

from syndicate.service.watching import metrics
from tests.newsroom import BY
from tests.running.service import Service, is_serving, wait_for

ASKED = 40
REQUESTS = 'syndicate_requests_total{room="feeds",tier="private",status="%s"}'


def figure(service: Service, key: str, name: str) -> float:
    told = service.ask("/metrics", key)
    assert told.status == 200
    found = re.search(rf"^{re.escape(name)} (\S+)$", told.text, re.M)
    assert found is not None, name
    return float(found[1])


def test_every_process_tells_the_figures_of_all(shared_service: Service) -> None:
    room = shared_service.newsroom
    room.send("counted")
    key, token = metrics.make_key(room.agency, BY), room.subscriber("all")
    before = figure(shared_service, key, REQUESTS % "2xx")
    for _ in range(ASKED):
        assert shared_service.ask("/private/feeds/all.rss", token).status == 200
    assert {figure(shared_service, key, REQUESTS % "2xx") for _ in range(10)} == {before + ASKED}
    assert len(list((room.folder / "data" / "metrics").iterdir())) == 2
    assert 1 <= figure(shared_service, key, "syndicate_receipts_written_total") <= 2


def test_processes_count_a_quota_together(shared_service: Service) -> None:
    room = shared_service.newsroom
    room.licence(room.company("counting"))
    for _ in range(5):
        token, begun = room.token("counting", quota=10), datetime.now(UTC)
        statuses = [shared_service.ask("/private/feeds/all.rss", token).status for _ in range(25)]
        if datetime.now(UTC).replace(second=0, microsecond=0) <= begun:
            break  # else the minute turned, and with it the quota
    assert statuses == [200] * 10 + [429] * 15


def test_what_a_process_counted_outlives_it(service: Service) -> None:
    room = service.newsroom
    key, token = metrics.make_key(room.agency, BY), room.subscriber("all")
    for _ in range(ASKED):
        service.ask("/private/feeds/all.rss", token)
    first, second = service.web_processes()
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: len(set(service.web_processes()) - {first, second}) == 1, "another one")
    (third,) = set(service.web_processes()) - {first, second}
    wait_for(lambda: is_serving(third), "the new process to be ready")
    assert figure(service, key, REQUESTS % "2xx") == ASKED
    assert len(list((room.folder / "data" / "metrics").iterdir())) == 2


def test_a_running_service_is_ready_and_doctor_finds_nothing(shared_service: Service) -> None:
    assert [shared_service.ask(path).status for path in ("/healthz", "/readyz")] == [200, 200]
    folder = str(shared_service.newsroom.folder)
    doctor = [sys.executable, "-m", "syndicate", "--folder", folder, "doctor"]
    done = subprocess.run(doctor, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "All is well.\n"), done
