"""A house of the bench is one that the service opens: its tokens are good, its feeds as large as specified."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from bench.ground import PRIVATE, PUBLIC
from bench.house import Size, copy, token_texts
from syndicate.bootstrap import open_agency
from syndicate.service.agency import Agency
from syndicate.web.app import create_app

SIZE = Size(120, 3)


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agency]:
    agency = open_agency(copy(tmp_path_factory.mktemp("bench"), SIZE))
    yield agency
    agency.close()


@pytest.fixture
def client(agency: Agency) -> FlaskClient:
    return create_app(agency).test_client()


def test_every_token_opens_the_full_feed(agency: Agency, client: FlaskClient) -> None:
    texts = list(token_texts(agency, 0, SIZE.tokens))
    assert len(set(texts)) == SIZE.tokens
    for text in texts:
        answer = client.get(PRIVATE, headers={"Authorization": f"Bearer {text}"})
        assert (answer.status_code, answer.text.count("<content:encoded>")) == (200, 50)


def test_feeds_are_as_large_as_the_specification_says(agency: Agency, client: FlaskClient) -> None:
    (text,) = token_texts(agency, 0, 1)
    public = client.get(PUBLIC).data
    private = client.get(PRIVATE, headers={"Authorization": f"Bearer {text}"}).data
    sizes = [len(size) for each in (public, private) for size in (each, gzip.compress(each, 6))]
    assert sizes == pytest.approx([40_000, 13_000, 160_000, 45_000], rel=0.25)


def test_a_house_is_built_once_and_copied_for_each_run(tmp_path: Path) -> None:
    first = copy(tmp_path, Size(20, 1))
    stock = tmp_path / "stock" / str(Size(20, 1))
    made = (stock / "data" / "keys.toml").stat().st_mtime_ns
    (first / "of-this-run").touch()
    second = copy(tmp_path, Size(20, 1))
    assert not (second / "of-this-run").exists()
    assert (stock / "data" / "keys.toml").stat().st_mtime_ns == made
