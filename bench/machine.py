"""The machine: what it is, how busy others keep it, and how long the processor works for whom (Linux)."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
BUSY = 0.10
"""Others are disturbing when they take this share of the machine's time, or more."""


def description() -> list[str]:
    """What a reader must know of the machine to judge the figures, a line each."""
    programs = ("granian", "flask", "feedgen", "feedparser", "sqlalchemy", "django")
    return [
        f"Processor: {_of_file('/proc/cpuinfo', 'model name')}, {os.cpu_count()} cores",
        f"Memory: {int(_of_file('/proc/meminfo', 'MemTotal').split()[0]) / 1e6:.0f} GB",
        f"System: {platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, {', '.join(f'{name} {_version(name)}' for name in programs)}",
        f"{_says('nginx', '-v')}; {_says('wrk', '-v')}",
    ]


def seconds_worked(pids: Iterable[int]) -> float:
    """How long the processor has worked for these processes so far, their reaped children not counted."""
    return sum(sum(_times(pid)[:2]) for pid in pids)


def resident(pid: int) -> int:
    """How much memory a process has (bytes)."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def family_of(pid: int) -> list[int]:
    """A process and all that came of it and live."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (fields := _fields(int(folder.name))):
            parents[int(folder.name)] = int(fields[1])
    family = [pid]
    for member in family:
        family += [child for child, parent in parents.items() if parent == member]
    return family


def command_of(pid: int) -> str:
    """How a process was called; nothing once it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


@dataclass
class Calm:
    """How much of the machine's time went to others while something was measured; steal is the host's."""

    others: float = 0.0
    steal: float = 0.0

    @property
    def is_disturbed(self) -> bool:
        """Whether a figure from this time is to be measured again."""
        return self.others + self.steal >= BUSY


@contextmanager
def watched() -> Iterator[Calm]:
    """Watch the machine meanwhile; what is given is right afterwards."""
    calm = Calm()
    begun, (busy, steal), ours = time.monotonic(), _machine(), _ours()
    yield calm
    room = (time.monotonic() - begun) * (os.cpu_count() or 1)
    now_busy, now_steal = _machine()
    calm.others = max(0.0, now_busy - busy - (_ours() - ours)) / room
    calm.steal = (now_steal - steal) / room


def load_average() -> str:
    """The load of the last one, five and fifteen minutes."""
    return " ".join(f"{each:.2f}" for each in os.getloadavg())


def _machine() -> tuple[float, float]:
    """How long all processors have worked, and were held back by the host (seconds)."""
    user, nice, system, _, _, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq) / TICKS, steal / TICKS


def _ours() -> float:
    return sum(sum(_times(pid)) for pid in family_of(os.getpid()))


def _times(pid: int) -> list[float]:
    """Of a process: its own time, user's and system's, then that of the children it has reaped (seconds)."""
    fields = _fields(pid)
    return [int(each) / TICKS for each in fields[11:15]] if fields else [0.0]


def _fields(pid: int) -> list[str]:
    """What /proc says of a process after its name; nothing once it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _of_file(path: str, name: str) -> str:
    for line in Path(path).read_text().splitlines():
        if line.startswith(name):
            return line.partition(":")[2].strip()
    return "unknown"


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "missing"


def _says(program: str, option: str) -> str:
    """The first line that a program says of itself."""
    if shutil.which(program) is None:
        return f"{program} missing"
    said = subprocess.run([program, option], capture_output=True, text=True, check=False)
    return (said.stdout + said.stderr).splitlines()[0].strip()
