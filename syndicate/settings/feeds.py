"""The files of `feeds/` as feed definitions.

A broken file is left out with its problems and named in `broken`, so that its last good state can stay; the
others load. Names and aliases are unique over all files. When a changed file counts is not decided here,
nor what it selects. Knows pydantic and `core`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from syndicate.core.model import Kind, Level
from syndicate.core.selection import FeedDefinition, Selector
from syndicate.settings import values
from syndicate.settings.errors import SettingsError, printable
from syndicate.settings.files import parse_toml, read_file
from syndicate.settings.sections import Section
from syndicate.settings.sentences import sentences

FOLDER = "feeds"


@dataclass(frozen=True, slots=True)
class FeedFiles:
    """What the folder of feeds holds now: definitions and file digests by name, and what is wrong."""

    definitions: dict[str, FeedDefinition]
    digests: dict[str, str]
    broken: frozenset[str]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Around:
    """What a feed file is judged against: the sources, and the names that are taken, with their files."""

    sources: Collection[str]
    taken: Mapping[str, str]


def _not_empty(wanted: tuple[Any, ...]) -> tuple[Any, ...]:
    """Refuses an empty list: it would count as if the key were not there."""
    if not wanted:
        raise ValueError("empty")
    return wanted


def _some(what: str) -> Any:
    return Field(description=f"a list of one or more {what}")


NotEmpty = AfterValidator(_not_empty)


class SelectTable(Section):
    """One `[[select]]` or `[except]`. One without keys would take everything, so it is refused."""

    subject: Annotated[
        tuple[values.SubjectCode, ...],
        NotEmpty,
        _some("subjects (of Media Topics medtop: and eight digits)"),
    ] = ()
    kind: Annotated[tuple[Kind, ...], NotEmpty, _some(f"kinds ({values.KINDS})")] = ()
    language: Annotated[
        tuple[values.Language, ...],
        NotEmpty,
        _some("language tags (BCP 47)"),
    ] = ()
    source: Annotated[tuple[str, ...], NotEmpty, _some("sources that config.toml has")] = ()
    urgency: Annotated[
        tuple[values.Urgency, ...],
        NotEmpty,
        _some("whole numbers from 1 to 9"),
    ] = ()
    keyword: Annotated[tuple[values.Line, ...], NotEmpty, _some("keywords")] = ()
    slugline: Annotated[tuple[values.Line, ...], NotEmpty, _some("beginnings of sluglines")] = ()

    @field_validator("source")
    @classmethod
    def _are_sources(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        known = cast(_Around, info.context).sources
        for name in names:
            if name not in known:
                raise PydanticCustomError("source", "unknown", {"choices": sorted(known), "word": name})
        return names

    @model_validator(mode="after")
    def _holds_a_key(self) -> SelectTable:
        if not self.model_fields_set:
            says = f"needs at least one of the keys {', '.join(type(self).model_fields)}."
            raise PydanticCustomError("says", "{says}", {"says": says})
        return self


Selects = Annotated[
    tuple[SelectTable, ...],
    BeforeValidator(lambda tables: [tables] if isinstance(tables, dict) else tables),
    Field(description="one table or several"),
]


class FeedFile(Section):
    """The keys of a feed file."""

    title: values.Line
    description: values.Line
    public: values.PublicLevel = "excerpt"
    window: values.Window = 50
    language: values.Language = "en"
    aliases: Annotated[
        tuple[values.Name, ...],
        Field(description="a list of names of lower-case letters, digits and hyphens"),
    ] = ()
    select: Selects = ()
    excepts: Selects = Field(default=(), alias="except")

    @field_validator("aliases")
    @classmethod
    def _are_free(cls, aliases: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        """Refuses a name that leads elsewhere: one address, one feed."""
        for place, alias in enumerate(aliases):
            owner = "this list" if alias in aliases[:place] else cast(_Around, info.context).taken.get(alias)
            if owner:
                says = f'holds "{alias}", which {owner} has already.'
                raise PydanticCustomError("says", "{says}", {"says": says})
        return aliases


def load_feeds(folder: Path, known_sources: Collection[str]) -> FeedFiles:
    """The feeds of a working folder. Raises `SettingsError` only when there is no folder to read."""
    paths = {path.stem: path for path in _feed_paths(folder / FOLDER)}
    taken = {name: f"{FOLDER}/{printable(path.name)}" for name, path in paths.items()}
    definitions: dict[str, FeedDefinition] = {}
    digests: dict[str, str] = {}
    problems: list[str] = []
    for name, path in paths.items():
        try:
            raw = read_file(path, taken[name], f"{taken[name]} is not there any more.")
            definitions[name] = _definition(name, raw, _Around(known_sources, taken))
        except SettingsError as error:
            problems += error.problems
            continue
        digests[name] = hashlib.sha256(raw).hexdigest()
        taken.update(dict.fromkeys(definitions[name].aliases, taken[name]))
    return FeedFiles(definitions, digests, frozenset(paths.keys() - definitions.keys()), tuple(problems))


def _feed_paths(folder: Path) -> list[Path]:
    """The feed files in the order of their names; what an editor hides beside them is none."""
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".toml" and path.name[0] != ".")
    except OSError as error:
        raise SettingsError(
            f"The feeds cannot be read: {error.strerror}: {folder}. Run `syndicate init` to make a working"
            " folder, or go to one with --folder."
        ) from None


def _definition(name: str, raw: bytes, around: _Around) -> FeedDefinition:
    """The definition that a feed file holds. Raises `SettingsError`."""
    file = parse_toml(raw, around.taken[name])
    if not values.is_name(name):
        raise SettingsError(
            f"{file.name}: the name of a feed file must be of lower-case letters, digits and hyphens."
        )
    try:
        feed = FeedFile.model_validate(file.data, context=around)
    except ValidationError as error:
        raise SettingsError(*sentences(error, FeedFile, file.place)) from None
    return FeedDefinition(
        name=name,
        title=feed.title,
        description=feed.description,
        public=Level[feed.public.upper()],
        window=feed.window,
        language=feed.language,
        aliases=feed.aliases,
        selects=tuple(Selector(**dict(table)) for table in feed.select),
        excepts=tuple(Selector(**dict(table)) for table in feed.excepts),
    )
