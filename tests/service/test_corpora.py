"""Real input, all the way in: every sample is taken or refused by name, and a second run adds nothing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from syndicate.core.outcome import Outcome
from syndicate.service.intake import Taken, take
from syndicate.service.quarantine import lying
from tests.newsroom import Newsroom

CORPUS = Path(__file__).parent.parent / "corpus"


def taken_from(newsroom: Newsroom, folder: Path) -> list[Taken]:
    source = newsroom.agency.settings.source("stringer")
    taken = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            newsroom.clock.advance(seconds=1)
            taken += take(newsroom.agency, path.read_bytes(), source)
    return taken


def outcomes(taken: list[Taken]) -> Counter[str]:
    return Counter(each.outcome.value if each.outcome else "refused" for each in taken)


def check(newsroom: Newsroom, folder: Path) -> Counter[str]:
    first = taken_from(newsroom, folder)
    assert all(each.outcome is not None or (each.reason and each.detail) for each in first)
    lay, epoch = len(lying(newsroom.agency)), newsroom.agency.database.epoch().n
    second = taken_from(newsroom, folder)
    settled = {Outcome.DUPLICATE, Outcome.KILLED, Outcome.LATE, None}
    assert {each.outcome for each in second} <= settled
    assert (len(lying(newsroom.agency)), newsroom.agency.database.epoch().n) == (lay, epoch)
    return outcomes(first)


def test_the_small_corpus_goes_in_and_a_second_run_adds_nothing(newsroom: Newsroom) -> None:
    assert check(newsroom, CORPUS)["new"] > 5


@pytest.mark.shared
@pytest.mark.parametrize(
    "folder", ["feeds", "ninjs", "tombstones", "demo-wire", "jsonfeed", "opml", "nitf", "newsml-g2"]
)
def test_every_sample_is_taken_or_refused_by_name(
    newsroom: Newsroom, shared_samples: Path, folder: str
) -> None:
    assert sum(check(newsroom, shared_samples / folder).values()) > 0


def test_letters_of_other_scripts_arrive_whole(newsroom: Newsroom) -> None:
    body = (
        '<?xml version="1.0" encoding="koi8-r"?><rss version="2.0"><channel><title>т</title><item><guid>1</guid>'
        "<title>Рубль окреп</title><description>Курс вырос.</description></item></channel></rss>"
    )
    take(newsroom.agency, body.encode("koi8-r"), newsroom.agency.settings.source("stringer"))
    assert "Рубль окреп" in newsroom.text("/feeds/all.rss")
