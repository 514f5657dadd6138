"""What is said is true at the moment it is said, to the second and below."""

from __future__ import annotations

from datetime import timedelta

from tests.newsroom import Newsroom


def test_a_kill_in_the_second_of_the_last_change_is_no_304(newsroom: Newsroom) -> None:
    """Last-Modified counts whole seconds, so a time alone never stands for the bytes; an ETag does."""
    newsroom.send(headline="First story")
    newsroom.clock.advance(seconds=0.2)
    asked = newsroom.get("/feeds/all.rss")
    newsroom.clock.advance(seconds=-0.9)
    newsroom.kill()
    for path in ("/feeds/all.rss", f"/items/{newsroom.key()}"):
        told = newsroom.get(path, If_Modified_Since=asked.headers["Last-Modified"])
        assert told.status_code in (200, 410)
        assert "First story" not in told.get_data(as_text=True)
        assert newsroom.get(path, If_None_Match=asked.headers["ETag"]).status_code in (200, 410)


def test_the_same_bytes_are_a_304(newsroom: Newsroom) -> None:
    newsroom.send()
    for path in ("/feeds/all.rss", "/feeds/all/", "/", f"/items/{newsroom.key()}"):
        etag = newsroom.get(path).headers["ETag"]
        assert newsroom.get(path, If_None_Match=etag).status_code == 304
        assert newsroom.get(path, If_None_Match=f'"x", {etag}').status_code == 304


def test_an_embargo_is_spoken_of_while_it_lasts(newsroom: Newsroom) -> None:
    """`embargoedUntil` in the ninjs of an embargo right: until the end, and not a moment longer."""
    early = newsroom.subscriber("all", has_embargo_right=True)
    path = f"/private/items/{newsroom.key()}.json"
    for version in (1, 2):
        ends = newsroom.clock.now + timedelta(hours=1)
        newsroom.send(version=version, embargoedUntil=ends)
        assert f'"embargoedUntil":"{ends:%Y-%m-%dT%H:%M:%S}' in newsroom.text(path, early)
        newsroom.clock.now = ends
        assert "embargoedUntil" not in newsroom.text(path, early)


def test_one_class_is_told_of_what_its_own_version_replaces(newsroom: Newsroom) -> None:
    """The next version, embargoed, may replace something else that everybody has seen."""

    def replaces(uri: str) -> list[dict[str, str]]:
        return [{"name": "old", "rel": "http://purl.org/dc/terms/replaces", "uri": uri}]

    later = newsroom.clock.now + timedelta(hours=1)
    newsroom.send("seen")
    newsroom.send("unseen", embargoedUntil=later)
    newsroom.send("story", 1, associations=replaces("unseen"))
    newsroom.send("story", 2, associations=replaces("seen"), embargoedUntil=later)
    newsroom.kill("seen")
    for path, token in (("/feeds/all.atom", None), ("/private/feeds/all.atom", newsroom.subscriber("all"))):
        assert newsroom.key("unseen") not in newsroom.text(path, token)
