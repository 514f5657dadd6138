"""What config.toml gives, and the sentence for each way to get it wrong."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest
from pydantic import ValidationError

from syndicate.core.model import Kind, Source
from syndicate.settings import Settings, SettingsError, load


def loaded(folder: Path, text: str, **environ: str) -> Settings:
    (folder / "config.toml").write_text(text, "utf-8")
    return load(folder, environ)


def test_an_empty_file_gives_every_default(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "")
    assert (settings.serve.host, settings.serve.port, settings.serve.processes) == ("127.0.0.1", 8080, 2)
    assert (settings.serve.public_max_age, settings.serve.trusted_proxies) == (0, 0)
    assert (settings.excerpt.words, settings.excerpt.characters, settings.excerpt.share) == (60, 400, 0.25)
    assert (settings.retention.receipts_days, settings.retention.raw_days) == (1095, 30)
    assert (settings.mail.smtp, settings.mail.sender) == ("", "wire@wire.example")
    assert (settings.site.authority, settings.site.since) == ("wire.example", "2026")
    assert settings.sources == {}
    assert settings.rights.license_url == ""


def test_paths_are_absolute_whatever_the_process_stands_in(tmp_path: Path) -> None:
    settings = loaded(tmp_path, '[sources.drop]\nkind = "folder"\npath = "incoming"')
    assert settings.folder == tmp_path
    assert settings.database.url == f"sqlite:///{tmp_path}/data/syndicate.db"
    assert settings.sources["drop"].path == tmp_path / "incoming"
    assert settings.keys_path == tmp_path / "data" / "keys.toml"


def test_an_absolute_database_file_stays_where_it_is(tmp_path: Path) -> None:
    settings = loaded(tmp_path, '[database]\nurl = "sqlite:////srv/wire.db"')
    assert settings.database.url == "sqlite:////srv/wire.db"


def test_a_source_reaches_the_core_with_all_its_mappings(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        """
        [sources.partner-rss]
        kind = "poll"
        url = "https://partner.example/rss?key=1"
        every = "2h"
        numbered = true
        may_kill = true
        summaries = true
        timezone = "Europe/Moscow"
        subjects = { "Экономика" = "medtop:04000000" }
        kinds = { "Communiqué" = "press-release" }
        corrections = ["Berichtigung"]
        not_public = ["Clients only"]
        """,
    )
    assert settings.sources["partner-rss"].every == 7200
    assert settings.source("partner-rss") == Source(
        name="partner-rss",
        namespace="partner-rss",
        is_numbered=True,
        may_kill=True,
        has_summaries=True,
        zone="Europe/Moscow",
        subjects=(("Экономика", "medtop:04000000"),),
        kinds=(("Communiqué", Kind.PRESS_RELEASE),),
        corrections=("Berichtigung",),
        not_public=("Clients only",),
    )


def test_a_namespace_can_be_shared_by_sources(tmp_path: Path) -> None:
    text = '[sources.a]\nkind = "push"\nnamespace = "house"\n[sources.b]\nkind = "push"\nnamespace = "house"'
    settings = loaded(tmp_path, text)
    assert settings.source("a").namespace == settings.source("b").namespace == "house"


def test_asking_for_an_unknown_source_names_the_nearest(tmp_path: Path) -> None:
    settings = loaded(tmp_path, '[sources.desk]\nkind = "push"')
    with pytest.raises(
        SettingsError, match=r"^There is no source `dsek` in config.toml; did you mean `desk`\?$"
    ):
        settings.source("dsek")


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "")
    with pytest.raises(ValidationError):
        settings.serve.port = 1  # type: ignore[misc]


def test_settings_reach_a_child_process_whole(tmp_path: Path) -> None:
    settings = loaded(tmp_path, '[sources.desk]\nkind = "push"')
    assert pickle.loads(pickle.dumps(settings)) == settings


def test_nothing_that_prints_settings_prints_a_password(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        """
        [database]
        url = "postgresql://wire:hunter2@db.example/wire?password=hunter2"
        [mail]
        smtp = "smtps://wire:hunter2@mail.example:465"
        [sources.x]
        kind = "poll"
        url = "https://partner.example/rss?key=hunter2"
        """,
    )
    printed = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json(by_alias=True)}"
    assert "hunter2" not in printed
    assert "postgresql://***@db.example/wire?***" in printed
    assert "https://partner.example/rss?***" in printed
    assert "smtps://***@mail.example:465" in printed
    assert settings.database.url.startswith("postgresql://wire:hunter2@")


def test_a_working_folder_without_config_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, {})
    assert str(caught.value) == (
        f"There is no config.toml in {tmp_path}. Run `syndicate init` to make a working folder,"
        " or go to one with --folder."
    )


def test_a_config_that_is_no_plain_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.toml")
    with pytest.raises(SettingsError, match=r"^config.toml must be a plain file\.$"):
        load(tmp_path, {})


def test_a_database_path_that_an_address_cannot_hold_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "why?"
    folder.mkdir()
    with pytest.raises(SettingsError, match="the address of an SQLite file holds no `\\?`"):
        loaded(folder, "")


def test_all_problems_are_collected_in_the_order_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[serve]\nprot = 1\nport = "x"\n[site]\ntitle = ""\n')
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, {})
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "config.toml line 2",
        "config.toml line 3",
        "config.toml line 5",
    ]
    assert str(caught.value) == (
        "config.toml line 2: unknown key `serve.prot`; did you mean `port`? (and 2 more)"
    )


KINDS = '"text", "press-release", "interview", "picture", "advisory" or "calendar"'

WRONG = [
    ("[site]\ntitle = ' '", 'line 2: `site.title` must be a text on one line, not empty, not " ".'),
    (
        '[site]\ntitle = "a\\u0000b"',
        'line 2: `site.title` must be a text on one line, not empty, not "a\\u0000b".',
    ),
    ("[site]\nnotice = ''", 'line 2: `site.notice` must be a text, not empty, not "".'),
    (
        "[site]\nbase_url = 'https://wire.example/'",
        (
            "line 2: `site.base_url` must be an http or https address without a slash at its end,"
            ' not "https://wire.example/".'
        ),
    ),
    (
        "[site]\nbase_url = 'ftp://wire.example'",
        (
            "line 2: `site.base_url` must be an http or https address without a slash at its end,"
            ' not "ftp://wire.example".'
        ),
    ),
    (
        "[site]\nbase_url = 'http://wire.example:99999'",
        (
            "line 2: `site.base_url` must be an http or https address without a slash at its end,"
            ' not "http://wire.example:99999".'
        ),
    ),
    (
        '[site]\nbase_url = "http://wire.example\\n"',
        (
            "line 2: `site.base_url` must be an http or https address without a slash at its end,"
            ' not "http://wire.example\\n".'
        ),
    ),
    (
        "[site]\nauthority = 'https://wire.example'",
        (
            "line 2: `site.authority` must be a domain in lower case, such as wire.example,"
            ' not "https://wire.example".'
        ),
    ),
    (
        "[site]\nauthority = 'Wire.example'",
        'line 2: `site.authority` must be a domain in lower case, such as wire.example, not "Wire.example".',
    ),
    (
        "[site]\nsince = 2026",
        'line 2: `site.since` must be a year or a date in quotes, such as "2026" or "2026-01-31", not 2026.',
    ),
    (
        "[site]\nsince = 2026-01-31",
        (
            'line 2: `site.since` must be a year or a date in quotes, such as "2026" or "2026-01-31",'
            " not a date or a time."
        ),
    ),
    (
        "[site]\nsince = '2026-02-30'",
        (
            'line 2: `site.since` must be a year or a date in quotes, such as "2026" or "2026-01-31",'
            ' not "2026-02-30".'
        ),
    ),
    (
        "[site]\ntimezone = 'Europe/Mosco'",
        (
            "line 2: `site.timezone` must be a time zone of the IANA database, such as Europe/Moscow,"
            ' not "Europe/Mosco"; did you mean `Europe/Moscow`?'
        ),
    ),
    (
        "[site]\ntimezone = '../../etc/passwd'",
        (
            "line 2: `site.timezone` must be a time zone of the IANA database, such as Europe/Moscow,"
            ' not "../../etc/passwd".'
        ),
    ),
    (
        "[site]\nlanguage = 'english'",
        'line 2: `site.language` must be a language tag of BCP 47, such as en or zh-Hans, not "english".',
    ),
    ("[site]\nfounded = 1991.5", "line 2: `site.founded` must be a year, such as 1991, not 1991.5."),
    (
        f"[site]\nfounded = 0x{'f' * 4000}",
        "line 2: `site.founded` must be a year, such as 1991, not a number beyond all use.",
    ),
    (
        "[site]\ncontact = 'the desk'",
        'line 2: `site.contact` must be an e-mail address, such as rights@wire.example, not "the desk".',
    ),
    (
        "[database]\nurl = 'mysql://root:hunter2@db/wire'",
        "line 2: `database.url` must be sqlite:///FILE or postgresql://USER@HOST/DATABASE.",
    ),
    (
        "[database]\nurl = 'sqlite:///:memory:'",
        "line 2: `database.url` must be sqlite:///FILE or postgresql://USER@HOST/DATABASE.",
    ),
    ("database = 'postgresql://wire:hunter2@db/wire'", "line 1: `database` must be a table."),
    (
        "[serve]\nhost = 'a b'",
        'line 2: `serve.host` must be an address or a name of this machine, such as 127.0.0.1, not "a b".',
    ),
    ("[serve]\nport = '8080'", 'line 2: `serve.port` must be a whole number from 0 to 65535, not "8080".'),
    ("[serve]\nport = 65536", "line 2: `serve.port` must be a whole number from 0 to 65535, not 65536."),
    ("[serve]\nport = true", "line 2: `serve.port` must be a whole number from 0 to 65535, not true."),
    ("[serve]\nprocesses = 0", "line 2: `serve.processes` must be a whole number from 1 up, not 0."),
    (
        "[serve]\npublic_max_age = -1",
        "line 2: `serve.public_max_age` must be a whole number from 0 up, not -1.",
    ),
    ("[serve]\nprot = 1", "line 2: unknown key `serve.prot`; did you mean `port`?"),
    (
        "[serve]\nzzz = 1",
        (
            "line 2: unknown key `serve.zzz`; known here: host, port, processes, public_max_age,"
            " requests_per_minute, trusted_proxies."
        ),
    ),
    ("serve = { prot = 1 }", "line 1: unknown key `serve.prot`; did you mean `port`?"),
    ("serve.prot = 1", "line 1: unknown key `serve.prot`; did you mean `port`?"),
    ("serve = 8080", "line 1: `serve` must be a table."),
    ("\n[srve]\nport = 1", "line 2: unknown key `srve`; did you mean `serve`?"),
    (
        '"\\u001b[2J" = 1',
        (
            ': unknown key `"\\u001b[2J"`; known here: database, excerpt, mail, retention,'
            " rights, serve, site, sources."
        ),
    ),
    (
        "[excerpt]\nshare = 1.1",
        "line 2: `excerpt.share` must be a number from 0 to 1, such as 0.25, not 1.1.",
    ),
    (
        "[excerpt]\nshare = nan",
        "line 2: `excerpt.share` must be a number from 0 to 1, such as 0.25, not nan.",
    ),
    ("[excerpt]\nwords = [60]", "line 2: `excerpt.words` must be a whole number from 1 up, not a list."),
    (
        "[retention]\nraw_days = 999999999",
        "line 2: `retention.raw_days` must be a whole number from 1 to 36500, not 999999999.",
    ),
    (
        "[mail]\nfrom = 'wire'",
        'line 2: `mail.from` must be an e-mail address, such as rights@wire.example, not "wire".',
    ),
    ("[mail]\nsender = 'a@b.example'", "line 2: unknown key `mail.sender`; known here: from, smtp."),
    (
        "[mail]\nsmtp = 'smtp://wire:hunter2@mail.example/inbox'",
        "line 2: `mail.smtp` must be empty, HOST:PORT or smtps://USER:PASSWORD@HOST:PORT.",
    ),
    (
        "[sources.Desk_1]\nkind = 'push'",
        (
            "line 1: `sources` must be a table of sources, named by lower-case letters, digits and hyphens,"
            ' and "Desk_1" is none.'
        ),
    ),
    (
        "sources = []",
        "line 1: `sources` must be a table of sources, named by lower-case letters, digits and hyphens.",
    ),
    ("[sources]\ndesk = 'push'", "line 2: `sources.desk` must be a table."),
    (
        "[sources.desk]\nnumbered = true",
        'line 1: the key `sources.desk.kind` is missing; it must be "push", "poll" or "folder".',
    ),
    (
        "[sources.desk]\nkind = 'pull'",
        'line 2: `sources.desk.kind` must be "push", "poll" or "folder", not "pull"; did you mean `poll`?',
    ),
    ("[sources.a]\nkind = 'poll'", 'line 1: `sources.a` needs the key `url`, since its kind is "poll".'),
    ("[sources.a]\nkind = 'folder'", 'line 1: `sources.a` needs the key `path`, since its kind is "folder".'),
    (
        "[sources.a]\nkind = 'push'\nevery = '5m'",
        'line 1: `sources.a` has kind = "push", but only kind = "poll" has the key `every`.',
    ),
    (
        "[sources.a]\nkind = 'poll'\nurl = 'https://wire:hunter2@partner.example/'",
        "line 3: `sources.a.url` must be an http or https address without a password.",
    ),
    (
        "[sources.a]\nkind = 'poll'\nurl = 'https://p.example/'\nevery = '5 minutes'",
        'line 4: `sources.a.every` must be a time in quotes, such as "90s", "5m" or "2h", not "5 minutes".',
    ),
    (
        "[sources.a]\nkind = 'push'\nsilent_after = 6",
        'line 3: `sources.a.silent_after` must be a time in quotes, such as "6h" or "2d", not 6.',
    ),
    (
        "[sources.a]\nkind = 'folder'\npath = ''",
        'line 3: `sources.a.path` must be the path of a folder, such as "incoming", not "".',
    ),
    *(
        (
            f"[sources.a]\nkind = 'folder'\npath = '{path}'",
            "line 3: `sources.a.path` must be a folder of its own: files of syndicate are in this one.",
        )
        for path in (".", "data", "feeds/", "feeds/../data")
    ),
    (
        "[database]\nurl = 'sqlite:///db/wire.db'\n[sources.a]\nkind = 'folder'\npath = 'db'",
        "line 5: `sources.a.path` must be a folder of its own: files of syndicate are in this one.",
    ),
    (
        "[sources.a]\nkind = 'folder'\npath = 'drop/done'",
        "line 3: `sources.a.path` must not be called done or failed: so are the folders beside it.",
    ),
    (
        "[sources.a]\nkind = 'folder'\npath = 'in'\n[sources.b]\nkind = 'folder'\npath = './in'",
        "line 6: `sources.b.path` must be a folder of its own: this is that of `a`.",
    ),
    (
        '[sources.a]\nkind = "push"\nnamespace = "a\\nb"',
        'line 3: `sources.a.namespace` must be a text on one line, not empty, not "a\\nb".',
    ),
    (
        "[sources.a]\nkind = 'push'\nmay_kill = 1",
        "line 3: `sources.a.may_kill` must be true or false, not 1.",
    ),
    (
        "[sources.a]\nkind = 'push'\nmaykill = true",
        "line 3: unknown key `sources.a.maykill`; did you mean `may_kill`?",
    ),
    (
        "[sources.a]\nkind = 'push'\n[sources.a.kinds]\nBericht = 'text'\n'Gespräch' = 'interviw'",
        (
            f'line 5: `sources.a.kinds` must be a table from genres to kinds ({KINDS}), and "interviw" is none;'
            " did you mean `interview`?"
        ),
    ),
    (
        "[sources.a]\nkind = 'push'\nsubjects = { Sport = 'medtop:15' }",
        (
            "line 3: `sources.a.subjects` must be a table from the source's words to ours, such as"
            ' { "Sport" = "medtop:15000000" }, and "medtop:15" is none.'
        ),
    ),
    (
        "[sources.a]\nkind = 'push'\ncorrections = 'x'",
        'line 3: `sources.a.corrections` must be a list of texts, not "x".',
    ),
    (
        "[sources.a]\nkind = 'push'\nnot_public = ['x', 1]",
        "line 3: `sources.a.not_public` must be a list of texts, and 1 is none.",
    ),
    (
        "[rights]\nlicence_url = 'https://wire.example/'",
        "line 2: unknown key `rights.licence_url`; did you mean `license_url`?",
    ),
    ("[site]\ntitle = Meridian", "line 2: this is not TOML: invalid value at column 9."),
    (
        "[site]\ntitle = 'a'\ntitle = 'b'",
        "line 3: this is not TOML: cannot overwrite a value at the end of the file.",
    ),
    ("[site]\ntitle = 'a", 'line 2: this is not TOML: expected "\'" at the end of the file.'),
    (b"[site]\ntitle = '\xff'", "line 2: TOML must be written in UTF-8."),
    ("x = " + "[\n" * 20000, " holds a number too long, or brackets too deep, to be read."),
    ("x = " + "[" * 5000, "line 1 is longer than 4096 bytes: use a table."),
    ("#" * 300_000, " is larger than 128 KiB, too large to be meant."),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_each_wrong_config_is_refused_with_one_exact_sentence(problems, text, sentence) -> None:
    label = "config.toml " if sentence.startswith("line") else "config.toml"
    assert problems(text) == (label + sentence,)
    assert "hunter2" not in problems(text)[0]


def test_a_key_is_found_below_strings_that_look_like_tables(problems) -> None:
    text = '[site]\nnotice = """\n[serve]\nprot = 1\n"""\n[serve]\n\n"prot" = 1\n'
    assert problems(text) == ("config.toml line 8: unknown key `serve.prot`; did you mean `port`?",)
