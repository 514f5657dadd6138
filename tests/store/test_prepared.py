"""What goes past SQLAlchemy's own execution is as strict as that is."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from syndicate.store.database import insert_once
from syndicate.store.prepared import add_rows
from syndicate.store.tables import items
from tests.newsroom import Newsroom

ROW = {"key": "k", "namespace": "house", "uri": "u", "source": "desk"}


def test_a_row_that_lacks_a_value_is_refused_and_not_written_with_none(newsroom: Newsroom) -> None:
    lacking = {name: value for name, value in ROW.items() if name != "uri"}
    with pytest.raises(KeyError, match="uri"), newsroom.agency.database.write() as connection:
        add_rows(connection, insert(items), [ROW, lacking])


def test_rows_that_are_there_are_not_counted(both_newsrooms: Newsroom) -> None:
    with both_newsrooms.agency.database.write() as connection:
        statement = insert_once(connection, items)
        other = ROW | {"key": "other", "uri": "another"}
        assert add_rows(connection, statement, [ROW]) == 1
        assert add_rows(connection, statement, [ROW]) == 0
        assert add_rows(connection, statement, [ROW, other]) == 1
