"""The programs of docs/changes.md, run as printed against a real service."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.running.service import Service, wait_for

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "changes.md"
FOLLOW, RECONCILE = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.S)


@contextmanager
def following(service: Service, token: str, folder: Path) -> Iterator[None]:
    """The first program, running; it is ended by a kill."""
    folder.mkdir(exist_ok=True)
    program = subprocess.Popen(
        [sys.executable, "-c", FOLLOW, service.base_url, str(folder)], env=os.environ | {"TOKEN": token}
    )
    try:
        yield
        assert program.poll() is None, "it has ended"
    finally:
        program.kill()
        program.wait()


def differences(service: Service, token: str, folder: Path) -> dict[str, str]:
    """What the second program says, by the key of the item."""
    done = subprocess.run(
        [sys.executable, "-c", RECONCILE, service.base_url, str(folder)],
        env=os.environ | {"TOKEN": token},
        capture_output=True,
        text=True,
        check=True,
    )
    *lines, last = done.stdout.splitlines()
    assert last == f"{len(lines)} differences"
    return dict(line.split(" ", 1) for line in lines)


def test_a_folder_is_kept_in_step_through_every_turn_and_a_kill_of_the_program(
    shared_service: Service, tmp_path: Path
) -> None:
    service, room, folder = shared_service, shared_service.newsroom, tmp_path / "archive"
    token = room.subscriber("all", kind="api")

    def headlines() -> list[str]:
        found = [json.loads(file.read_bytes()) for file in folder.glob("*.json")]
        return sorted(each["headlines"][0]["value"] for each in found)

    for uri in ("a", "b", "c"):
        room.send(uri, headline=f"Headline {uri}")
    with following(service, token, folder):
        wait_for(lambda: headlines() == ["Headline a", "Headline b", "Headline c"], "the state")
        room.send("a", 2, headline="Another headline")
        room.kill("b")
        wait_for(lambda: headlines() == ["Another headline", "Headline c"], "the changes")
    room.kill("c")
    room.send("d", headline="Headline d")
    service.publish("other")
    with following(service, token, folder):
        wait_for(lambda: headlines() == ["Another headline", "Headline d"], "what came meanwhile")
        wait_for(lambda: differences(service, token, folder) == {}, "no difference")


def test_each_difference_is_named(shared_service: Service, tmp_path: Path) -> None:
    service, room, folder = shared_service, shared_service.newsroom, tmp_path / "archive"
    service.publish("named", '[[select]]\nslugline = ["named"]\n')
    token = room.subscriber("named", kind="api")
    uris = ("kept", "gone", "changed", "old", "killed", "held")
    for uri in uris:
        room.send(f"named-{uri}", slugline="named")
    key = {uri: room.key(f"named-{uri}") for uri in uris}
    with following(service, token, folder):
        wait_for(lambda: len(list(folder.glob("*.json"))) == len(uris), "the state")
    assert differences(service, token, folder) == {}
    (folder / f"{key['gone']}.json").unlink()
    (folder / f"{key['changed']}.json").write_bytes(b"{}")
    room.send("named-old", 2, slugline="named", headline="Newer words")
    room.kill("named-killed")
    room.hold("named-held")
    (folder / "unknown.json").write_bytes(b"{}")
    assert differences(service, token, folder) == {
        key["gone"]: "removed",
        key["changed"]: "altered",
        key["old"]: "stale",
        key["killed"]: "killed but kept",
        key["held"]: "held but kept",
        "unknown": "not ours to keep",
    }
