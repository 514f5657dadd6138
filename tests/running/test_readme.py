"""The README's own commands, run as printed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parent.parent.parent / "README.md"
SYNDICATE = [sys.executable, "-m", "syndicate"]


def commands(heading: str) -> list[str]:
    """The lines of the shell blocks under a heading."""
    section = README.read_text("utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    return [line for block in re.findall(r"```sh\n(.*?)```", section, re.S) for line in block.splitlines()]


def run(line: str, folder: Path) -> str:
    """One command of `syndicate`, as a shell would run it."""
    words = re.findall(r'"[^"]*"|\S+', line)
    done = subprocess.run(
        SYNDICATE + [word.strip('"') for word in words[1:]],
        cwd=folder,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"]},
    )
    assert done.returncode == 0, f"{line}: {done.stderr}"
    return done.stdout


def test_the_commands_for_ones_own_agency_work_as_printed(tmp_path: Path) -> None:
    (copy,) = [line for line in commands("Run your own") if line.startswith("cp ")]
    (tmp_path / "story.json").write_bytes((README.parent / copy.split()[1]).read_bytes())
    said: dict[str, str] = {}
    for line in commands("Run your own"):
        if not line.startswith("syndicate") or line == "syndicate serve":
            continue  # installing, moving about, curl and serving are seen elsewhere
        if "KEY" in line:
            (item,) = json.loads(run("syndicate item list --json", tmp_path))
            line = line.replace("KEY", item["key"]) + " --yes"
        line = line.replace("/tmp/story.json", "story.json")
        said[" ".join(line.split()[1:3])] = run(line, tmp_path)
    assert "1 new" in said["ingest story.json"]
    assert said["token issue"].startswith("synd_")
    assert "is killed since" in said["item kill"]


def test_every_file_that_the_readme_names_is_there() -> None:
    names = re.findall(r"\]\(((?!http)[^)#]+)\)", README.read_text("utf-8"))
    assert names
    assert [name for name in names if not (README.parent / name).exists()] == []
