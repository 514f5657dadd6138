"""`config.toml` and the environment joined into `Settings`.

The environment stands over the file, the file over the defaults. All problems of both are collected
before anything is refused. Which keys there are is decided in `sections`. Knows pydantic.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from syndicate.settings.environment import overlay, variable_at, variable_in_table
from syndicate.settings.errors import SettingsError
from syndicate.settings.files import KeyPath, Place, parse_toml, read_file
from syndicate.settings.sections import Config, Settings, SourceSettings
from syndicate.settings.sentences import sentences

NAME = "config.toml"
SQLITE = "sqlite:///"


def load(folder: Path, environ: Mapping[str, str]) -> Settings:
    """The settings of a working folder. Raises `SettingsError` with every problem there is."""
    missing = (
        f"There is no {NAME} in {folder}. Run `syndicate init` to make a working folder,"
        " or go to one with --folder."
    )
    file = parse_toml(read_file(folder / NAME, NAME, missing), NAME)
    data, variables, problems = overlay(file.data, environ)

    def place(path: KeyPath) -> Place:
        if variable := variable_at(path, variables):
            return Place(0, variable)
        in_file = file.place(path)
        variable = None if in_file.line else variable_in_table(path, variables)
        return Place(0, variable) if variable else in_file

    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        problems += sentences(error, Config, place)
    if problems:
        raise SettingsError(*problems)
    return _settled(config, folder.resolve())


def _settled(config: Config, folder: Path) -> Settings:
    """The settings with every path absolute and every namespace named."""
    sources = {name: _settled_source(name, source, folder) for name, source in config.sources.items()}
    database = config.database.model_copy(update={"url": _settled_url(config.database.url, folder)})
    return Settings(**{**dict(config), "sources": sources, "database": database, "folder": folder})


def _settled_source(name: str, source: SourceSettings, folder: Path) -> SourceSettings:
    settled: dict[str, object] = {"namespace": source.namespace or name}
    if source.path:
        settled["path"] = (folder / source.path).resolve()
    return source.model_copy(update=settled)


def _settled_url(url: str, folder: Path) -> str:
    """An SQLite address with the absolute path of its file; any other as it is."""
    if not url.startswith(SQLITE):
        return url
    path = (folder / url.removeprefix(SQLITE)).resolve()
    if "?" in str(path):
        raise SettingsError(f"The database cannot be {path}: the address of an SQLite file holds no `?`.")
    return f"{SQLITE}{path}"
