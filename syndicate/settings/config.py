"""`config.toml` and the environment joined into `Settings`.

The environment stands over the file, the file over the defaults. All problems of both are collected
before anything is refused. Which keys there are is decided in `sections`. Knows pydantic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from syndicate.settings.environment import overlay, variable_at, variable_in_table
from syndicate.settings.errors import SettingsError
from syndicate.settings.feeds import FOLDER as FEEDS
from syndicate.settings.files import KeyPath, Place, parse_toml, read_file
from syndicate.settings.sections import Config, Settings, SourceSettings
from syndicate.settings.sentences import sentences

NAME = "config.toml"
SQLITE = "sqlite:///"
BESIDE = ("done", "failed")
"""The folders beside a watched one, to which its files move."""


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
    settings = _settled(config, folder.resolve())
    if misplaced := [f"{place(path).label}: {says}" for path, says in _misplaced_folders(settings)]:
        raise SettingsError(*misplaced)
    return settings


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


def _misplaced_folders(settings: Settings) -> Iterator[tuple[KeyPath, str]]:
    """Watched folders from which files would be taken that are no messages, and what is wrong with them."""
    ours = {settings.folder, settings.keys_path.parent, settings.folder / FEEDS}
    if settings.database.url.startswith(SQLITE):
        ours.add(Path(settings.database.url.removeprefix(SQLITE)).parent)
    watched: dict[Path, str] = {}
    for name, source in settings.sources.items():
        if source.path is None:
            continue
        first = watched.setdefault(source.path, name)
        if source.path in ours:
            says = "must be a folder of its own: files of syndicate are in this one."
        elif source.path.name in BESIDE:
            says = "must not be called done or failed: so are the folders beside it."
        elif first != name:
            says = f"must be a folder of its own: this is that of `{first}`."
        else:
            continue
        yield ("sources", name, "path"), f"`sources.{name}.path` {says}"
