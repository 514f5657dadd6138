"""A definition is the same after its way through the store."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from syndicate.core.model import Kind, Level
from syndicate.core.selection import FeedDefinition, Selector
from syndicate.store.definitions import definition_from, definition_to

texts = st.text(st.characters(exclude_categories=["Cs"]))
lists = st.lists(texts, max_size=3).map(tuple)
selectors = st.builds(
    Selector,
    subject=lists,
    kind=st.lists(st.sampled_from(Kind), max_size=3).map(tuple),
    language=lists,
    source=lists,
    urgency=st.lists(st.integers(1, 9), max_size=3).map(tuple),
    keyword=lists,
    slugline=lists,
)
definitions = st.builds(
    FeedDefinition,
    name=texts,
    title=texts,
    description=texts,
    public=st.sampled_from(Level),
    window=st.integers(1, 500),
    language=texts,
    aliases=lists,
    selects=st.lists(selectors, max_size=3).map(tuple),
    excepts=st.lists(selectors, max_size=3).map(tuple),
)


@given(definitions)
def test_a_definition_comes_back_exactly_with_its_types(definition: FeedDefinition) -> None:
    back = definition_from(json.loads(json.dumps(definition_to(definition))))
    assert back == definition
    assert repr(back) == repr(definition)  # an enum equals its word or number; its repr does not
