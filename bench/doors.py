"""A connection to each web process of a service: which one holds the other end is told by /proc."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from pathlib import Path

from bench.figures import Wrong
from bench.load import Target

_ATTEMPTS = 200


def doors_of(target: Target, path: str) -> list[http.client.HTTPConnection]:
    """Connections on which `path` has been asked for, one to each web process."""
    wanted = [pid for pid in target.pids if pid != target.root]
    doors: dict[int, http.client.HTTPConnection] = {}
    for _ in range(_ATTEMPTS):
        connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=60)
        send(connection, path, {})
        connection.getresponse().read()
        pid = next(
            (pid for pid in wanted if _holds(pid, target.port, connection.sock.getsockname()[1])), None
        )
        if pid is None or pid in doors:
            connection.close()
        else:
            doors[pid] = connection
        if len(doors) == len(wanted):
            return list(doors.values())
    raise Wrong(f"Only {len(doors)} of {len(wanted)} web processes could be reached.")


def send(connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str]) -> None:
    """Ask over an open door, and do not wait."""
    connection.request("GET", path, headers=dict(headers))


def _holds(pid: int, port: int, client: int) -> bool:
    """Whether a process has the server's end of the connection of a client's port."""
    ends = f":{port:04X}", f":{client:04X}"
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(ends[0]) and fields[2].endswith(ends[1]):
            socket = f"socket:[{fields[9]}]"
            return any(_points_to(each) == socket for each in Path(f"/proc/{pid}/fd").iterdir())
    return False


def _points_to(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # it was closed meanwhile
        return ""
