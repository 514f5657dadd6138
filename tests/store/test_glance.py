"""A glance is what a transaction would have said, and its epoch is of the same moment."""

from __future__ import annotations

import pytest

from syndicate.bootstrap import take_up_feeds
from syndicate.service import contracts as agreed
from syndicate.service.snapshot import look
from syndicate.store import contracts, feeds
from syndicate.store.database import StoreError
from syndicate.store.glance import Glance
from tests.newsroom import BY, Newsroom


def in_order(found: object) -> object:
    return list(found.items()) if isinstance(found, dict) else found


def test_a_glance_gives_what_a_transaction_gives(both_newsrooms: Newsroom) -> None:
    room = both_newsrooms
    token, key = (
        room.subscriber("all", "economy", has_embargo_right=True),
        agreed.add_source_key(room.agency, "desk", BY)[0],
    )
    room.licence("company-0", ("economy",))
    for name, title in (("zebra", "Ape"), ("ape", "Zebra")):
        (room.folder / "feeds" / f"{name}.toml").write_text(f'title = "{title}"\ndescription = "{title}"\n')
    take_up_feeds(room.agency)
    database, parsed = room.agency.database, room.agency.keyring.token(token)
    assert parsed is not None
    with database.snapshot() as connection:
        row = contracts.find_token(connection, parsed.id)
        assert row is not None
        for read, *arguments in (
            (contracts.find_token, parsed.id),
            (contracts.find_token, "nobody"),
            (contracts.find_company, row.company),
            (contracts.find_company, "nobody"),
            (contracts.licences_of, row.company),
            (contracts.licences_of, "nobody"),
            (contracts.find_source_key, key),
            (contracts.find_source_key, "nobody"),
            (feeds.current,),
            (feeds.names_today,),
        ):
            glance = Glance(database)
            assert in_order(read(glance, *arguments)) == in_order(read(connection, *arguments))
            assert glance.epoch == database.epoch()


def test_what_a_glance_finds_of_another_state_is_not_used(newsroom: Newsroom) -> None:
    token = newsroom.agency.keyring.token(newsroom.subscriber())
    assert token is not None
    begun = []

    def answer(snapshot):
        begun.append(snapshot.moment.epoch.terms)
        if len(begun) == 1:
            newsroom.clock.advance(seconds=1)
            agreed.revoke_token(newsroom.agency, token.id, False, BY)
        return snapshot.recall(contracts.find_token, token.id)

    row = look(newsroom.agency, answer)
    assert row is not None
    assert row.revoked_at is not None
    assert begun[1] > begun[0], "it began again, with the moment of what it read"


def test_news_alone_do_not_make_what_is_known_of_contracts_old(newsroom: Newsroom) -> None:
    token = newsroom.agency.keyring.token(newsroom.subscriber())
    assert token is not None
    begun = []

    def answer(snapshot):
        begun.append(snapshot.moment.epoch)
        newsroom.send(uri=f"item {len(begun)}")
        return snapshot.recall(contracts.find_token, token.id)

    assert look(newsroom.agency, answer) is not None
    assert len(begun) == 1
    assert not newsroom.agency.database.epoch().is_same(begun[0])


def test_a_question_to_a_database_without_an_epoch_says_the_way_out(newsroom: Newsroom) -> None:
    with newsroom.agency.database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM epoch")
    with pytest.raises(StoreError, match="syndicate db upgrade"):
        contracts.find_company(Glance(newsroom.agency.database), "anybody")
