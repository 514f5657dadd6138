"""What feed files give, how a broken one leaves the others alone, and the sentence for each mistake."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from syndicate.core.model import Kind, Level
from syndicate.core.selection import FeedDefinition, Selector
from syndicate.settings import SettingsError, load_feeds

GOOD = 'title = "T"\ndescription = "D"\n'


@pytest.fixture
def feeds(tmp_path: Path) -> Path:
    folder = tmp_path / "feeds"
    folder.mkdir()
    return folder


def test_a_feed_file_with_every_key_becomes_its_definition(tmp_path: Path, feeds: Path) -> None:
    text = """
        title = "Economy"
        description = "Economy, business and finance"
        public = "headline"
        window = 500
        language = "ru"
        aliases = ["business"]
        [[select]]
        subject = ["medtop:04000000", "medtop:99999999", "house:ECO"]
        kind = ["text", "press-release"]
        language = ["en", "zh-Hans"]
        source = ["desk"]
        urgency = [1, 9]
        keyword = ["бюджет"]
        slugline = ["ECON"]
        [[select]]
        kind = ["interview"]
        [except]
        subject = ["medtop:15000000"]
        """
    (feeds / "economy.toml").write_text(text, "utf-8")
    found = load_feeds(tmp_path, ["desk"])
    assert found.definitions["economy"] == FeedDefinition(
        name="economy",
        title="Economy",
        description="Economy, business and finance",
        public=Level.HEADLINE,
        window=500,
        language="ru",
        aliases=("business",),
        selects=(
            Selector(
                subject=("medtop:04000000", "medtop:99999999", "house:ECO"),
                kind=(Kind.TEXT, Kind.PRESS_RELEASE),
                language=("en", "zh-Hans"),
                source=("desk",),
                urgency=(1, 9),
                keyword=("бюджет",),
                slugline=("ECON",),
            ),
            Selector(kind=(Kind.INTERVIEW,)),
        ),
        excepts=(Selector(subject=("medtop:15000000",)),),
    )
    assert found.digests == {"economy": hashlib.sha256(text.encode()).hexdigest()}
    assert (found.broken, found.problems) == (frozenset(), ())


def test_the_least_that_a_feed_file_says_is_title_and_description(tmp_path: Path, feeds: Path) -> None:
    (feeds / "all.toml").write_text(GOOD)
    assert load_feeds(tmp_path, []).definitions == {"all": FeedDefinition("all", "T", "D")}


def test_except_may_stand_several_times(tmp_path: Path, feeds: Path) -> None:
    (feeds / "all.toml").write_text(GOOD + "[[except]]\nurgency = [9]\n[[except]]\nkeyword = ['x']")
    assert load_feeds(tmp_path, []).definitions["all"].excepts == (
        Selector(urgency=(9,)),
        Selector(keyword=("x",)),
    )


def test_a_broken_file_is_left_out_and_named_and_the_others_load(tmp_path: Path, feeds: Path) -> None:
    (feeds / "a.toml").write_text(GOOD)
    (feeds / "b.toml").write_text("title = ?\n")
    (feeds / "c.toml").mkdir()
    (feeds / "d.toml").write_text(GOOD)
    found = load_feeds(tmp_path, [])
    assert list(found.definitions) == list(found.digests) == ["a", "d"]
    assert found.broken == {"b", "c"}
    assert found.problems == (
        "feeds/b.toml line 1: this is not TOML: invalid value at column 9.",
        "feeds/c.toml must be a plain file.",
    )


def test_what_editors_leave_in_the_folder_is_no_feed(tmp_path: Path, feeds: Path) -> None:
    for name in (".a.toml", "a.toml~", "a.toml.swp", "README"):
        (feeds / name).write_text("?")
    found = load_feeds(tmp_path, [])
    assert (found.definitions, found.problems) == ({}, ())


def test_a_missing_folder_is_an_error_and_not_the_end_of_all_feeds(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^The feeds cannot be read: No such file or directory: "):
        load_feeds(tmp_path, [])


@pytest.mark.parametrize("name", ["Economy", "eco_nomy", "эконом", "a b", "x\x1b[2J"])
def test_a_file_name_that_no_address_can_carry_is_refused(tmp_path: Path, feeds: Path, name: str) -> None:
    (feeds / f"{name}.toml").write_text(GOOD)
    found = load_feeds(tmp_path, [])
    assert found.definitions == {}
    (sentence,) = found.problems
    assert sentence.endswith(": the name of a feed file must be of lower-case letters, digits and hyphens.")
    assert sentence.isprintable()


KINDS = '"text", "press-release", "interview", "picture", "advisory" or "calendar"'

WRONG = [
    ('description = "D"', ": the key `title` is missing; it must be a text on one line, not empty."),
    ("titel = 'x'\n" + GOOD, " line 1: unknown key `titel`; did you mean `title`?"),
    (GOOD + "widow = 1", " line 3: unknown key `widow`; did you mean `window`?"),
    (
        GOOD + "zzz = 1",
        (
            " line 3: unknown key `zzz`; known here: aliases, description, except, language, public, select,"
            " title, window."
        ),
    ),
    (GOOD + "window = 0", " line 3: `window` must be a whole number from 1 to 500, not 0."),
    (GOOD + "window = 501", " line 3: `window` must be a whole number from 1 to 500, not 501."),
    (GOOD + "window = '50'", ' line 3: `window` must be a whole number from 1 to 500, not "50".'),
    (
        GOOD + "public = 'notice'",
        (
            ' line 3: `public` must be "nothing", "headline", "excerpt" or "full", not "notice"; did you mean'
            " `nothing`?"
        ),
    ),
    (
        GOOD + "public = 3",
        ' line 3: `public` must be "nothing", "headline", "excerpt" or "full", not 3.',
    ),
    (
        GOOD + "language = 'e'",
        ' line 3: `language` must be a language tag of BCP 47, such as en or zh-Hans, not "e".',
    ),
    (
        GOOD + "aliases = ['Business']",
        (
            " line 3: `aliases` must be a list of names of lower-case letters, digits and hyphens,"
            ' and "Business" is none.'
        ),
    ),
    (
        GOOD + "aliases = 'business'",
        (
            " line 3: `aliases` must be a list of names of lower-case letters, digits and hyphens,"
            ' not "business".'
        ),
    ),
    (GOOD + "aliases = ['a', 'a']", ' line 3: `aliases` holds "a", which this list has already.'),
    (GOOD + "aliases = ['x']", ' line 3: `aliases` holds "x", which feeds/x.toml has already.'),
    (
        GOOD + "[[select]]\nkind = ['text']\n[[select]]\nkind = ['interviews']",
        (
            f' line 6: `select.kind` must be a list of one or more kinds ({KINDS}), and "interviews" is none;'
            " did you mean `interview`?"
        ),
    ),
    (
        GOOD + "[[select]]\nkind = []",
        f" line 4: `select.kind` must be a list of one or more kinds ({KINDS}), not an empty list.",
    ),
    (
        GOOD + "[[select]]\nkind = 'text'",
        f' line 4: `select.kind` must be a list of one or more kinds ({KINDS}), not "text".',
    ),
    (
        GOOD + "[[select]]\nsubject = ['medtop:4']",
        (
            " line 4: `select.subject` must be a list of one or more subjects (of Media Topics medtop: and eight"
            ' digits), and "medtop:4" is none.'
        ),
    ),
    (
        GOOD + "[[select]]\nsubject = [\n 'medtop:04000000',\n 'medtopic:15000000',\n]",
        (
            " line 4: `select.subject` must be a list of one or more subjects (of Media Topics medtop: and eight"
            ' digits), and "medtopic:15000000" is none; did you mean `medtop:15000000`?'
        ),
    ),
    (
        GOOD + "[[select]]\nsource = ['dekc']",
        (
            " line 4: `select.source` must be a list of one or more sources that config.toml has,"
            ' and "dekc" is none; did you mean `desk`?'
        ),
    ),
    (
        GOOD + "[[select]]\nurgency = [0]",
        " line 4: `select.urgency` must be a list of one or more whole numbers from 1 to 9, and 0 is none.",
    ),
    (
        GOOD + "[[select]]\nlanguage = ['']",
        ' line 4: `select.language` must be a list of one or more language tags (BCP 47), and "" is none.',
    ),
    (
        GOOD + "[[select]]\ntopic = ['x']\nkind = ['text']",
        (
            " line 4: unknown key `select.topic`; known here:"
            " keyword, kind, language, slugline, source, subject, urgency."
        ),
    ),
    (
        GOOD + "[except]\nsubjct = ['x']\nkind = ['text']",
        " line 4: unknown key `except.subjct`; did you mean `subject`?",
    ),
    (
        GOOD + "[except]",
        (
            " line 3: `except` needs at least one of the keys subject, kind, language, source, urgency, keyword,"
            " slugline."
        ),
    ),
    (GOOD + "select = 'all'", " line 3: `select` must be one table or several."),
    (GOOD + "select = ['all']", " line 3: `select` must be a table."),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_each_wrong_feed_file_is_refused_with_one_exact_sentence(feed_problems, text, sentence) -> None:
    assert feed_problems(x=text) == ("feeds/x.toml" + sentence,)


def test_an_alias_that_is_the_name_of_another_feed_is_refused(feed_problems) -> None:
    assert feed_problems(a=GOOD + "aliases = ['b']", b=GOOD) == (
        'feeds/a.toml line 3: `aliases` holds "b", which feeds/b.toml has already.',
    )


def test_an_alias_that_another_feed_has_is_refused_to_the_later_name(feed_problems) -> None:
    assert feed_problems(a=GOOD + "aliases = ['old']", b=GOOD + "\naliases = ['old']") == (
        'feeds/b.toml line 4: `aliases` holds "old", which feeds/a.toml has already.',
    )


def test_the_name_of_a_broken_feed_stays_taken(feed_problems) -> None:
    assert feed_problems(a=GOOD + "aliases = ['b']", b="?")[0] == (
        'feeds/a.toml line 3: `aliases` holds "b", which feeds/b.toml has already.'
    )
