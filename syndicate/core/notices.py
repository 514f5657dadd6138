"""The constant words that stand in place of a story, or mark one, in each language of a feed.

They hold a time and a contact and no word of any story. Nothing is decided here.
Knows the standard library.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Words:
    """The constant words of one language. Patterns take named fields."""

    headline_only: str
    correction: str
    corrected: str
    withdrawn: str
    withdrawn_body: str
    held: str
    held_body: str
    kill: str
    slip_body: str
    ended: str
    ended_body: str

    def corrected_at(self, at: datetime) -> str:
        """The words before the excerpt of a correction; `at` in the site's zone."""
        return self.corrected.format(at=at)

    def withdrawn_text(self, at: datetime, contact: str) -> str:
        """The body of a kill notice."""
        return self.withdrawn_body.format(at=_stamp(at), contact=contact)

    def held_text(self, at: datetime, contact: str) -> str:
        """The body of a hold notice."""
        return self.held_body.format(at=_stamp(at), contact=contact)

    def slip_text(self, uri: str, slugline: str | None, first_at: datetime) -> str:
        """The body of a kill slip."""
        return self.slip_body.format(uri=uri, slugline=slugline or "-", first=_stamp(first_at))

    def ended_text(self, at: datetime, contact: str) -> str:
        """The body of the entry that tells a reader's owner that his access is over."""
        return self.ended_body.format(at=at, contact=contact)


def words_for(language: str) -> Words:
    """The constant words for a language tag; English where there are none of its own."""
    return _WORDS.get(language.split("-")[0].casefold(), _WORDS["en"])


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M %Z}"


_WORDS = {
    "en": Words(
        headline_only="Headline only.",
        correction="Correction",
        corrected="Corrected {at:%H:%M}.",
        withdrawn="Withdrawn",
        withdrawn_body="This item was withdrawn at {at}. Do not use it; take it out wherever it stands. "
        "Questions: {contact}.",
        held="Hold: do not use",
        held_body="This item has been on hold since {at}. Do not use it until it is released. "
        "Questions: {contact}.",
        kill="Kill",
        slip_body="Take this item out of every system. Uri: {uri}. Slugline: {slugline}. First sent: {first}.",
        ended="Access ended on {at:%Y-%m-%d}",
        ended_body="Access to this feed ended on {at:%Y-%m-%d}. To go on reading, write to {contact}; "
        "the address of the feed stays the same.",
    ),
    "ru": Words(
        headline_only="Только заголовок.",
        correction="Исправление",
        corrected="Исправлено в {at:%H:%M}.",
        withdrawn="Отозвано",
        withdrawn_body="Материал отозван {at}. Не используйте его и снимите отовсюду, где он стоит. "
        "Вопросы: {contact}.",
        held="Задержано: не использовать",
        held_body="Выпуск материала приостановлен {at}. Не используйте его до разрешения. Вопросы: {contact}.",
        kill="Аннулировано",
        slip_body="Снимите этот материал во всех системах. Uri: {uri}. Слаглайн: {slugline}. "
        "Впервые передан: {first}.",
        ended="Доступ закончился {at:%d.%m.%Y}",
        ended_body="Доступ к этой ленте закончился {at:%d.%m.%Y}. Чтобы продолжить, напишите: {contact}; "
        "адрес ленты останется прежним.",
    ),
}
