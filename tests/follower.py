"""A partner's program: it keeps an archive in step with the agency, by the state and the changes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from tests.newsroom import Newsroom


@dataclass
class Follower:
    """An archive of ninjs documents by key, and every change that its owner was told of."""

    newsroom: Newsroom
    token: str
    archive: dict[str, bytes] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)
    cursor: str | None = None
    acknowledges: bool = True
    resyncs: int = 0

    def ask(self, **query: str) -> tuple[int, dict[str, Any]]:
        answer = self.newsroom.client.get(
            "/private/changes", query_string=query, headers={"Authorization": f"Bearer {self.token}"}
        )
        return answer.status_code, json.loads(answer.get_data())

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
            answer = self.newsroom.get(f"/private/items/{key}.json", self.token)
            if answer.status_code == 200:
                self.archive[key] = answer.get_data()
            return  # else it has changed since, and another change says so
        self.archive.pop(key, None)
        if line["status"] in ("withheld", "canceled") and self.acknowledges:
            self.newsroom.client.post(
                f"/private/items/{key}/ack",
                json={"status": "removed"},
                headers={"Authorization": f"Bearer {self.token}"},
            )

    def rightful(self, uris: list[str]) -> dict[str, bytes]:
        """What the gate gives now of these items, in full or not, notices aside."""
        found = {}
        for uri in uris:
            key = self.newsroom.key(uri)
            answer = self.newsroom.get(f"/private/items/{key}.json", self.token)
            if answer.status_code == 200 and json.loads(answer.get_data())["pubStatus"] == "usable":
                found[key] = answer.get_data()
        return found


def digest(document: bytes) -> str:
    return hashlib.sha256(document).hexdigest()
