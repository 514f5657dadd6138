"""PostgreSQL for tests: a cluster in a folder, reached by a socket, gone afterwards."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

_ACCOUNT = "postgres"


@dataclass
class Cluster:
    """A running PostgreSQL. It refuses to run as root, so root lends it the account that its package made."""

    folder: Path
    programs: Path
    _names: Iterator[int] = field(default_factory=count)

    @classmethod
    def start(cls, folder: Path) -> Cluster | None:
        """A new cluster, or None where there is no PostgreSQL."""
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        if not found:
            return None
        cluster = cls(folder, found[-1].parent)
        if os.getuid() == 0:
            subprocess.run(["chown", _ACCOUNT, str(folder)], check=True)
        data = folder / "data"
        cluster._run(
            "initdb", "--no-sync", "--auth=trust", "--username=syndicate", "--encoding=UTF8", str(data)
        )
        cluster.start_again()
        return cluster

    def start_again(self) -> None:
        """Start what was stopped."""
        where = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c max_connections=200"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-o", where, "-l", log, "-w", "start")

    def stop(self) -> None:
        """End it."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    @contextmanager
    def database(self) -> Iterator[str]:
        """An empty database, by its address."""
        name = f"wire_{next(self._names)}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        yield self._address(name)
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _address(self, name: str) -> str:
        return f"postgresql://syndicate@/{name}?host={self.folder}"

    def _run(self, program: str, *arguments: str) -> None:
        lent = {"user": _ACCOUNT} if os.getuid() == 0 else {}
        subprocess.run(
            [str(self.programs / program), *arguments],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            **lent,
        )
