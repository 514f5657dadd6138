"""The locks, and for each a proof that it holds something: without it, a check fails.

`python -m tests.gate.locks` takes one lock after another out of the running program, lets the checks run
until one fails, puts the lock back, and prints which check noticed. A lock that nobody would miss is either
no lock or not tested.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from syndicate.core import excerpt, gate, life, placement, sealed, tokens, webhooks
from syndicate.core.model import FOREVER, Level
from syndicate.core.sealed import Sealed
from syndicate.core.story import Licence, Partner
from syndicate.outputs import outgoing
from syndicate.service import credentials, directory, logs, preparing, receipts, rendering
from syndicate.service.agency import Agency, Writing
from syndicate.service.arriving import webhooks as signed
from syndicate.service.credentials import FeedRight
from syndicate.service.memory import Memory
from syndicate.service.publish import Publisher
from syndicate.service.receipts import Counter
from syndicate.service.rendering import Rendering
from syndicate.service.snapshot import Snapshot
from syndicate.service.watching import metrics
from syndicate.store import database, items, past, stories
from syndicate.store.columns import SealedBytes, SealedText
from syndicate.web import asking, errors, front, headers, showing
from tests.gate import mutations as off
from tests.gate.checks import CHECKS, changing
from tests.gate.mutations import YEAR
from tests.gate.world import World, world


@dataclass(frozen=True)
class Lock:
    """A named thing of the program, what happens otherwise, and what takes its place (made from it)."""

    room: Any
    name: str
    otherwise: str
    without: Callable[[Any], Any]

    def __str__(self) -> str:
        return f"{self.room.__name__.removeprefix('syndicate.')}.{self.name}"


LOCKS: tuple[Lock, ...] = (
    Lock(gate, "public_level", "the public gets full text", off.always(Level.FULL)),
    Lock(gate, "licensed_level", "each licence is one for full text", off.always(Level.FULL)),
    Lock(gate, "_public_counts", "a feed without a licence is served as an excerpt", off.always(True)),
    Lock(gate, "_applies", "all have the embargo right and the whole archive", off.always(True)),
    Lock(gate, "_within_words", "an excerpt that is missing is promised", off.level_as_asked),
    Lock(gate, "_places", "what one feed gives counts in every feed", off.every_place),
    Lock(gate, "entry", "the level of a decision is not looked at", off.entry_at_full),
    Lock(gate, "_notice", "a notice holds words of the story", off.outline_as_notice),
    Lock(gate, "slip", "readers of excerpts get the slugline of a kill", off.slip_with_slugline),
    Lock(gate, "slip", "the public gets the slip of a kill", off.slip_for_all),
    Lock(gate, "_replaces", "a substitute names what was never seen", off.always("tag:old")),
    Lock(gate, "is_public", "what is not public gets a public address", off.always(True)),
    Lock(Licence, "covers", "a licence never begins or ends, and is for all feeds", off.always(True)),
    Lock(Licence, "reaches_back_to", "the archive has no limit", off.always(True)),
    Lock(Partner, "licences_for", "the scope of a token is not looked at", off.every_licence),
    Lock(sealed, "reveal", "seals open below full", off.words),
    Lock(Sealed, "__str__", "a sealed text prints", off.words),
    Lock(Sealed, "__format__", "a sealed text goes into a format", off.words),
    Lock(Sealed, "__iter__", "a sealed text is read by its letters", off.letters),
    Lock(Sealed, "__repr__", "a sealed text shows in a traceback", off.words),
    Lock(SealedText, "process_result_value", "rows hold bare texts", off.bare_column),
    Lock(SealedBytes, "process_result_value", "rows hold bare messages", off.bare_column),
    Lock(tokens, "read", "a signature may differ in its last character", off.reading_without_exactness),
    Lock(tokens, "_loads", "a signature is not looked at", off.unsigned),
    Lock(tokens, "_serializer", "each kind of token fits the doors of the others", off.one_salt),
    Lock(tokens, "digest", "the database holds the secret itself", off.ignoring),
    Lock(life, "killed", "a kill does nothing", off.always(FOREVER)),
    Lock(life, "KILL_NOTICE", "a kill notice never ends", off.instead(10 * YEAR)),
    Lock(life, "desk_holds", "a hold of the desk does nothing", off.always([])),
    Lock(life, "reach_of", "an embargo does nothing", off.received_is_reached),
    Lock(life, "ever_newest", "late versions, and those after a kill, show", off.late_too),
    Lock(life, "_arrivals", "versions that were replaced before show", off.replaced_too),
    Lock(life, "_face", "a source's hold does nothing", off.without("is_withheld", False)),
    Lock(life, "_face", "expiry does nothing", off.without("expires_at", None)),
    Lock(life, "_face", "advisories are public", off.without("is_public", True)),
    Lock(life, "_face", "the public is told of holds", off.notices_for_the_public),
    Lock(life, "_face", "a kill is told to those who never saw", off.notices_for_those_who_never_saw),
    Lock(life.Memory, "span", "what was never seen leaves a span", off.spans_without_a_version),
    Lock(placement, "_is_seen", "a kill is told where the item could not be read", off.always(True)),
    Lock(placement, "_cut", "what a feed took before its file changed stays in it", off.uncut),
    Lock(placement, "selects", "every feed takes everything", off.always(True)),
    Lock(excerpt, "_fitting", "an excerpt has no limits", off.all_sentences),
    Lock(excerpt, "_LEFT_OUT", "captions go into excerpts", off.instead(frozenset())),
    Lock(excerpt, "is_beginning", "a text sent as its own summary is an excerpt", off.always(False)),
    Lock(preparing, "_seal", "advisories are public", off.public_seal),
    Lock(outgoing, "_FIELDS", "formats write what is above the level", off.every_field),
    Lock(showing, "outgoing", "pages show what is above the level", off.ignoring),
    Lock(items, "version_from", "excerpts made under other limits count", off.own_limits),
    Lock(stories, "feed_stories", "feeds show what lifts later", off.at(timedelta(hours=22), 2)),
    Lock(
        stories,
        "feed_stories",
        "feeds show what was killed since",
        off.at(-timedelta(hours=4, minutes=15), 2),
    ),
    Lock(stories, "find_story", "items show before their embargo ends", off.at(timedelta(hours=22), 2)),
    Lock(
        stories, "ticker_stories", "the ticker shows before an embargo ends", off.at(timedelta(hours=22), 1)
    ),
    Lock(past, "classes_that_saw", "a substitute names what was never seen", off.every_replaced),
    Lock(past, "was_killed_for", "what never was is said to be gone", off.always(True)),
    Lock(stories, "left_at", "Last-Modified tells of what is embargoed", off.early_changes),
    Lock(Writing, "changed", "a commit does not move the epoch", off.always(None)),
    Lock(database, "move_epoch", "nobody learns of a commit", off.always(None)),
    Lock(database.Epoch, "is_same", "renderings outlive commits", off.always(True)),
    Lock(Rendering, "holds", "renderings never end", off.always(True)),
    Lock(rendering, "_viewer", "every view is one of full text", off.full_viewer),
    Lock(rendering, "in_full", "full words are read below full", off.all_versions),
    Lock(rendering, "published", "a secret feed that is gone is said to be gone", off.known_to_all),
    Lock(Publisher, "_true_when_sent", "what was killed meanwhile is sent", off.one_try),
    Lock(Agency, "moment", "a clock set back undoes what happened", off.clock_alone),
    Lock(directory, "public_feeds", "the directory names secret feeds", off.every_feed),
    Lock(directory, "new_name_of", "a redirect names a secret feed", off.blind_alias),
    Lock(Counter, "sign", "texts leave without a receipt", off.always(None)),
    Lock(receipts, "carried_by", "nothing needs a receipt", off.always(None)),
    Lock(credentials, "_check_secret", "a leaked signing key opens everything", off.always(None)),
    Lock(credentials, "_check_row", "revoked tokens go on, from everywhere", off.always(None)),
    Lock(credentials, "_is_within", "a token is good from every network", off.always(True)),
    Lock(credentials.rows, "find_company", "suspended companies go on", off.found_with("suspended_at", None)),
    Lock(credentials.rows, "find_token", "tokens never expire", off.found_with("expires_at", FOREVER)),
    Lock(credentials, "GRACE", "the polite days never end", off.instead(10 * YEAR)),
    Lock(credentials, "right_to", "every token opens every feed", off.always(FeedRight(Level.FULL))),
    Lock(credentials, "check_licensed", "items are given without a licence", off.always(None)),
    Lock(credentials, "source_of", "every token pushes items", off.always("desk")),
    Lock(webhooks, "is_fresh", "old signatures go on", off.always(True)),
    Lock(webhooks, "is_genuine", "a signature is not looked at", off.always(True)),
    Lock(signed, "_living", "webhook secrets that have ended go on", off.every_secret_of_the_file),
    Lock(signed, "_note", "an id is good for several messages", off.always(None)),
    Lock(metrics, "check", "the figures are for everybody", off.always(None)),
    Lock(asking, "credential", "a token for headers works in the path", off.path_as_header),
    Lock(front, "_fits", "a finished answer goes to others, and past its time", off.always(True)),
    Lock(Memory, "under", "what is remembered outlives commits", off.one_memory),
    Lock(Memory, "under_terms", "rights that are remembered outlive contracts", off.one_memory),
    Lock(Snapshot, "connection", "an answer is made of two states", off.unchecked),
    Lock(errors, "_unexpected", "the text of a fault is shown", off.told),
    Lock(errors, "_refuse_to_redirect", "slashes redirect", off.always(None)),
    Lock(headers, "_dressed", "answers lack their headers", off.ignoring),
    Lock(logs, "redacted", "tokens go to the log", off.ignoring),
)


def everywhere(room: Any, name: str) -> Iterator[Any]:
    """The rooms that hold the thing under this name: those that imported it too."""
    thing = getattr(room, name)
    yield room
    for module_name, module in list(sys.modules.items()):
        if (
            module_name.startswith("syndicate.")
            and module is not room
            and getattr(module, name, None) is thing
        ):
            yield module


@contextmanager
def without(lock: Lock) -> Iterator[None]:
    """The program with this lock taken out, wherever it was imported to."""
    with pytest.MonkeyPatch.context() as patch:
        replacement = lock.without(getattr(lock.room, lock.name))
        for room in list(everywhere(lock.room, lock.name)):
            patch.setattr(room, lock.name, replacement)
        yield


def caught_by(lock: Lock, attacked: World) -> tuple[str, str] | None:
    """The first check that fails without this lock, and what it says; None when nobody would miss it."""
    with without(lock), structlog.testing.capture_logs():
        for check in CHECKS:
            try:
                check(attacked)
            except Exception as error:  # noqa: BLE001 - another lock may stop it first, in its own way
                return check.__name__, f"{type(error).__name__}: {error}".partition("\n")[0]
    return None


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder, world(Path(folder)) as attacked:
        print("| lock | without it | noticed by |\n| --- | --- | --- |")
        for lock in LOCKS:
            found = caught_by(lock, attacked)
            noticed = found[0].replace("_", " ") if found else "NOBODY"
            print(f"| `{lock}` | {lock.otherwise} | {noticed} |", flush=True)
    changing.close()


if __name__ == "__main__":
    main()
