"""What the environment says over config.toml, and the sentences that name its variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.settings import load

CONFIG = """
[serve]
port = 8080
[sources.partner-rss]
kind = "poll"
url = "https://partner.example/rss"
"""


def test_a_variable_wins_over_the_file_and_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    settings = load(
        tmp_path,
        {
            "SYNDICATE_DATABASE__URL": "postgresql://wire@db.example/wire",
            "SYNDICATE_SERVE__PORT": "9000",
            "SYNDICATE_SITE__SINCE": "2025",
            "SYNDICATE_EXCERPT__SHARE": "0.5",
            "SYNDICATE_MAIL__FROM": "desk@wire.example",
            "SYNDICATE_SOURCES__PARTNER_RSS__MAY_KILL": "true",
            "SYNDICATE_SOURCES__PARTNER_RSS__EVERY": "1h",
            "SYNDICATE_SOURCES__PARTNER_RSS__CORRECTIONS": '["Correction"]',
            "SYNDICATE_SOURCES__PARTNER_RSS__SUBJECTS": '{ "Экономика" = "medtop:04000000" }',
            "SYNDICATE_FOLDER": "/srv/wire",
            "PATH": "/usr/bin",
        },
    )
    source = settings.sources["partner-rss"]
    assert settings.database.url == "postgresql://wire@db.example/wire"
    assert (settings.serve.port, settings.site.since, settings.excerpt.share) == (9000, "2025", 0.5)
    assert settings.mail.sender == "desk@wire.example"
    assert (source.may_kill, source.every, source.corrections) == (True, 3600, ("Correction",))
    assert source.subjects == {"Экономика": "medtop:04000000"}


def test_a_source_can_come_from_the_environment_alone(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("")
    settings = load(tmp_path, {"SYNDICATE_SOURCES__NIGHT_DESK__KIND": "push"})
    assert settings.source("night-desk").namespace == "night-desk"


def test_a_variable_mends_what_is_wrong_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[serve]\nport = 'x'")
    assert load(tmp_path, {"SYNDICATE_SERVE__PORT": "1"}).serve.port == 1


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("SERVE__PORT", "eighty", '`serve.port` must be a whole number from 0 to 65535, not "eighty".'),
        ("SERVE__PORT", "", '`serve.port` must be a whole number from 0 to 65535, not "".'),
        (
            "SERVE__PORT",
            "1\nhost = 2",
            '`serve.port` must be a whole number from 0 to 65535, not "1\\nhost = 2".',
        ),
        ("SERVE__PROT", "1", "there is no such setting; did you mean `SYNDICATE_SERVE__PORT`?"),
        ("SERVE_PORT", "1", "there is no such setting; did you mean `SYNDICATE_SERVE__PORT`?"),
        ("SERVE", "1", "there is no such setting; did you mean `SYNDICATE_SERVE__PORT`?"),
        ("SOURCES", "{}", "there is no such setting."),
        ("", "1", "there is no such setting."),
        (
            "SOURCES__PARTNER_RSS__EVRY",
            "1m",
            "there is no such setting; did you mean `SYNDICATE_SOURCES__PARTNER_RSS__EVERY`?",
        ),
        (
            "SOURCES__OTHER__NUMBERED",
            "true",
            'the key `sources.other.kind` is missing; it must be "push", "poll" or "folder".',
        ),
        ("SITE__TITLE", "\udc80", '`site.title` must be a text on one line, not empty, not "\\udc80".'),
        (
            "DATABASE__URL",
            "postgres://wire:hunter2@db",
            "`database.url` must be sqlite:///FILE or postgresql://USER@HOST/DATABASE.",
        ),
    ],
)
def test_each_wrong_variable_is_refused_by_name(problems, variable, value, sentence) -> None:
    assert problems(CONFIG, {f"SYNDICATE_{variable}": value}) == (f"SYNDICATE_{variable}: {sentence}",)


def test_a_fault_of_the_file_is_not_laid_at_a_variable_of_the_same_source(problems) -> None:
    assert problems('[sources.a]\nkind = "poll"', {"SYNDICATE_SOURCES__A__MAY_KILL": "true"}) == (
        'config.toml line 1: `sources.a` needs the key `url`, since its kind is "poll".',
    )


def test_a_section_that_is_no_table_is_told_although_a_variable_speaks_of_it(problems) -> None:
    assert problems("serve = 1", {"SYNDICATE_SERVE__PORT": "1"}) == (
        "config.toml line 1: `serve` must be a table.",
    )
