"""A partner's program: it keeps an archive in step with the agency, by the state and the changes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.newsroom import Newsroom


@dataclass
class Follower:
    """An archive of ninjs documents by key, and every change that its owner was told of."""

    newsroom: Newsroom
    token: str = field(repr=False)
    archive: dict[str, bytes] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)
    cursor: str | None = None
    acknowledges: bool = True
    resyncs: int = 0

    def ask(self, **query: str) -> tuple[int, dict[str, Any]]:
        status, body = self.get(f"/private/changes?{urlencode(query)}")
        return status, json.loads(body)

    # How he reaches the agency: here without a network

    def get(self, path: str) -> tuple[int, bytes]:
        answer = self.newsroom.get(path, self.token)
        return answer.status_code, answer.get_data()

    def post(self, path: str, said: dict[str, str]) -> None:
        self.newsroom.client.post(path, json=said, headers={"Authorization": f"Bearer {self.token}"})

    # What he does

    def follow(self) -> list[dict[str, Any]]:
        """Take in everything that there is to know; gives the changes that were told of this time."""
        before = len(self.told)
        has_more = True
        while has_more:
            if self.cursor is None:
                self.begin()
            status, page = self.ask(since=self.cursor)
            if status == 409:
                assert page["reason"] == "resync"
                self.cursor, self.resyncs = None, self.resyncs + 1
                continue
            assert status == 200, page
            self.told += page["changes"]
            for change in page["changes"]:
                self.take(change)
            has_more, self.cursor = page["more"], page["next"]
        return self.told[before:]

    def begin(self) -> None:
        """Bring the archive to the state."""
        state: dict[str, Any] = {}
        query: dict[str, str] = {}
        while True:
            status, page = self.ask(**query)
            if status == 409:  # rights changed while it was read
                state, query = {}, {}
                continue
            assert status == 200, page
            state |= {line["key"]: line for line in page["items"]}
            query = {"since": page["next"]}
            if not page["more"]:
                break
        for line in state.values():
            self.take(line)
        for key in self.archive.keys() - state.keys():
            del self.archive[key]
        self.cursor = page["next"]

    def take(self, line: dict[str, Any]) -> None:
        """Fetch what is new, take out what is withdrawn and say so."""
        key = line["key"]
        if line["status"] == "usable":
            if key in self.archive and digest(self.archive[key]) == line["sha256"]:
                return
            status, document = self.get(f"/private/items/{key}.json")
            if status == 200:
                self.archive[key] = document
            return  # else it has changed since, and another change says so
        self.archive.pop(key, None)
        if line["status"] in ("withheld", "canceled") and self.acknowledges:
            self.post(f"/private/items/{key}/ack", {"status": "removed"})

    def rightful(self, uris: list[str]) -> dict[str, bytes]:
        """What the gate gives now of these items, in full or not, notices aside."""
        found = {}
        for uri in uris:
            key = self.newsroom.key(uri)
            status, document = self.get(f"/private/items/{key}.json")
            if status == 200 and json.loads(document)["pubStatus"] == "usable":
                found[key] = document
        return found


def digest(document: bytes) -> str:
    return hashlib.sha256(document).hexdigest()
