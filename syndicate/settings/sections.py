"""Every key of `config.toml`: its name, its value, its default.

This is the one table of settings. What a value looks like is decided in `values`; how files and
environment come together, in `config`. What is printed of a setting never holds a password.
Knows pydantic and `core`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_serializer, model_validator
from pydantic_core import PydanticCustomError

from syndicate.core.model import Source
from syndicate.settings import values
from syndicate.settings.errors import SettingsError, ending


class Section(BaseModel):
    """A table of a settings file: frozen, and closed to keys that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class SiteSettings(Section):
    """Who the agency is. `authority` and `since` are in every id, so they never change."""

    title: values.Line = "Meridian Wire"
    base_url: values.BaseUrl = "http://127.0.0.1:8080"
    authority: values.Authority = "wire.example"
    since: values.Since = "2026"
    timezone: values.Zone = "UTC"
    language: values.Language = "en"
    founded: values.Year = 1991
    notice: values.Paragraph = (
        "News and other data on this site are provided for information purposes only, and are not intended"
        " for republication or redistribution. Republication or redistribution, including by framing or"
        " similar means, is expressly prohibited without prior written consent."
    )
    contact: values.Email = "rights@wire.example"


class DatabaseSettings(Section):
    """Where the data lie. The file of an SQLite address is absolute once the settings are loaded."""

    url: values.DatabaseUrl = "sqlite:///data/syndicate.db"

    @field_serializer("url")
    def _without_secrets(self, url: str) -> str:
        return without_secrets(url)


class ServeSettings(Section):
    """How the web processes listen. `trusted_proxies` counts the hops of X-Forwarded-For that are ours.

    `requests_per_minute` is the quota of a token that has none of its own; 0 is no end of them.
    """

    host: values.Host = "127.0.0.1"
    port: values.Port = 8080
    processes: values.Count = 2
    public_max_age: values.CountOrNone = 0
    trusted_proxies: values.CountOrNone = 0
    requests_per_minute: values.CountOrNone = 6000


class ExcerptSettings(Section):
    """How much of a text is an excerpt; whichever limit comes first."""

    words: values.Count = 60
    characters: values.Count = 400
    share: values.Share = 0.25


class RetentionSettings(Section):
    """How many days receipts and raw messages are kept."""

    receipts_days: values.Days = 1095
    raw_days: values.Days = 30


class MailSettings(Section):
    """How mails leave. With an empty `smtp` they are printed to the log."""

    smtp: values.Smtp = ""
    sender: values.Email = Field(default="wire@wire.example", alias="from")

    @field_serializer("smtp")
    def _without_secrets(self, smtp: str) -> str:
        return without_secrets(smtp)


class SourceSettings(Section):
    """One source. `namespace` is the source's name where none is given; times count seconds."""

    kind: values.Arrival
    url: values.SourceUrl = None
    every: values.Duration = 300
    path: values.FolderPath = None
    silent_after: values.DurationOrNone = None
    namespace: values.Line = ""
    numbered: values.Flag = False
    may_kill: values.Flag = False
    summaries: values.Flag = False
    timezone: values.Zone = "UTC"
    subjects: values.SubjectMap = {}
    kinds: values.KindMap = {}
    corrections: values.Lines = ()
    not_public: values.Lines = ()

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> SourceSettings:
        """A poll needs an address, a folder its path; a key that would do nothing is a mistake."""
        for key, kind in (("url", "poll"), ("every", "poll"), ("path", "folder")):
            if key in self.model_fields_set and self.kind != kind:
                says = f'has kind = "{self.kind}", but only kind = "{kind}" has the key `{key}`.'
                raise PydanticCustomError("says", "{says}", {"says": says})
            if key != "every" and key not in self.model_fields_set and self.kind == kind:
                says = f'needs the key `{key}`, since its kind is "{kind}".'
                raise PydanticCustomError("says", "{says}", {"says": says})
        return self

    @field_serializer("url")
    def _without_secrets(self, url: str | None) -> str | None:
        return url and without_secrets(url)


class RightsSettings(Section):
    """What machines are told of the terms of use. An empty address is told to nobody."""

    license_url: values.WebUrlOrEmpty = ""


class Config(Section):
    """What `config.toml` and the environment may say."""

    site: SiteSettings = SiteSettings()
    database: DatabaseSettings = DatabaseSettings()
    serve: ServeSettings = ServeSettings()
    excerpt: ExcerptSettings = ExcerptSettings()
    retention: RetentionSettings = RetentionSettings()
    mail: MailSettings = MailSettings()
    sources: Annotated[
        Mapping[values.Name, SourceSettings],
        Field(description="a table of sources, named by lower-case letters, digits and hyphens"),
    ] = {}
    rights: RightsSettings = RightsSettings()


class Settings(Config):
    """The settings of one working folder, every path absolute."""

    folder: Path

    @property
    def keys_path(self) -> Path:
        """The file of the secrets."""
        return self.folder / "data" / "keys.toml"

    def source(self, name: str) -> Source:
        """The source of this name as the core knows it. Raises `SettingsError`."""
        found = self.sources.get(name)
        if found is None:
            near = ending(name, self.sources, "there are")
            raise SettingsError(f"There is no source `{name}` in config.toml{near}")
        return Source(
            name=name,
            namespace=found.namespace,
            is_numbered=found.numbered,
            may_kill=found.may_kill,
            has_summaries=found.summaries,
            zone=found.timezone,
            subjects=tuple(found.subjects.items()),
            kinds=tuple(found.kinds.items()),
            corrections=found.corrections,
            not_public=found.not_public,
        )


def without_secrets(url: str) -> str:
    """An address with `***` for its user, password and query, where credentials are kept."""
    return re.sub(r"\?.*", "?***", re.sub(r"^(\w[\w+]*://)?.*@", r"\1***@", url, flags=re.S), flags=re.S)
