"""The inbox of a process: documents that are pushed at the same time are made durable at once."""

from __future__ import annotations

from collections.abc import Sequence

from syndicate.core.model import Source
from syndicate.service import intake, refusals
from syndicate.service.agency import Agency
from syndicate.service.clerk import Clerk, Overdue
from syndicate.service.intake import Taken
from syndicate.service.preparing import Document, opened

PATIENCE = 30.0
"""For so many seconds a sender waits until his document is durable; then he may send it again."""


class Inbox:
    """Where pushed documents come in."""

    def __init__(self, agency: Agency) -> None:
        self._agency = agency
        self._clerk: Clerk[Document, list[Taken]] = Clerk("intake", self._keep)

    def take(self, body: bytes, source: Source, content_type: str | None) -> list[Taken]:
        """What became of each item of a document, once it is durable. Raises `Unavailable` where it is not."""
        taken: list[Taken] = []
        try:
            for part in opened(self._agency, body, source, content_type).parts(intake.BATCH):
                taken += self._clerk.ask(part, PATIENCE)
        except Overdue:
            raise refusals.Unavailable() from None
        return taken

    def _keep(self, documents: Sequence[Document]) -> Sequence[list[Taken]]:
        return intake.keep(self._agency, documents)
