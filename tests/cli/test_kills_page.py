"""`docs/kills.md`, whose commands are run in the order in which they stand and print what stands below them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicate.core.tokens import TokenKind
from syndicate.service import contracts
from syndicate.service.contracts import TokenTerms
from tests.cli.shell import Shell
from tests.newsroom import BY, Newsroom

PAGE = Path(__file__).parent.parent.parent / "docs" / "kills.md"
CUSTOMERS = (
    ("courier", "The Courier", "bank terminal", TokenKind.READER),
    ("gazette", "Gazette", "archive", TokenKind.API),
    ("herald", "The Herald", "their CMS", TokenKind.READER),
)


class Night:
    """A newsroom at night: three customers have a story, and what happens between the commands of the page."""

    def __init__(self, room: Newsroom) -> None:
        self.room = room
        self.key = room.key("urn:wire:2026:4711")
        self.tokens: dict[str, str] = {}
        for name, title, label, kind in CUSTOMERS:
            contracts.add_company(room.agency, name, title, BY)
            room.licence(name)
            self.tokens[name] = contracts.issue_token(room.agency, name, TokenTerms(kind, label), BY)[1]
        room.send("urn:wire:2026:4711", headline="Minister Lindmar resigns")
        room.text("/private/feeds/all.rss", self.tokens["courier"])
        room.clock.advance(minutes=1)
        room.text(f"/private/items/{self.key}.json", self.tokens["gazette"])
        room.clock.advance(minutes=1)
        room.send("urn:wire:2026:4711", version=2, headline="Minister Lindmar resigns", note="Spelling.")
        room.text("/private/feeds/all.rss", self.tokens["herald"])

    def partners_come(self) -> None:
        """The Herald's CMS reads its feed; the Gazette's program follows the changes, and acknowledges."""
        self.room.clock.now = datetime.now(UTC)
        self.room.text("/private/feeds/all.rss", self.tokens["herald"])
        self.room.text("/private/changes", self.tokens["gazette"])
        path = f"/private/items/{self.key}/ack"
        shown = {"Authorization": f"Bearer {self.tokens['gazette']}"}
        assert self.room.client.post(path, json={"status": "removed"}, headers=shown).status_code == 200


@pytest.fixture
def night(room: Newsroom) -> Night:
    return Night(room)


def told(page: str) -> Iterator[tuple[str, str]]:
    """Each command of the page, and what it prints."""
    for block in re.findall(r"```console\n(.*?)```", page, re.S):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, printed = part.partition("\n")
            yield command, printed


def timeless(printed: str) -> list[str]:
    """What was printed, but for the times in it."""
    hidden = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", "2026-03-18 03:00:00Z", printed)
    return [line.rstrip() for line in hidden.splitlines()]


def test_the_commands_of_the_page_print_what_it_shows(night: Night, shell: Shell) -> None:
    before: dict[str, Callable[[], None]] = {"report kills": night.partners_come}
    shown = list(told(PAGE.read_text("utf-8")))
    assert len(shown) > 4
    for command, printed in shown:
        program, *words = shlex.split(command)
        assert program == "syndicate"
        before.pop(" ".join(words), lambda: None)()
        ran = shell.run(*words)
        assert timeless(ran.stdout + ran.stderr) == timeless(printed), command
    assert not before


def test_what_the_page_says_of_the_killed_storys_addresses_is_so(night: Night, shell: Shell) -> None:
    room, key = night.room, night.key
    shell.does("item", "kill", key, "--reason", "wrong", "--yes")
    room.clock.now = datetime.now(UTC)
    assert room.get(f"/items/{key}").status_code == 410
    assert "<title>Withdrawn</title>" in room.text("/feeds/all.rss")
    assert f"{key}:kill" in room.text("/private/feeds/all.rss", night.tokens["herald"])
    assert "Lindmar" not in room.text("/private/feeds/all.rss", night.tokens["herald"])
