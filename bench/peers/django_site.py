"""Django's syndication framework over SQLite, with its own middleware for gzip and conditions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import django
from django.conf import settings
from django.contrib.syndication.views import Feed
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.urls import path

from bench.peers.serving import serve
from bench.peers.table import DATABASE, Row


class Stories(Feed):  # type: ignore[misc]
    """The newest stories, in excerpt."""

    title = "Meridian Wire: All"
    link = "/feeds/all/"
    description = "Everything"

    def items(self) -> list[Row]:
        """Newest first."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM stories ORDER BY published_at DESC LIMIT 50")
            return list(cursor.fetchall())

    def item_guid(self, item: Row) -> str:
        """Its id."""
        return item[0]

    item_guid_is_permalink = False

    def item_title(self, item: Row) -> str:
        """Its headline."""
        return item[1]

    def item_link(self, item: Row) -> str:
        """Its page."""
        return item[2]

    def item_description(self, item: Row) -> str:
        """Its excerpt."""
        return item[3]

    def item_pubdate(self, item: Row) -> datetime:
        """When it was first published."""
        return datetime.fromtimestamp(item[5], UTC)


urlpatterns = [path("feed.rss", Stories())]


def make() -> Any:
    """The application: one route behind Django's own middleware."""
    settings.configure(
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DATABASE, "CONN_MAX_AGE": None}
        },
        MIDDLEWARE=[
            "django.middleware.gzip.GZipMiddleware",
            "django.middleware.http.ConditionalGetMiddleware",
        ],
        USE_TZ=True,
    )
    django.setup()
    return get_wsgi_application()


if __name__ == "__main__":
    serve("bench.peers.django_site:make")
