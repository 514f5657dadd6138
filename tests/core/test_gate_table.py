"""The table of the gate: the one in the docs is the one in the code, and the code decides as it says."""

from __future__ import annotations

import runpy
from itertools import product
from pathlib import Path

from syndicate.core.gate import decide, table
from syndicate.core.model import Face, Level, ReaderClass
from syndicate.core.story import Anonymous
from tests.core.test_gate import ALL, NOW, partner, span, story

DOCS = Path(__file__).parent.parent.parent / "docs"


def test_the_docs_print_the_table_of_the_code() -> None:
    printed = runpy.run_path(str(DOCS / "gate_table.py"))["main"]()
    assert printed in (DOCS / "gate.md").read_text("utf-8"), "run python docs/gate_table.py"


def test_the_gate_decides_as_its_table_says() -> None:
    for now, public, anonymous, *licensed, _ in table():
        if now == "nothing":
            assert decide(story(), Anonymous(), ALL, NOW).level.name == anonymous
            continue
        spans = [
            span(each, Face(now)) for each in ReaderClass if Face(now) is not Face.HOLD or each != "public"
        ]
        shown = story(*spans, public=Level[public])
        assert decide(shown, Anonymous(), ALL, NOW).level.name == anonymous
        for level, wanted in zip((Level.HEADLINE, Level.EXCERPT, Level.FULL), licensed, strict=True):
            assert decide(shown, partner(level), ALL, NOW).level.name == wanted


def test_the_table_is_total() -> None:
    cases = {(row[0], row[1]) for row in table()}
    publics = ("NOTHING", "HEADLINE", "EXCERPT", "FULL")
    assert cases == {*product([face.value for face in Face], publics), ("nothing", "any")}
