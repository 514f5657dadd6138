"""The tables, whole: what is kept, and what finds it. Migrations are proven equal to this.

Three sorts: facts (messages, versions, acts), which are only ever added; what follows from them (spans,
places), which is made anew for an item whenever a fact of it comes; and contracts. Receipts have a
metadata of their own, since on SQLite they lie in their own file.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from syndicate.store.columns import Json, SealedBytes, SealedText, Time
from syndicate.store.definitions import Definition

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
Id = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(naming_convention=NAMING)

epoch = Table(
    "epoch",
    metadata,
    Column("id", Integer, primary_key=True),  # one row: 1
    Column("era", Text, nullable=False),  # random; new at init and after a restore
    Column("n", BigInteger, nullable=False),  # moved by every commit that can change what anybody may see
    Column("terms", BigInteger, nullable=False),  # moved by those that change more than stories
    Column("settled_at", Time, nullable=False),  # no fact is received at or before this
    Column("awaits_acts", Boolean, nullable=False),  # out of a backup; what was done since is missing
)

# Facts

items = Table(
    "items",
    metadata,
    Column("key", Text, primary_key=True),
    Column("namespace", Text, nullable=False),
    Column("uri", Text, nullable=False),
    Column("source", Text, nullable=False),
    UniqueConstraint("namespace", "uri"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", Text, nullable=False),
    Column("received_at", Time, nullable=False, index=True),
    Column("digest", Text, nullable=False),
    Column("raw", SealedBytes),  # emptied after [retention] raw_days
    UniqueConstraint("source", "digest"),
    Index("ix_messages_of_source", "source", "received_at"),
)

versions = Table(
    "versions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, ForeignKey("items.key"), nullable=False),
    Column("message", Id, ForeignKey("messages.id"), nullable=False, index=True),
    Column("digest", Text, nullable=False),
    Column("received_at", Time, nullable=False),
    Column("source", Text, nullable=False),
    Column("number", BigInteger),
    Column("created_at", Time),
    Column("is_withheld", Boolean, nullable=False),
    Column("embargo_at", Time),
    Column("expires_at", Time),
    Column("is_correction", Boolean, nullable=False),
    Column("is_public", Boolean, nullable=False),
    Column("outline_digest", Text, nullable=False),
    Column("words_digest", Text, nullable=False),
    Column("headline", Text, nullable=False),
    Column("ticker_headline", Text),
    Column("excerpt", Text),
    Column("excerpt_limits", Text, nullable=False, index=True),
    Column("byline", Text),
    Column("dateline", Text),
    Column("language", Text),
    Column("urgency", Integer),
    Column("subjects", Json, nullable=False),
    Column("keywords", Json, nullable=False),
    Column("slugline", Text),
    Column("kind", Text, nullable=False),
    Column("rights", Text),
    Column("replaces", Text, index=True),  # the key of the item that this one stands in for
    Column("summary", SealedText),
    Column("text", SealedText),
    Column("editors_note", SealedText),
    Column("renditions", SealedText),
    UniqueConstraint("key", "digest"),
)

acts = Table(
    "acts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, ForeignKey("items.key"), nullable=False),
    Column("message", Id, ForeignKey("messages.id")),  # of a source's act
    Column("digest", Text, nullable=False),
    Column("received_at", Time, nullable=False),
    Column("deed", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    UniqueConstraint("key", "digest"),
    Index("ix_acts_of_deed", "deed", "received_at"),
)

# What follows from them

spans = Table(
    "spans",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, ForeignKey("items.key"), nullable=False),
    Column("reader_class", Text, nullable=False),
    Column("from_at", Time, nullable=False, index=True),
    Column("until_at", Time, nullable=False, index=True),
    Column("version", Text, nullable=False),
    Column("face", Text, nullable=False),
    Column("first_at", Time, nullable=False, index=True),
    Column("outline_at", Time, nullable=False),
    Column("words_at", Time, nullable=False),
    Column("is_corrected", Boolean, nullable=False),
    Column("ordinal", Integer, nullable=False),
    UniqueConstraint("key", "reader_class", "from_at"),
    Index("ix_spans_of_face", "face", "until_at"),
)

generations = Table(
    "generations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("feed", Text, nullable=False, index=True),
    Column("digest", Text, nullable=False),
    Column("definition", Definition, nullable=False),
    Column("from_at", Time, nullable=False),
    Column("until_at", Time, nullable=False),
)

places = Table(
    "places",
    metadata,
    Column("id", Id, primary_key=True),
    Column("generation", Id, nullable=False),  # of those that count or are being built, and of some that end
    Column("feed", Text, nullable=False),
    Column("key", Text, nullable=False, index=True),
    Column("reader_class", Text, nullable=False),
    Column("face", Text, nullable=False),
    Column("public", Integer, nullable=False),  # of a notice: the level at which the item was shown
    Column("from_at", Time, nullable=False),
    Column("until_at", Time, nullable=False),
    Column("outline_at", Time, nullable=False),
    Column("words_at", Time, nullable=False),
    Index("ix_places_by_outline", "generation", "reader_class", "face", "outline_at", "key"),
    Index("ix_places_by_words", "generation", "reader_class", "face", "words_at", "key"),
    Index("ix_places_by_key", "generation", "reader_class", "key"),
    Index("ix_places_until", "generation", "reader_class", "until_at"),
)

changes = Table(
    "changes",
    metadata,
    Column("seq", Id, primary_key=True),  # never leaves
    Column("id", Text, nullable=False, unique=True),  # random: what a cursor names
    Column("n", BigInteger, nullable=False),  # of the epoch that it was committed with
    Column("at", Time, nullable=False, index=True),
    Column("feed", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("reader_class", Text, nullable=False),
    Column("change", Text, nullable=False),
    Column("least", Integer, nullable=False),  # the lowest level at which it can be seen
    Column("archive_days", Integer),  # only for licences of so many
    Index("ix_changes_of_feed", "feed", "reader_class", "seq"),
    Index("ix_changes_of_kind", "change", "seq"),
    Index("ix_changes_of_item", "key", "n"),
)

acks = Table(
    "acks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("company", Text, ForeignKey("companies.name"), nullable=False),
    Column("key", Text, nullable=False, index=True),
    Column("token", Text, nullable=False),
    Column("at", Time, nullable=False),
    Index("ix_acks_of_company", "company", "key"),
)

# Contracts

companies = Table(
    "companies",
    metadata,
    Column("name", Text, primary_key=True),  # [a-z0-9-]+
    Column("title", Text, nullable=False),
    Column("suspended_at", Time),
)

licences = Table(
    "licences",
    metadata,
    Column("id", Id, primary_key=True),
    Column("company", Text, ForeignKey("companies.name"), nullable=False, index=True),
    Column("feeds", Json, nullable=False),
    Column("level", Integer, nullable=False),
    Column("begins_at", Time, nullable=False, index=True),
    Column("ends_at", Time, nullable=False, index=True),
    Column("has_embargo_right", Boolean, nullable=False),
    Column("archive_days", Integer),
    Index("ix_licences_archives", "archive_days", "ends_at"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("company", Text, ForeignKey("companies.name"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("digest", Text, nullable=False),  # SHA-256 of the nonce; the secret itself is nowhere
    Column("key_id", Text, nullable=False),  # which signing key made it
    Column("old_digest", Text),
    Column("old_until_at", Time, index=True),
    Column("old_used_at", Time),
    Column("issued_at", Time, nullable=False),
    Column("expires_at", Time, nullable=False, index=True),
    Column("revoked_at", Time),
    Column("is_final", Boolean, nullable=False),
    Column("networks", Json, nullable=False),
    Column("feeds", Json),  # null: all that the company's licences give
    Column("quota", Integer),  # requests a minute; null: as [serve] says, 0: no end of them
)

source_keys = Table(
    "source_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),  # bearer | webhook
    Column("digest", Text, nullable=False),  # SHA-256 of the nonce, or of a webhook's secret
    Column("key_id", Text, nullable=False),
    Column("issued_at", Time, nullable=False),
    Column("revoked_at", Time),
)

# The desk's books

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", Text, nullable=False),
    Column("received_at", Time, nullable=False),
    Column("reason", Text, nullable=False, index=True),
    Column("detail", Text, nullable=False),
    Column("uri", Text),
    Column("digest", Text, nullable=False),
    Column("raw", SealedBytes),
    Column("content_type", Text),  # as the sender called it
    Column("state", Text, nullable=False),  # open | replayed | discarded
    Index("ix_quarantine_message", "source", "digest"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Time, nullable=False, index=True),
    Column("who", Text, nullable=False),
    Column("verb", Text, nullable=False),
    Column("subject", Text, nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("before", Json),
    Column("after", Json),
)

# Sources

polls = Table(
    "polls",
    metadata,
    Column("source", Text, primary_key=True),
    Column("polled_at", Time, nullable=False),
    Column("address", Text, nullable=False),  # SHA-256 of it: it may hold a credential
    Column("etag", Text),
    Column("last_modified", Text),
    Column("succeeded_at", Time),
    Column("failure", Text),
    Column("failures", Integer, nullable=False),
    Column("not_before", Time),
    Column("moved_to", Text),
    Column("gone_at", Time),
)

silences = Table(
    "silences",
    metadata,
    Column("source", Text, primary_key=True),
    Column("watched_at", Time, nullable=False),
    Column("silent_since", Time),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("source", Text, primary_key=True),
    Column("id", Text, primary_key=True),  # as the sender calls the message
    Column("digest", Text, nullable=False),  # SHA-256 of the body
    Column("received_at", Time, nullable=False, index=True),
)

# Those who run it

signs = Table(
    "signs",
    metadata,
    Column("name", Text, primary_key=True),
    Column("at", Time, nullable=False),
    Column("told", Text, nullable=False),
)

# Receipts

receipts_metadata = MetaData(naming_convention=NAMING)

bundles = Table(
    "bundles",
    receipts_metadata,
    Column("id", Id, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
)

bundle_texts = Table(
    "bundle_texts",
    receipts_metadata,
    Column("bundle", Id, ForeignKey("bundles.id"), primary_key=True),
    Column("key", Text, primary_key=True, index=True),
    Column("version", Text, primary_key=True),  # or the name of the notice in its place
    Column("level", Integer, primary_key=True),
)

receipts = Table(
    "receipts",
    receipts_metadata,
    Column("token", Text, primary_key=True),
    Column("bundle", Id, ForeignKey("bundles.id"), primary_key=True, index=True),
    Column("company", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("at", Time, nullable=False),
    Index("ix_receipts_of_company", "company", "at"),
    sqlite_with_rowid=False,
)

cuts = Table(
    "cuts",
    receipts_metadata,
    Column("before_at", Time, primary_key=True, autoincrement=False),  # of older receipts, not all are there
    Column("at", Time, nullable=False),
)
