"""From one machine to many: the steps of `docs/many.md` as they stand, with plain processes on one machine.

PostgreSQL, two nodes with two web processes each in folders of their own, and nginx before them in turn.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from tests.conftest import program
from tests.newsroom import START, ninjs
from tests.postgres import Cluster
from tests.running.service import PATIENCE, free_port, wait_for

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "many.md").read_text("utf-8")
DEPLOY = ROOT / "deploy"
THERE = "/var/lib/syndicate"


def steps(heading: str) -> list[str]:
    """The shell blocks under a heading of the page."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", section, re.S)


def test_every_block_of_the_page_is_run_here() -> None:
    told = ["1. PostgreSQL", "2. The first node", "3. The second node", "4. nginx before them", "5. Look"]
    assert len(re.findall(r"```sh", PAGE)) == sum(len(steps(heading)) for heading in told) == 7


@dataclass(frozen=True)
class Many:
    """Two nodes, what stands before them, and the names that the page gives them here."""

    folder: Path
    places: Mapping[str, str]
    environment: Mapping[str, str]
    ports: tuple[int, int, int]
    nodes: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    def run(self, block: str, node: int = 0, **words: str) -> str:
        """A block of the page, as a shell at a node runs it; gives what it prints."""
        for name, here in {**self.places, THERE: str(self.home(node)), **words}.items():
            block = block.replace(name, here)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            cwd=self.home(node),
            env=self.environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, f"{block}\n{done.stderr}"
        return done.stdout

    def home(self, node: int) -> Path:
        return self.folder / ("first", "second")[node]

    def start(self, node: int) -> None:
        """`syndicate serve` at a node, until it answers."""
        with (self.folder / f"log-{node}").open("ab") as file:
            self.nodes[node] = subprocess.Popen(
                ["syndicate", "serve"],
                cwd=self.home(node),
                env={**self.environment, "SYNDICATE_SERVE__PORT": str(self.ports[node])},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )
        wait_for(lambda: self.is_ready(node), f"node {node}")

    def stop(self, node: int) -> None:
        self.nodes[node].send_signal(signal.SIGTERM)
        self.nodes[node].wait(PATIENCE)

    def ask(self, where: int, path: str, **headers: str) -> tuple[int, str]:
        """Status and body: of a node by itself (0, 1), or of the agency as readers see it (2)."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"http://127.0.0.1:{self.ports[where]}{path}"
        try:
            with urllib.request.urlopen(
                urllib.request.Request(url, headers=sent), timeout=PATIENCE
            ) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def is_ready(self, node: int) -> bool:
        try:
            return self.ask(node, "/readyz")[0] == 200
        except (urllib.error.URLError, http.client.HTTPException, ConnectionError):
            return False


@pytest.fixture(scope="module")
def many(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Many]:
    """All of it, put up by the steps of the page."""
    nginx, folder = program("nginx"), tmp_path_factory.mktemp("many")
    ports = (free_port(), free_port(), free_port())
    for name in ("first", "second", "bin", "nginx"):
        (folder / name).mkdir(mode=0o700)
    for name, command in (("syndicate", f"{sys.executable} -m syndicate"), ("nginx", nginx)):
        script = folder / "bin" / name
        script.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        script.chmod(0o755)
    environment = {
        "PATH": f"{folder / 'bin'}:{postgres.programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PGHOST": str(postgres.folder),
        "PGUSER": "syndicate",
        "SYNDICATE_SITE__BASE_URL": f"http://127.0.0.1:{ports[2]}",
    }
    places = {
        "createuser syndicate\n": "",  # the cluster of the tests has one
        "wire.example:8000": f"127.0.0.1:{ports[2]}",
        "first.example:8080": f"127.0.0.1:{ports[0]}",
        "second.example:8080": f"127.0.0.1:{ports[1]}",
        "database.example/wire": f"/wire?host={postgres.folder}",
        f"ssh second.example tar xp -C {THERE}": f"tar xp -C {folder / 'second'}",
        "0.0.0.0": "127.0.0.1",
        "/etc/nginx/nginx.conf": str(folder / "nginx" / "nginx.conf"),
    }
    put_up = Many(folder, places, environment, ports)
    (database,) = steps("1. PostgreSQL")
    put_up.run(database)
    first, serve = steps("2. The first node")
    assert serve == "syndicate serve\n"
    put_up.run(first)
    exported = dict(re.findall(r"export (\w+)=(\S+)", first))
    for name, value in exported.items():
        environment[name] = places.get(value, value).replace(
            "database.example/wire", places["database.example/wire"]
        )
    with ExitStack() as stack:
        for node in (0, 1):
            if node == 1:
                put_up.run(steps("3. The second node")[0])
                assert put_up.run("syndicate doctor", node=1) == "All is well.\n"
            stack.callback(put_up.stop, node)
            put_up.start(node)
        _configure_nginx(put_up)
        put_up.run(steps("4. nginx before them")[0])
        stack.callback(_quit_nginx, folder / "nginx" / "pid")
        yield put_up


def _configure_nginx(many: Many) -> None:
    """The file of the project, with addresses, and folders that belong to the test."""
    here = many.folder / "nginx"
    user = "user root;\n" if os.getuid() == 0 else ""
    text = (DEPLOY / "nginx.conf").read_text()
    temporary = "".join(
        f"{kind}_temp_path {here}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    for before, after in (
        ("node1:8080", f"127.0.0.1:{many.ports[0]}"),
        ("node2:8080", f"127.0.0.1:{many.ports[1]}"),
        ("listen 8000", f"listen 127.0.0.1:{many.ports[2]}"),
        ("/dev/stdout", str(here / "access.log")),
        ("error_log stderr", f"{user}pid {here}/pid;\nerror_log {here}/error.log"),
        ("http {\n", f"http {{\n{temporary}"),
    ):
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    (here / "nginx.conf").write_text(text)


def _quit_nginx(pid_file: Path) -> None:
    os.kill(int(pid_file.read_text()), signal.SIGQUIT)
    wait_for(lambda: not pid_file.exists(), "nginx to end")


# What holds then


def test_the_agency_is_there_as_the_page_says(many: Many) -> None:
    look, _ = steps("5. Look")
    told = many.run(look)
    assert told.count('"ready"') == 2
    assert "<rss" in told


def story(many: Many, uri: str, node: int) -> str:
    """A story that is taken in at one node; gives its key."""
    (many.folder / f"{uri}.json").write_text(json.dumps(ninjs(uri, 1, START, headline=f"Of {uri}")))
    many.run(f"syndicate ingest {many.folder}/{uri}.json --source desk", node)
    rows = json.loads(many.run("syndicate item list --json", node))
    return next(row["key"] for row in rows if row["headline"] == f"Of {uri}")


def test_a_kill_on_one_node_is_right_at_once_on_the_other(many: Many) -> None:
    _, kill = steps("5. Look")
    for node in (0, 1):
        key = story(many, f"killed-{node}", node)
        for where in (0, 1, 2) * 4:
            assert many.ask(where, f"/items/{key}")[0] == 200
            assert f"Of killed-{node}" in many.ask(where, "/feeds/all.rss")[1]
        many.run(kill, node, KEY=key)
        for where in (1 - node, node, 2) * 4:
            assert many.ask(where, f"/items/{key}")[0] == 410
            assert f"Of killed-{node}" not in many.ask(where, "/feeds/all.rss")[1]


def test_a_token_is_good_on_both_nodes_and_revoked_on_both(many: Many) -> None:
    why = '--reason "contract 17"'
    many.run(f"syndicate company add herald {why}; syndicate licence add herald --feed all {why}")
    issue = f"syndicate token issue herald --label desk --network 198.51.100.0/24 {why}"
    token = many.run(issue).strip()
    with_it = {"Authorization": f"Bearer {token}", "X_Forwarded_For": "198.51.100.7"}
    for where in (0, 1) * 4:
        assert many.ask(where, "/private/feeds/all.rss", **with_it)[0] == 200
    status, told = many.ask(2, "/private/feeds/all.rss", **with_it)
    assert (status, json.loads(told)["reason"]) == (403, "network-not-allowed"), (
        "only the last hop is believed"
    )
    assert "127.0.0.1" in json.loads(told)["detail"]
    assert many.ask(2, f"/private/{token}/feeds/all.rss")[0] == 403
    (row,) = json.loads(many.run("syndicate token list --json", node=1))
    many.run(f"syndicate token revoke {row['token']} --yes {why}", node=1)
    for where in (0, 1) * 4:
        assert many.ask(where, "/private/feeds/all.rss", **with_it)[0] == 401
    for log in (*many.folder.glob("log-*"), *(many.folder / "nginx").glob("*.log")):
        assert token not in log.read_text()
        assert "synd_" not in log.read_text().replace("synd_***", "")


def test_what_is_for_operators_stays_inside(many: Many) -> None:
    for path in ("/metrics", "/healthz", "/readyz"):
        assert many.ask(2, path)[0] == 404
    assert many.ask(0, "/healthz")[0] == 200


def test_when_a_node_is_gone_readers_do_not_notice(many: Many) -> None:
    key = story(many, "stays", 0)
    many.stop(1)
    assert {many.ask(2, f"/items/{key}")[0] for _ in range(10)} == {200}
    many.start(1)
    assert many.ask(1, f"/items/{key}")[0] == 200


# The files beside the page


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this machine has no systemd")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "syndicate.service"
    text = (DEPLOY / "syndicate.service").read_text()
    unit.write_text(text.replace("/opt/syndicate/bin/syndicate", shutil.which("true") or "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_composition_names_files_that_are_there_and_no_secret() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    composed = yaml.safe_load(text)
    services = composed["services"]
    assert set(services) == {"database", "node1", "node2", "nginx"}
    for node in (services["node1"], services["node2"]):
        assert (DEPLOY / node["build"]["context"] / node["build"]["dockerfile"]).is_file()
        assert node["environment"]["SYNDICATE_SERVE__TRUSTED_PROXIES"] == "1"
        assert ":" not in node["environment"]["SYNDICATE_DATABASE__URL"].partition("://")[2]
    assert (DEPLOY / services["nginx"]["volumes"][0].partition(":")[0]).is_file()
    ignored = (ROOT / ".gitignore").read_text().split()
    assert {"deploy/secrets/", "deploy/wire/"} <= set(ignored)
    assert all(each["file"].startswith("./secrets/") for each in composed["secrets"].values())


def test_the_nodes_that_nginx_asks_are_those_of_the_composition() -> None:
    asked = re.findall(r"server (\w+):8080", (DEPLOY / "nginx.conf").read_text())
    assert asked == [
        name for name in yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"] if "node" in name
    ]
