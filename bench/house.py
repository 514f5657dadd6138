"""A house to measure: a working folder with so many items and tokens, made once, and a copy for each run.

The stock lies under the folder that `--data` names and is found again by the next run. What a run does to
its copy goes with the copy. The texts of tokens are nowhere: they are signed again with the copy's key.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from bench.loader import load
from bench.receipts import load_receipts
from bench.saying import say
from bench.wire import SEED, STEP, wire
from syndicate.bootstrap import open_agency, prepare, take_up_feeds
from syndicate.core import tokens
from syndicate.core.model import FOREVER, Level
from syndicate.core.story import Licence
from syndicate.core.tokens import Token, TokenKind
from syndicate.service.agency import Agency
from syndicate.store import contracts
from syndicate.store.contracts import Company, TokenRow

FEED = "all"
TOKENS_OF_A_COMPANY = 10
HOLDERS = 1000
"""So many tokens have signed for all that there are receipts for."""

_CONFIG = """\
[site]
title = "Meridian Wire"
base_url = "http://127.0.0.1:8080"
authority = "wire.example"
since = "2026"
[sources.desk]
kind = "push"
namespace = "house"
numbered = true
may_kill = true
summaries = true
"""
_FEEDS = {
    FEED: 'title = "All"\ndescription = "Everything"\n',
    "economy": 'title = "Economy"\ndescription = "Money"\n[[select]]\nsubject = ["medtop:04000000"]\n',
    "press": 'title = "Press"\ndescription = "Releases"\n[[select]]\nkind = ["press-release"]\n',
}


@dataclass(frozen=True, slots=True)
class Size:
    """How much is in a house."""

    items: int
    tokens: int
    receipts: int = 0

    def __str__(self) -> str:
        return f"{self.items}-items-{self.tokens}-tokens-{self.receipts}-receipts"


def stock(data: Path, size: Size) -> Path:
    """The folder of a house of this size, made now if it is not there."""
    folder = data / "stock" / str(size)
    if not folder.is_dir():
        unfinished = folder.with_name(f"{folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        _build(unfinished, size)
        unfinished.rename(folder)
    return folder


def copy(data: Path, size: Size) -> Path:
    """A fresh copy of a house for one run."""
    folder = data / "run" / str(size)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(stock(data, size), folder)
    prepare(folder)  # the stock may be of an older schema
    return folder


def token_texts(agency: Agency, first: int, last: int) -> Iterator[str]:
    """The texts of the reader tokens with the numbers from `first` up to, not including, `last`."""
    for number in range(first, last):
        yield tokens.issue(token(number), agency.keys)


def company(number: int) -> str:
    """The company of the token of a number."""
    return f"company-{number // TOKENS_OF_A_COMPANY}"


def token(number: int) -> Token:
    """The token of a number. Who has the key knows its secret too, so it is for benches alone."""
    random = Random(f"{SEED} token {number}")  # noqa: S311 - see above
    return Token(TokenKind.READER, f"{random.getrandbits(48):012x}", f"{random.getrandbits(144):036x}")


def _build(folder: Path, size: Size) -> None:
    (folder / "feeds").mkdir(parents=True)
    (folder / "config.toml").write_text(_CONFIG)
    for name, text in _FEEDS.items():
        (folder / "feeds" / f"{name}.toml").write_text(text)
    prepare(folder)
    now = datetime.now(UTC).replace(microsecond=0)
    begun, before = time.monotonic(), now - (size.items + 1) * STEP
    agency = open_agency(folder, lambda: before)
    take_up_feeds(agency)

    def tell(messages: int) -> None:
        took = time.monotonic() - begun
        say(f"{messages:,} messages of {size.items:,} items loaded in {took:.0f} s")

    load(agency, wire(size.items, now), now, tell)
    _add_contracts(agency, size.tokens, before)
    if size.receipts:
        holders = [(token(number).id, company(number)) for number in range(HOLDERS)]
        load_receipts(agency, holders, size.receipts, now)
    agency.close()
    say(
        f"a house of {size.items:,} items and {size.tokens:,} tokens built in {time.monotonic() - begun:.0f} s"
    )


def _add_contracts(agency: Agency, many: int, at: datetime) -> None:
    """Companies with a licence for every feed in full, and so many tokens of theirs."""
    key_id = tokens.key_id(agency.keys[-1])
    with agency.database.write() as connection:
        for number in range(many):
            if number % TOKENS_OF_A_COMPANY == 0:
                contracts.add_company(connection, Company(company(number), company(number).title()))
                licence = Licence(0, frozenset(_FEEDS), Level.FULL, at, FOREVER)
                contracts.add_licence(connection, company(number), licence)
            made = token(number)
            digest = tokens.digest(made.nonce)
            row = TokenRow(made.id, company(number), made.kind.value, "bench", digest, key_id, at, FOREVER)
            contracts.add_token(connection, row)
