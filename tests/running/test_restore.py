"""A backup is taken from a service under load, and put back after all was lost: nothing taken away returns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest

from syndicate.service import contracts
from tests.conftest import program
from tests.newsroom import BY, ninjs
from tests.postgres import Cluster
from tests.running.service import Service, free_port, serve, wait_for


@dataclass
class Load:
    """Pushers and readers that go on until they are stopped, and what was acknowledged to the pushers."""

    service: Service
    token: str
    acknowledged: list[str] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    read: int = 0
    _stop: Event = field(default_factory=Event)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        threads = [Thread(target=self._push, args=(number,)) for number in range(2)]
        threads += [Thread(target=self._read) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _push(self, pusher: int) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            uri = f"load-{pusher}-{number}"
            answer = self.service.post(json.dumps(ninjs(uri, 1, datetime.now(UTC))).encode())
            if answer.status == 200:
                self.acknowledged.append(uri)
            else:
                self.refused.append(answer.status)

    def _read(self) -> None:
        """A reader may be told to come again in a while, when a receipt takes too long."""
        while not self._stop.is_set():
            answer = self.service.ask("/private/feeds/all.rss", self.token)
            self.read += 1
            if answer.status not in (200, 503):
                self.refused.append(answer.status)


@pytest.fixture(params=["sqlite", "postgres"])
def urls(request: pytest.FixtureRequest) -> Iterator[tuple[str, str | None]]:
    """The address of the database, and on PostgreSQL that of an empty one for the restore."""
    if request.param == "sqlite":
        yield "sqlite:///data/syndicate.db", None
        return
    for name in ("pg_dump", "pg_restore"):
        program(name)
    cluster: Cluster = request.getfixturevalue("postgres")
    with cluster.database() as url, cluster.database() as fresh:
        yield url, fresh


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "syndicate", "--folder", str(folder), *words],
        capture_output=True,
        text=True,
        env=os.environ,
        timeout=120,
        check=False,
    )


def test_what_was_taken_away_after_a_backup_under_load_stays_away(
    tmp_path: Path, urls: tuple[str, str | None]
) -> None:
    url, fresh = urls
    with Service.run(tmp_path / "wire", url) as service:
        room = service.newsroom
        good, revoked, suspended = (room.subscriber("all", kind="api") for _ in range(3))
        for uri in ("killed", "held", "kept"):
            room.send(uri, headline=f"headline {uri}")
            assert service.ask(f"/private/items/{room.key(uri)}.json", good).status == 200
        load = Load(service, good)
        service.post(b"{}")  # the key of the source is there
        with load.going_on():
            wait_for(lambda: len(load.acknowledged) > 10 and load.read > 10, "the load")
            before = list(load.acknowledged)
            backed_up = command(room.folder, "backup", str(tmp_path / "backup"))
            assert backed_up.returncode == 0, backed_up.stderr
            still = len(load.acknowledged)
            wait_for(lambda: len(load.acknowledged) > still, "the load to go on")
        assert load.refused == []

        cursor = json.loads(service.ask("/private/changes", good).text)["next"]
        room.kill("killed")
        room.hold("held")
        contracts.revoke_token(room.agency, room.names[revoked], False, BY)
        contracts.suspend(room.agency, "company-2", BY)
        etag = service.ask("/feeds/headlines.rss").headers["ETag"]
        refused = command(room.folder, "restore", str(tmp_path / "backup"))
        assert (refused.returncode, "Stop it first" in refused.stderr) == (1, True)

        restore(service, tmp_path / "backup", url, fresh)
        paths = {uri: f"/private/items/{room.key(uri)}.json" for uri in (*before, "killed", "held", "kept")}
        lost = [uri for uri in before if service.ask(paths[uri], good).status != 200]
        assert lost == []
        assert service.ask(f"/items/{room.key('killed')}").status == 410
        assert service.ask(f"/items/{room.key('held')}").status == 404
        assert "headline held" not in service.ask(paths["held"], good).text
        assert "headline killed" not in service.ask(paths["killed"], good).text
        assert "headline kept" in service.ask(paths["kept"], good).text
        asked = [service.ask("/private/feeds/all.rss", each).status for each in (good, revoked, suspended)]
        assert asked == [200, 401, 403]
        assert service.ask(f"/private/changes?since={cursor}", good).status == 409
        assert service.ask("/feeds/headlines.rss", If_None_Match=etag).status == 200
        state = json.loads(service.ask("/private/changes", good).text)["items"]
        owed = {each["key"]: each["status"] for each in state if each["status"] != "usable"}
        assert owed == {room.key("killed"): "canceled", room.key("held"): "withheld"}


def restore(service: Service, backup: Path, url: str, fresh: str | None) -> None:
    """Stop the service, put the backup back by the command, and start again."""
    room = service.newsroom
    assert service.stop() == 0
    room.agency.close()
    config = room.folder / "config.toml"
    if fresh is not None:
        config.write_text(config.read_text().replace(url, fresh))
    ran = command(room.folder, "restore", str(backup))
    assert ran.returncode == 0, ran.stderr
    assert "done again: 4." in ran.stdout
    service.port = free_port()
    service.process = serve(room.folder, service.port, service.log)
    wait_for(service.is_up, f"the service after the restore: {service.log}")
