"""The processes of a service: they start, replace what dies, and leave nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from syndicate.service import feeds
from syndicate.store.lease import Lease
from tests.newsroom import Newsroom
from tests.running.service import Service, free_port, is_serving, serve, wait_for


def test_a_service_has_two_web_processes_and_a_worker_and_term_ends_them_all(
    tmp_path: Path, database_url: str
) -> None:
    with Service.run(tmp_path / "wire", database_url) as service:
        assert len(service.web_processes()) == 2
        assert service.base_url in service.ask("/feeds/all.rss").text
        assert service.stop() == 0
        with pytest.raises(ConnectionRefusedError):
            service.ask("/feeds/all.rss")


def test_an_interrupt_from_the_terminal_ends_it_as_well(service: Service) -> None:
    assert service.stop(signal.SIGINT) == 0
    assert "Traceback" not in service.log.read_text()


def test_when_the_first_process_is_killed_its_children_go_with_it(service: Service) -> None:
    assert service.stop(signal.SIGKILL) == -signal.SIGKILL


def test_a_web_process_that_is_killed_is_replaced(service: Service) -> None:
    first, second = service.web_processes()
    os.kill(first, signal.SIGKILL)
    wait_for(
        lambda: len(service.web_processes()) == 2 and first not in service.web_processes(), "another one"
    )
    assert second in service.web_processes()
    (third,) = set(service.web_processes()) - {second}
    wait_for(lambda: is_serving(third), "the new process to be ready")
    assert service.answers()


def test_a_worker_that_is_killed_is_replaced(service: Service) -> None:
    (first,) = service.workers()
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: len(service.workers()) == 1 and first not in service.workers(), "another one")


def test_a_changed_feed_file_is_taken_up_without_a_restart(service: Service) -> None:
    (service.newsroom.folder / "feeds" / "fresh.toml").write_text('title = "Fresh"\ndescription = "New"\n')
    wait_for(lambda: service.ask("/feeds/fresh.rss").status == 200, "the new feed")


def test_a_broken_feed_file_leaves_the_last_good_state_and_is_named_in_the_log(service: Service) -> None:
    (service.newsroom.folder / "feeds" / "all.toml").write_text('titel = "All"\n')
    wait_for(lambda: "feeds/all.toml" in service.log.read_text(), "the log")
    assert service.ask("/feeds/all.rss").status == 200


def test_a_port_that_is_taken_is_said_in_one_sentence(service: Service, tmp_path: Path) -> None:
    log = tmp_path / "second-log"
    assert serve(service.newsroom.folder, service.port, log).wait(60) == 1
    (line,) = log.read_text().splitlines()
    assert f"127.0.0.1:{service.port} cannot be used" in line
    assert "SYNDICATE_SERVE__PORT" in line
    assert service.answers()


def test_stopped_and_started_it_has_everything_that_it_had(service: Service) -> None:
    service.newsroom.send("story")
    before = service.ask("/feeds/all.rss")
    service.stop()
    service.port = free_port()
    service.process = serve(service.newsroom.folder, service.port, service.log)
    wait_for(service.is_up, "the second start")
    after = service.ask("/feeds/all.rss")
    assert "Port Averin" in after.text
    assert after.headers["Last-Modified"] == before.headers["Last-Modified"]


def test_a_hangup_starts_every_process_anew_under_the_settings_as_they_are_now(service: Service) -> None:
    before = {*service.web_processes(), *service.workers()}
    config = service.newsroom.folder / "config.toml"
    config.write_text(config.read_text().replace("rights@wire.example", "desk@wire.example"))
    service.process.send_signal(signal.SIGHUP)
    wait_for(lambda: service.is_up() and before.isdisjoint(family(service)), "other processes")
    assert "desk@wire.example" in service.ask("/items/unknown").text


def test_a_hangup_while_the_settings_are_broken_leaves_the_last_good_ones(service: Service) -> None:
    config = service.newsroom.folder / "config.toml"
    good = config.read_text()
    config.write_text(good.replace("[site]", '[site]\nfounder = "nobody"'))
    before = set(service.web_processes())
    service.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "not reloaded" in service.log.read_text(), "the log")
    config.write_text(good)  # the worker reads it when it starts
    wait_for(lambda: service.is_up() and before.isdisjoint(service.web_processes()), "other processes")
    assert "rights@wire.example" in service.ask("/items/unknown").text


def family(service: Service) -> set[int]:
    return {*service.web_processes(), *service.workers()}


def test_of_two_workers_one_works_and_the_other_takes_over_when_it_is_killed(
    both_newsrooms: Newsroom,
) -> None:
    folder, lease = both_newsrooms.folder, Lease(both_newsrooms.agency.database)
    with worker_of(folder) as first:
        wait_for(lambda: not is_free(lease), "the first to work")
        with worker_of(folder):
            first.kill()
            (folder / "feeds" / "fresh.toml").write_text('title = "Fresh"\ndescription = "New"\n')
            wait_for(lambda: "fresh" in feeds.current(both_newsrooms.agency), "the other to take over")


def is_free(lease: Lease) -> bool:
    is_mine = lease.is_held()
    lease.drop()
    return is_mine


@contextmanager
def worker_of(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    worker = subprocess.Popen([sys.executable, "-m", "syndicate", "--folder", str(folder), "worker"])
    try:
        yield worker
    finally:
        worker.kill()
        worker.wait()
