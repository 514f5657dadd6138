"""Files of anybody's making: each key is found on its line, and nothing but a sentence comes of bad ones."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.settings import SettingsError, default_config, load, load_feeds, starter_feeds
from syndicate.settings.files import parse_toml


def test_every_key_of_the_starter_is_found_on_its_line() -> None:
    text = default_config()
    file = parse_toml(text.encode(), "config.toml")
    content = text.split("\n")
    found = [(path[-1], content[line - 1]) for path, line in file.lines.items() if len(path) > 1]
    assert len(found) > 25
    for key, line in found:
        assert line.startswith((f"{key} =", f"[sources.{key}]"))


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("[a]\nb = 1", ("a", "b"), 2),
        ("[ a . 'b c' ]\n\"d\" = 1", ("a", "b c", "d"), 2),
        ("a.b.c = 1", ("a", "b", "c"), 1),
        ("[a]\nb.c = 1", ("a", "b", "c"), 2),
        ("[[a]]\nb = 1\n[[a]]\nb = 2", ("a", 1, "b"), 4),
        ("[[a]]\n[[a.b]]\n[[a]]\n[[a.b]]\n[[a.b]]\nc = 1", ("a", 1, "b", 1, "c"), 6),
        ("[a]\nb = 1", ("a", 0, "b"), 2),
        ("a = [\n 'b = 1',\n 'c',\n]", ("a", 1), 1),
        ("a = { b = { c = 1 } }", ("a", "b", "c"), 1),
        ("a = '''\nb = 1\n'''\nb = 2", ("b",), 4),
        ('a = """x"""\nb = 2', ("b",), 2),
        ("[a]\n", ("b",), 0),
    ],
)
def test_a_key_is_found_however_it_is_written(text: str, path: tuple[str | int, ...], line: int) -> None:
    assert parse_toml(text.encode(), "x").place(path).line == line


def refused_or_loaded(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "feeds").mkdir()
        (folder / "config.toml").write_bytes(raw)
        (folder / "feeds" / "x.toml").write_bytes(raw)
        try:
            load(folder, {"SYNDICATE_SERVE__PORT": "1"})
            problems: tuple[str, ...] = ()
        except SettingsError as error:
            problems = error.problems
        for sentence in (*problems, *load_feeds(folder, ["desk"]).problems):
            assert sentence.isprintable()
            assert sentence.endswith((".", "?"))


@settings(deadline=None)
@given(st.binary(max_size=60), st.integers(0, 5000), st.integers(0, 40), st.sampled_from(["config", "feed"]))
def test_a_spoilt_file_gives_sentences_and_no_other_error(junk: bytes, at: int, cut: int, which: str) -> None:
    text = default_config() if which == "config" else starter_feeds()["economy.toml"]
    raw = text.encode()
    refused_or_loaded(raw[:at] + junk + raw[at + cut :])


VALUES = st.recursive(
    st.sampled_from(
        ['"x"', '"\\u0000"', "''", "1", "-1", "0x" + "f" * 300, "1e400", "nan", "true", "2026-01-01"]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda values: f"[{', '.join(values)}]"),
        inner.map(lambda value: f"{{ kind = {value}, x = {value} }}"),
    ),
    max_leaves=4,
)
KEYS = """
    site.title site.founded site.since database.url serve.port excerpt.share mail.smtp rights sources
    sources.a sources.a.kind sources.a.every sources.a.path sources.a.subjects sources.a.kinds
    sources.a.not_public title description public window language aliases select except select.kind
    except.subject
"""


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(KEYS.split()), VALUES), max_size=4))
def test_any_value_under_any_key_gives_sentences_and_no_other_error(pairs: list[tuple[str, str]]) -> None:
    refused_or_loaded("\n".join(f"{key} = {value}" for key, value in pairs).encode())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(".".join("a" * 50_000) + " = 1", id="one long dotted key"),
        pytest.param(
            "\n".join(f"a{n}." + ".".join("a" * 2000) + " = 1" for n in range(32)), id="dotted keys"
        ),
        pytest.param(
            "\n".join(f"[a{n}." + ".".join("a" * 2000) + "]" for n in range(32)), id="dotted tables"
        ),
        pytest.param("serve." + ".".join("a" * 2000) + " = 1", id="a dotted key in a section"),
        pytest.param("select = [\n" + "{ kind = ['x'] },\n" * 6_000 + "]", id="many tables"),
        pytest.param("[[select]]\n" * 10_000, id="many empty tables"),
        pytest.param("x = " + "[" * 300 + "]" * 300, id="a deep list"),
        pytest.param("x = " + "1" * 4_000, id="a long number"),
        pytest.param(" " * 4_000 + "=", id="blanks"),
        pytest.param("\n".join(f"k{n} = 1" for n in range(10_000)), id="many keys"),
    ],
)
def test_a_file_that_is_made_to_be_slow_is_refused_in_time(text: str) -> None:
    began = time.thread_time()
    refused_or_loaded(text.encode())
    assert time.thread_time() - began < 10
