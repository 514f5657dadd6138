"""What the operator wrote, as frozen values: `config.toml`, environment, feed files, keys. Knows `core`.

    settings = load(Path("."), os.environ)
    feeds = load_feeds(settings.folder, settings.sources)
    keys = load_keys(settings.keys_path)

No other room reads files or the environment for settings; all are handed these values. Importing this
room imports pydantic, so a command that needs no settings leaves it alone.
"""

from syndicate.settings.config import load
from syndicate.settings.errors import SettingsError
from syndicate.settings.feeds import FeedFiles, load_feeds
from syndicate.settings.keys import (
    Keys,
    WebhookSecret,
    add_key,
    add_webhook,
    drop_old_keys,
    drop_webhook,
    load_keys,
    make_keys,
    put_metrics_digest,
)
from syndicate.settings.sections import Settings
from syndicate.settings.starter import default_config, starter_feeds

__all__ = [
    "FeedFiles",
    "Keys",
    "Settings",
    "SettingsError",
    "WebhookSecret",
    "add_key",
    "add_webhook",
    "default_config",
    "drop_old_keys",
    "drop_webhook",
    "load",
    "load_feeds",
    "load_keys",
    "make_keys",
    "put_metrics_digest",
    "starter_feeds",
]
