"""The demo's contracts: one company that may read everything in full, with a token of each kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from syndicate.core.model import Level
from syndicate.core.story import Licence
from syndicate.core.tokens import TokenKind
from syndicate.service import contracts, feeds
from syndicate.service.agency import Agency
from syndicate.service.contracts import By, TokenTerms

COMPANY = "harbour-herald"
BY = By("demo", "the demo's own contracts")
TERM = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the demo may print, since it made it for the one who looks on."""

    reader: str
    api: str
    source: str


def sign(agency: Agency, begins_at: datetime) -> Secrets:
    """Make the company, its licence for every feed, its two tokens, and the key of the desk."""
    contracts.add_company(agency, COMPANY, "The Harbour Herald", BY)
    every = frozenset(feeds.current(agency))
    licence = Licence(0, every, Level.FULL, begins_at, begins_at + TERM, has_embargo_right=True)
    contracts.add_licence(agency, COMPANY, licence, BY)
    return Secrets(
        reader=_token(agency, TokenKind.READER),
        api=_token(agency, TokenKind.API),
        source=contracts.add_source_key(agency, "desk", BY)[1],
    )


def _token(agency: Agency, kind: TokenKind) -> str:
    return contracts.issue_token(agency, COMPANY, TokenTerms(kind, f"{kind.value} of the demo"), BY)[1]
