"""A newsroom for tests: one agency in a folder, its desk, its customers, and a clock that is moved by hand."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from syndicate.bootstrap import open_agency, prepare, take_up_feeds
from syndicate.core.model import FOREVER, Level, item_key
from syndicate.core.story import Licence
from syndicate.core.tokens import TokenKind
from syndicate.service import contracts, desk, intake
from syndicate.service.agency import Agency
from syndicate.service.contracts import By, TokenTerms
from syndicate.service.intake import Taken
from syndicate.web.app import create_app

BY = By("tester", "the test says so")
START = datetime(2026, 3, 18, 9, 0, tzinfo=UTC)

CONFIG = """
[site]
title = "Meridian Wire"
base_url = "https://wire.example"
authority = "wire.example"
since = "2026"
timezone = "UTC"
contact = "rights@wire.example"
[database]
url = "{url}"
[serve]
requests_per_minute = 0
[sources.desk]
kind = "push"
namespace = "house"
numbered = true
may_kill = true
summaries = true
[sources.stringer]
kind = "push"
"""
FEEDS = {
    "all": 'title = "All"\ndescription = "Everything"\n',
    "economy": 'title = "Economy"\ndescription = "Money"\n[[select]]\nsubject = ["medtop:04000000"]\n',
    "headlines": 'title = "Headlines"\ndescription = "Only titles"\npublic = "headline"\n',
    "press-releases": 'title = "Press"\ndescription = "In full"\npublic = "full"\n'
    '[[select]]\nkind = ["press-release"]\n',
    "secret": 'title = "Secret"\ndescription = "Not in the directory"\npublic = "nothing"\n',
}
ECONOMY = "http://cv.iptc.org/newscodes/mediatopic/04000000"


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **how: float) -> None:
        self.now += timedelta(**how)


@dataclass
class Newsroom:
    """The agency and everything that a test does with it."""

    folder: Path
    agency: Agency
    clock: HandClock
    names: dict[str, str] = field(default_factory=dict, repr=False)  # of tokens, by their texts

    @classmethod
    @contextmanager
    def open(
        cls, folder: Path, url: str = "sqlite:///data/syndicate.db", start: datetime = START
    ) -> Iterator[Newsroom]:
        (folder / "feeds").mkdir(parents=True)
        (folder / "config.toml").write_text(CONFIG.format(url=url))
        for name, text in FEEDS.items():
            (folder / "feeds" / f"{name}.toml").write_text(text)
        prepare(folder)
        clock = HandClock(start)
        agency = open_agency(folder, clock)
        take_up_feeds(agency)
        try:
            yield cls(folder, agency, clock)
        finally:
            agency.close()

    # In

    def send(self, uri: str = "story", version: int = 1, **fields: Any) -> Taken:
        """One ninjs 3.1 message of the desk, a second after the one before. `text` may be plain or HTML."""
        self.clock.advance(seconds=1)
        body = json.dumps(ninjs(uri, version, self.clock.now, **fields), ensure_ascii=False).encode()
        (taken,) = intake.take(self.agency, body, self.agency.settings.source("desk"))
        return taken

    def key(self, uri: str = "story") -> str:
        return item_key("house", uri)

    def kill(self, uri: str = "story") -> None:
        self.clock.advance(seconds=1)
        desk.kill(self.agency, self.key(uri), BY)

    def hold(self, uri: str = "story") -> None:
        self.clock.advance(seconds=1)
        desk.hold(self.agency, self.key(uri), BY)

    def release(self, uri: str = "story") -> None:
        self.clock.advance(seconds=1)
        desk.release(self.agency, self.key(uri), BY)

    # Customers

    def company(self, name: str = "herald") -> str:
        contracts.add_company(self.agency, name, name.title(), BY)
        return name

    def licence(self, company: str = "herald", feeds: tuple[str, ...] = ("all",), **terms: Any) -> int:
        given = {"begins_at": self.clock.now, "ends_at": FOREVER} | terms
        return contracts.add_licence(
            self.agency, company, Licence(0, frozenset(feeds), given.pop("level", Level.FULL), **given), BY
        )

    def token(self, company: str = "herald", kind: str = "reader", **terms: Any) -> str:
        row, text = contracts.issue_token(
            self.agency, company, TokenTerms(TokenKind(kind), kind, **terms), BY
        )
        self.names[text] = row.id
        return text

    def subscriber(self, *feeds: str, kind: str = "reader", **terms: Any) -> str:
        """A company with a licence for these feeds (all, if none are named) and a token of it."""
        name = f"company-{len(self.names)}"
        self.company(name)
        self.licence(name, feeds or ("all",), **terms)
        return self.token(name, kind)

    # Out

    @cached_property
    def app(self) -> Flask:
        return create_app(self.agency)

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def get(self, path: str, token: str | None = None, how: str = "bearer", **headers: str) -> TestResponse:
        """Ask for a path; with a token as Bearer, as the password of Basic, or (`path`) in the address."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None and how == "bearer":
            sent["Authorization"] = f"Bearer {token}"
        elif token is not None and how == "basic":
            sent["Authorization"] = "Basic " + base64.b64encode(f"any:{token}".encode()).decode()
        elif token is not None:
            path = path.replace("/private/", f"/private/{token}/", 1)
        return self.client.get(path, headers=sent)

    def text(self, path: str, token: str | None = None, how: str = "bearer") -> str:
        """What stands at a path, which must be there."""
        answer = self.get(path, token, how)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_data(as_text=True)


SENTENCE = "The harbour of Port Averin will stay open all winter, its master said on the quay. "
TEXT = SENTENCE + "Nobody had expected it, least of all the ice. " * 12


def ninjs(uri: str, version: int, now: datetime, **fields: Any) -> dict[str, Any]:
    """A ninjs 3.1 document. Given: headline, text, summary, note, subjects, genres; others by their own names."""
    stamp = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    given = {"headline": "Port Averin stays open", "text": TEXT, "summary": None, "note": None} | fields
    document: dict[str, Any] = {
        "uri": uri,
        "type": "text",
        "version": str(version),
        "versionCreated": stamp,
        "pubStatus": "usable",
        "language": "en",
        "headlines": [{"role": "main", "contentType": "text/plain", "value": given.pop("headline")}],
        "subjects": [{"uri": ECONOMY, "name": "economy"}],
    }
    text, summary, note = given.pop("text"), given.pop("summary"), given.pop("note")
    if text is not None:
        document["bodies"] = [{"role": "main", "contentType": "text/html", "value": f"<p>{text}</p>"}]
    if summary is not None:
        document["descriptions"] = [{"role": "summary", "value": summary}]
    if note is not None:
        document["edNote"] = note
    return document | {name: _plain(value) for name, value in given.items()}


def _plain(value: Any) -> Any:
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else value
