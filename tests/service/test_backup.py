"""A backup put back: what was acknowledged before it is there, and what was taken away after it stays away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from syndicate import bootstrap
from syndicate.bootstrap import Restored, open_agency, take_up_feeds
from syndicate.service import contracts, holders, signing
from syndicate.service.keeping.backup import back_up
from syndicate.service.refusals import Impossible
from syndicate.settings import SettingsError
from syndicate.store.database import StoreError
from syndicate.store.items import forget_raw
from syndicate.store.tables import epoch
from tests.conftest import program
from tests.newsroom import BY, Newsroom
from tests.postgres import Cluster


@dataclass
class Restorable:
    """A newsroom, where its backup goes, and how the newsroom is found again after a restore."""

    newsroom: Newsroom
    backup: Path
    fresh_url: str | None  # PostgreSQL: an empty database

    def back_up(self) -> None:
        back_up(self.newsroom.agency, self.backup)

    def restore(self, logs: tuple[Path, ...] | None = ()) -> Restored:
        """Stop, put the backup back, and start: the newsroom goes on in what was restored."""
        room = self.newsroom
        room.agency.close()
        if self.fresh_url is not None:
            config = room.folder / "config.toml"
            config.write_text(config.read_text().replace(room.agency.settings.database.url, self.fresh_url))
        restored = bootstrap.restore(room.folder, self.backup, logs, "tester", room.clock)
        room.agency = open_agency(room.folder, room.clock)
        room.__dict__.pop("app", None)
        return restored


@pytest.fixture
def restorable(
    both_newsrooms: Newsroom, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Restorable]:
    with _fresh_url(both_newsrooms, request) as url:
        yield Restorable(both_newsrooms, tmp_path / "backup", url)
        both_newsrooms.agency.close()


@contextmanager
def _fresh_url(newsroom: Newsroom, request: pytest.FixtureRequest) -> Iterator[str | None]:
    if newsroom.agency.database.is_sqlite:
        yield None
        return
    for name in ("pg_dump", "pg_restore"):
        program(name)
    cluster: Cluster = request.getfixturevalue("postgres")
    with cluster.database() as url:
        yield url


def test_what_a_feed_edit_took_away_since_stays_away_from_the_first_request(restorable: Restorable) -> None:
    """Nobody waits for the worker: what the backup says of feeds does not count any more."""
    room = restorable.newsroom
    file = room.folder / "feeds" / "open.toml"
    file.write_text('title = "Open"\ndescription = "To all"\npublic = "full"\n')
    take_up_feeds(room.agency)
    room.send(text="<p>The whole of the text.</p>")
    assert "The whole of the text." in room.text("/feeds/open.json")
    restorable.back_up()
    file.write_text('title = "Open"\ndescription = "To all"\npublic = "nothing"\n')
    (room.folder / "feeds" / "economy.toml").unlink()
    take_up_feeds(room.agency)
    restorable.restore()
    assert room.get("/feeds/open.json").status_code == 404
    assert room.get("/feeds/economy.rss").status_code == 410


def test_feed_files_that_are_broken_let_nothing_be_put_back(restorable: Restorable) -> None:
    room = restorable.newsroom
    restorable.back_up()
    (room.folder / "feeds" / "all.toml").write_text("title = 1")
    with pytest.raises(SettingsError, match=r"all\.toml"):
        restorable.restore()


def test_what_was_there_is_there_with_tokens_and_receipts(restorable: Restorable) -> None:
    room = restorable.newsroom
    token = room.subscriber("all")
    room.send(headline="The harbour stays open")
    before = room.text("/private/feeds/all.rss", token)
    restorable.back_up()
    restorable.restore()
    assert room.text("/private/feeds/all.rss", token) == before
    room.kill()
    with room.agency.database.snapshot() as connection:
        (owed,) = holders.owed(room.agency, connection, room.clock.now)
    assert (owed.company, owed.key, owed.is_open) == ("company-0", room.key(), True)


def test_a_kill_after_the_backup_holds(restorable: Restorable) -> None:
    room = restorable.newsroom
    token = room.subscriber("all", kind="api")
    room.send(headline="The harbour stays open")
    room.text(f"/private/items/{room.key()}.json", token)
    restorable.back_up()
    room.kill()
    assert restorable.restore().replayed.done == 1
    assert "harbour" not in room.text("/feeds/all.rss")
    assert "Withdrawn" in room.text("/feeds/all.rss")
    assert room.get(f"/items/{room.key()}").status_code == 410
    state = json.loads(room.text("/private/changes", token))
    assert [(each["key"], each["status"]) for each in state["items"]] == [(room.key(), "canceled")]


def test_an_item_that_came_and_was_killed_after_the_backup_does_not_come_again(
    restorable: Restorable,
) -> None:
    room = restorable.newsroom
    restorable.back_up()
    room.send("late")
    room.kill("late")
    restorable.restore()
    assert room.send("late").outcome == "killed"
    assert room.get(f"/items/{room.key('late')}").status_code == 404


def test_a_hold_holds_and_a_release_releases(restorable: Restorable) -> None:
    room = restorable.newsroom
    for uri in ("held", "released"):
        room.send(uri)
    room.hold("released")
    restorable.back_up()
    room.release("released")
    room.hold("held")
    restorable.restore()
    assert [room.get(f"/items/{room.key(uri)}").status_code for uri in ("held", "released")] == [404, 200]
    room.release("held")
    assert room.get(f"/items/{room.key('held')}").status_code == 200


def test_what_its_source_withheld_after_the_backup_is_held_whatever_the_desk_released(
    restorable: Restorable,
) -> None:
    room = restorable.newsroom
    room.send()
    restorable.back_up()
    room.send(version=2, pubStatus="withheld")
    room.hold()
    room.release()
    restorable.restore()
    assert room.get(f"/items/{room.key()}").status_code == 404
    room.release()
    assert room.get(f"/items/{room.key()}").status_code == 200


def test_a_kill_of_a_source_holds_and_is_a_duplicate_when_it_comes_again(restorable: Restorable) -> None:
    room = restorable.newsroom
    room.send()
    restorable.back_up()
    assert room.send(version=2, pubStatus="canceled").outcome == "kill"
    room.clock.advance(seconds=-1)  # the same message again, byte for byte
    restorable.restore()
    assert room.send(version=2, pubStatus="canceled").outcome == "duplicate"
    assert room.get(f"/items/{room.key()}").status_code == 410


def test_revocations_suspensions_and_ends_hold(restorable: Restorable) -> None:
    room = restorable.newsroom
    agency = room.agency
    revoked, gone, suspended, ended, resumed, good = (room.subscriber("all") for _ in range(6))
    contracts.suspend(agency, "company-4", BY)
    key = contracts.add_source_key(agency, "desk", BY)[0]
    restorable.back_up()
    room.clock.advance(seconds=1)
    contracts.revoke_token(agency, room.names[revoked], False, BY)
    contracts.revoke_token(agency, room.names[gone], True, BY)
    contracts.suspend(agency, "company-2", BY)
    contracts.end_licence(agency, 4, None, BY)
    contracts.resume(agency, "company-4", BY)
    contracts.end_source_key(agency, "desk", key, BY)
    restorable.restore()
    path = "/private/feeds/all.rss"
    asked = [room.get(path, token).status_code for token in (revoked, gone, suspended, ended, resumed, good)]
    assert asked == [401, 401, 403, 403, 200, 200]
    assert room.get(path, gone, "path").status_code == 410
    (kept,) = contracts.source_key_list(room.agency, "desk")
    assert kept.revoked_at is not None


def test_a_rotated_secret_stays_rotated_out_and_the_new_one_works(restorable: Restorable) -> None:
    room = restorable.newsroom
    old = room.subscriber("all")
    restorable.back_up()
    new = contracts.rotate_token(room.agency, room.names[old], timedelta(0), BY)[1]
    room.clock.advance(seconds=1)
    restorable.restore()
    room.clock.advance(seconds=1)
    assert [room.get("/private/feeds/all.rss", each).status_code for each in (old, new)] == [401, 200]


def test_what_dropped_keys_had_signed_stays_ended_even_with_an_old_key_file(restorable: Restorable) -> None:
    room = restorable.newsroom
    token = room.subscriber("all")
    keys = room.agency.keyring.path
    old = keys.read_text()
    restorable.back_up()
    signing.rotate(room.agency, BY)
    signing.drop(room.agency, BY)
    keys.write_text(old)
    restorable.restore()
    assert room.get("/private/feeds/all.rss", token).status_code == 401


def test_an_act_about_what_the_backup_has_not_is_told(restorable: Restorable) -> None:
    room = restorable.newsroom
    restorable.back_up()
    token = room.subscriber("all")
    contracts.revoke_token(room.agency, room.names[token], False, BY)
    contracts.suspend(room.agency, "company-0", BY)
    contracts.end_licence(room.agency, 1, None, BY)
    restored = restorable.restore().replayed
    assert restored.unknown == (f"token {room.names[token]}", "company company-0", "licence 1 of company-0")
    assert restored.done == 0


def test_nothing_from_before_matches_after(restorable: Restorable) -> None:
    room = restorable.newsroom
    token = room.subscriber("all", kind="api")
    room.send()
    cursor = json.loads(room.text("/private/changes", token))["next"]
    etags = {path: room.get(path).headers["ETag"] for path in ("/", "/feeds/all.rss", f"/items/{room.key()}")}
    restorable.back_up()
    restorable.restore()
    for path, etag in etags.items():
        answer = room.get(path, If_None_Match=etag)
        assert answer.status_code == 200
        assert room.get(path, If_None_Match=answer.headers["ETag"]).status_code == 304
    answer = room.get(f"/private/changes?since={cursor}", token)
    assert (answer.status_code, answer.json["reason"]) == (409, "resync")


def test_an_older_backup_can_be_put_back_after_a_restore_and_all_kills_hold(restorable: Restorable) -> None:
    room = restorable.newsroom
    if not room.agency.database.is_sqlite:
        pytest.skip("there each restore wants an empty database; the log is the same")
    for uri in ("one", "two"):
        room.send(uri)
    restorable.back_up()
    room.kill("one")
    restorable.restore()
    room.kill("two")
    assert restorable.restore().replayed.done == 2
    assert [room.get(f"/items/{room.key(uri)}").status_code for uri in ("one", "two")] == [410, 410]
    aside = sorted(path.name for path in (room.folder / "data").glob("syndicate.db.before-restore-?"))
    assert aside == ["syndicate.db.before-restore-1", "syndicate.db.before-restore-2"]


def test_who_was_given_a_text_after_the_backup_owes_an_answer_where_the_receipts_are_left(
    restorable: Restorable,
) -> None:
    room = restorable.newsroom
    before, after = room.subscriber("all"), room.subscriber("all")
    room.send()
    room.send("other")
    path = f"/private/items/{room.key()}.json"
    room.text(path, before)
    restorable.back_up()
    room.text(f"/private/items/{room.key('other')}.json", after)
    room.text(path, after)
    room.kill()
    is_left = room.agency.database.is_sqlite
    assert restorable.restore().has_kept_receipts is is_left
    with room.agency.database.snapshot() as connection:
        owed = {each.company for each in holders.owed(room.agency, connection, room.clock.now)}
    assert owed == ({"company-0", "company-1"} if is_left else {"company-0"})


def test_receipts_that_cannot_be_read_do_not_stop_a_restore(newsroom: Newsroom, tmp_path: Path) -> None:
    back_up(newsroom.agency, tmp_path / "backup")
    newsroom.agency.close()
    (newsroom.folder / "data" / "receipts.db").write_bytes(b"broken" * 1000)
    restored = bootstrap.restore(newsroom.folder, tmp_path / "backup", (), "tester", newsroom.clock)
    assert not restored.has_kept_receipts
    open_agency(newsroom.folder).close()


def test_an_act_that_cannot_be_logged_is_not_done(newsroom: Newsroom) -> None:
    newsroom.send()
    newsroom.agency.acts.path.mkdir()
    with pytest.raises(StoreError, match="so nothing was done"):
        newsroom.kill()
    assert newsroom.get(f"/items/{newsroom.key()}").status_code == 200
    canceled = newsroom.client.post("/wire/desk", data=b"")
    assert canceled.status_code == 401
    newsroom.agency.acts.path.rmdir()
    newsroom.kill()
    assert newsroom.get(f"/items/{newsroom.key()}").status_code == 410


def test_what_gives_back_is_done_and_said_to_lack_in_the_log(newsroom: Newsroom) -> None:
    newsroom.send()
    newsroom.hold()
    newsroom.agency.acts.path.unlink()
    newsroom.agency.acts.path.mkdir()
    with pytest.raises(StoreError, match=r"It was done, but the log .* after a restore"):
        newsroom.release()
    assert newsroom.get(f"/items/{newsroom.key()}").status_code == 200


def test_the_log_holds_no_secret_and_no_word_of_a_story(newsroom: Newsroom) -> None:
    newsroom.send(headline="Zanzibar")
    token = newsroom.subscriber("all")
    secret = contracts.rotate_token(newsroom.agency, newsroom.names[token], timedelta(0), BY)[1]
    newsroom.kill()
    logged = newsroom.agency.acts.path.read_text()
    assert not [word for word in (token, secret, "Zanzibar", BY.reason) if word in logged]


def test_a_copy_that_is_put_in_place_by_hand_is_not_served(newsroom: Newsroom, tmp_path: Path) -> None:
    back_up(newsroom.agency, tmp_path / "backup")
    newsroom.agency.close()
    place = newsroom.folder / "data" / "syndicate.db"
    place.write_bytes((tmp_path / "backup" / "syndicate.db").read_bytes())
    with pytest.raises(StoreError, match="`syndicate restore`"):
        open_agency(newsroom.folder)


def test_a_restore_that_broke_off_is_not_served(restorable: Restorable) -> None:
    restorable.back_up()
    restorable.restore()
    with restorable.newsroom.agency.database.transaction() as connection:
        connection.execute(update(epoch).values(awaits_acts=True))
    with pytest.raises(StoreError, match="what was done since is missing"):
        open_agency(restorable.newsroom.folder)


def test_a_restore_that_broke_off_before_its_era_began_is_not_mended_by_an_upgrade(
    both_newsrooms: Newsroom,
) -> None:
    both_newsrooms.send()
    with both_newsrooms.agency.database.transaction() as connection:
        connection.execute(delete(epoch))
    bootstrap.upgrade(both_newsrooms.agency.settings)
    with pytest.raises(StoreError, match="what was done since is missing"):
        open_agency(both_newsrooms.folder)


def test_a_backup_that_fails_leaves_nothing(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.agency.receipts.close()
    (newsroom.folder / "data" / "receipts.db").unlink()
    with pytest.raises(StoreError):
        back_up(newsroom.agency, tmp_path / "backup")
    assert not list(tmp_path.glob("*backup*"))


def test_a_backup_is_for_its_owner_alone(newsroom: Newsroom, tmp_path: Path) -> None:
    back_up(newsroom.agency, tmp_path / "backup")
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "backup").iterdir()}
    assert ((tmp_path / "backup").stat().st_mode & 0o777, modes) == (0o700, {0o600})
    with pytest.raises(Impossible, match="A backup needs a new name"):
        back_up(newsroom.agency, tmp_path / "backup")


def test_what_was_forgotten_is_not_in_the_copy(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.send(unheardof="zanzibar")
    with newsroom.agency.database.transaction() as connection:
        forget_raw(connection, newsroom.clock.now + timedelta(days=1))
    back_up(newsroom.agency, tmp_path / "backup")
    assert b"zanzibar" not in (tmp_path / "backup" / "syndicate.db").read_bytes()
