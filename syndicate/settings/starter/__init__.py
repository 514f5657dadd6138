"""The texts of a new working folder: a commented `config.toml` and the first feeds, data beside this file.

Where they are written is decided by `syndicate init`. Knows the standard library.
"""

from importlib import resources


def default_config() -> str:
    """The text of a first `config.toml`, with every key of it explained."""
    return resources.files(__name__).joinpath("config.toml").read_text("utf-8")


def starter_feeds() -> dict[str, str]:
    """The texts of the first feeds by the names of their files."""
    files = resources.files(__name__).joinpath("feeds").iterdir()
    return {file.name: file.read_text("utf-8") for file in sorted(files, key=lambda file: file.name)}
