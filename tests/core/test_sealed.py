"""A sealed text cannot be printed by accident, and the few ways around it stay few.

The first half tries every way in which Python turns a value into text; the second reads the syntax trees of
the whole program and lists who opens a seal.
"""

from __future__ import annotations

import ast
import copy
import json
import logging
import pickle
import string
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import jinja2
import pytest
from markupsafe import Markup

from syndicate.core.model import Level
from syndicate.core.sealed import Sealed, SealedError, for_the_desk, reveal, to_column
from syndicate.core.story import FullWords
from syndicate.store import tables
from syndicate.store.columns import SealedBytes, SealedText
from syndicate.store.items import OPEN_SIDES

SECRET = "thewordnobodymayread"
PACKAGE = Path(__file__).parent.parent.parent / "syndicate"
PAGES = jinja2.Environment(autoescape=True)

WAYS: dict[str, Callable[[Sealed[str]], object]] = {
    "str": str,
    "bytes": lambda sealed: bytes(sealed),
    "f-string": lambda sealed: f"{sealed}",
    "f-string with a width": lambda sealed: f"{sealed:>40}",
    "f-string as text": lambda sealed: f"{sealed!s}",
    "format": lambda sealed: "{}".format(sealed),  # noqa: UP032
    "format_map": lambda sealed: "{a}".format_map({"a": sealed}),
    "percent": lambda sealed: "%s" % sealed,  # noqa: UP031
    "template": lambda sealed: string.Template("$a").substitute(a=sealed),
    "join": lambda sealed: "".join([sealed]),
    "join its letters": lambda sealed: "".join(sealed),
    "add": lambda sealed: "text: " + sealed,
    "added to": lambda sealed: sealed + " text",
    "times": lambda sealed: sealed * 2,
    "its own percent": lambda sealed: sealed % (),
    "iteration": lambda sealed: list(sealed),
    "unpacking": lambda sealed: [*sealed],
    "a letter": lambda sealed: sealed[0],
    "a slice": lambda sealed: sealed[:5],
    "search": lambda sealed: "word" in sealed,
    "order": lambda sealed: sealed < Sealed("z"),
    "reversed": lambda sealed: list(reversed(sealed)),
    "json": json.dumps,
    "json with str": lambda sealed: json.dumps(sealed, default=str),
    "json of its fields": lambda sealed: json.dumps(sealed, default=vars),
    "pickle": pickle.dumps,
    "old pickle": lambda sealed: pickle.dumps(sealed, 0),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "asdict": lambda sealed: asdict(FullWords(text=sealed)),
    "vars": vars,
    "jinja": lambda sealed: PAGES.from_string("{{ a }}").render(a=sealed),
    "jinja, safe": lambda sealed: PAGES.from_string("{{ a|safe }}").render(a=sealed),
    "jinja, joined": lambda sealed: PAGES.from_string("{{ a|join }}").render(a=sealed),
    "jinja, upper": lambda sealed: PAGES.from_string("{{ a|upper }}").render(a=sealed),
    "jinja, list": lambda sealed: PAGES.from_string("{{ a|list }}").render(a=sealed),
    "markup": Markup,
    "escape": lambda sealed: Markup("<p>%s</p>") % sealed,
    "a file's name": lambda sealed: Path(sealed),
    "compile": lambda sealed: compile(sealed, "x", "eval"),
    "setting": lambda sealed: setattr(sealed, "words", "x"),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_no_way_of_python_turns_a_sealed_text_into_text(way: Callable[[Sealed[str]], object]) -> None:
    with pytest.raises((SealedError, TypeError, AttributeError)) as raised:
        way(Sealed(SECRET))
    assert SECRET not in f"{raised.value!r}"


def test_a_log_line_with_a_sealed_text_does_not_hold_it(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), pytest.raises(SealedError):
        logging.getLogger("syndicate").info("the text is %s", Sealed(SECRET))
    logging.getLogger("syndicate").info("the text is %r", Sealed(SECRET))
    assert SECRET not in caplog.text


def test_what_is_shown_of_it_is_its_length_alone() -> None:
    sealed = Sealed(SECRET)
    assert repr(sealed) == f"<sealed, {len(SECRET)} long>"
    assert SECRET not in repr(FullWords(text=sealed))
    assert PAGES.from_string("{{ a|length }}").render(a=sealed) == str(len(SECRET))


def test_it_can_be_carried_compared_and_counted() -> None:
    assert Sealed("a") == Sealed("a") != Sealed("b")
    assert Sealed("a") != "a"
    assert len({Sealed("a"), Sealed("a"), Sealed("b")}) == 2
    assert [bool(Sealed(words)) for words in ("a", "")] == [True, False]


@pytest.mark.parametrize("level", [level for level in Level if level is not Level.FULL])
def test_it_is_revealed_at_full_and_below_it_never(level: Level) -> None:
    with pytest.raises(SealedError):
        reveal(Sealed(SECRET), level)
    assert reveal(Sealed(SECRET), Level.FULL) == to_column(Sealed(SECRET)) == SECRET
    assert for_the_desk(Sealed(b"raw")) == b"raw"


# Who opens a seal, by the syntax trees

OPENERS = {
    "reveal": {"core/gate.py"},
    "to_column": {"store/columns.py"},
    "for_the_desk": {"service/quarantine.py"},
    "mentions": {"service/keeping/purge.py"},
}


def trees(room: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Every module of the program (or of one room), by its path in it."""
    for path in sorted((PACKAGE / room).rglob("*.py")):
        yield str(path.relative_to(PACKAGE)), ast.parse(path.read_text("utf-8"))


def names(tree: ast.AST) -> set[str]:
    """Every name that a module utters: of variables, attributes, imports, and in short texts."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.ImportFrom | ast.Import):
            found |= {part for alias in node.names for part in (alias.name, alias.asname or "")}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return found


@pytest.mark.parametrize("opener", OPENERS)
def test_one_module_alone_opens_seals_in_each_way(opener: str) -> None:
    users = {path for path, tree in trees() if path != "core/sealed.py" and opener in names(tree)}
    assert users == OPENERS[opener]


def test_nobody_reaches_around_the_seal() -> None:
    hidden = {
        path
        for path, tree in trees()
        if any("_Sealed__" in name or name == "__words" for name in names(tree))
    }
    assert hidden == {"core/sealed.py"}
    assert all("core.sealed import *" not in Path(PACKAGE / path).read_text("utf-8") for path, _ in trees())


def test_the_module_of_the_seal_is_imported_by_name_only_where_it_is_needed() -> None:
    """`import sealed` as a whole would hide which of the openers is used."""
    whole = {
        path
        for path, tree in trees()
        for node in ast.walk(tree)
        if (isinstance(node, ast.ImportFrom) and node.module == "syndicate.core"
            and any(alias.name == "sealed" for alias in node.names))
        or (isinstance(node, ast.Import) and any(alias.name.endswith("core.sealed") for alias in node.names))
    }  # fmt: skip
    assert whole == set()


# The store never asks the database for what is under a seal

SEALED_COLUMNS = {"summary", "text", "editors_note", "renditions", "raw"}


def test_the_columns_of_full_words_are_sealed_and_no_others() -> None:
    found = {
        column.name
        for table in tables.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, SealedText | SealedBytes)
    }
    assert found == SEALED_COLUMNS


def test_below_full_no_sealed_column_is_selected() -> None:
    assert not {column.name for column in OPEN_SIDES} & SEALED_COLUMNS


AROUND = {"literal_column", "cast", "type_coerce", "column", "literal"}


def test_the_store_has_no_words_for_sql_that_would_lose_the_type_of_a_column() -> None:
    """A function, a cast or bare SQL over a sealed column would give bare text."""
    for path, tree in trees("store"):
        imported = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
            for alias in node.names
        }
        assert not imported & AROUND, path
        assert "text" not in imported or path == "store/schema.py", path


def test_no_function_of_sql_is_called_over_a_sealed_column() -> None:
    for path, tree in trees("store"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("func."):
                attributes = {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}
                assert not attributes & SEALED_COLUMNS, (path, ast.unparse(node))


def test_statements_as_bare_text_name_no_table_of_items() -> None:
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "SELECT " in node.value:
                assert not {"versions", "messages", "quarantine"} & set(node.value.split()), path
