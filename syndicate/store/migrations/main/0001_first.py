"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "audit",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False)
    op.create_index(op.f("ix_audit_subject"), "audit", ["subject"], unique=False)
    op.create_table(
        "companies",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("suspended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_companies")),
    )
    op.create_table(
        "epoch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("era", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epoch")),
    )
    op.create_table(
        "generations",
        sa.Column("id", ID, nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_generations")),
    )
    op.create_index(op.f("ix_generations_feed"), "generations", ["feed"], unique=False)
    op.create_table(
        "items",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("namespace", sa.Text(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_items")),
        sa.UniqueConstraint("namespace", "uri", name=op.f("uq_items_namespace_uri")),
    )
    op.create_table(
        "messages",
        sa.Column("id", ID, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("source", "digest", name=op.f("uq_messages_source_digest")),
    )
    op.create_index(op.f("ix_messages_received_at"), "messages", ["received_at"], unique=False)
    op.create_table(
        "polls",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("polled_at", sa.BigInteger(), nullable=False),
        sa.Column("succeeded_at", sa.BigInteger(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_polls")),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", ID, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
    )
    op.create_index("ix_quarantine_message", "quarantine", ["source", "digest"], unique=False)
    op.create_index(op.f("ix_quarantine_reason"), "quarantine", ["reason"], unique=False)
    op.create_table(
        "source_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_keys")),
    )
    op.create_index(op.f("ix_source_keys_source"), "source_keys", ["source"], unique=False)
    op.create_table(
        "acts",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("message", ID, nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("deed", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["key"], ["items.key"], name=op.f("fk_acts_key")),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_acts_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acts")),
        sa.UniqueConstraint("key", "digest", name=op.f("uq_acts_key_digest")),
    )
    op.create_table(
        "licences",
        sa.Column("id", ID, nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("feeds", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("begins_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("has_embargo_right", sa.Boolean(), nullable=False),
        sa.Column("archive_days", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["company"], ["companies.name"], name=op.f("fk_licences_company")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licences")),
    )
    op.create_index(op.f("ix_licences_begins_at"), "licences", ["begins_at"], unique=False)
    op.create_index(op.f("ix_licences_company"), "licences", ["company"], unique=False)
    op.create_index(op.f("ix_licences_ends_at"), "licences", ["ends_at"], unique=False)
    op.create_table(
        "spans",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("reader_class", sa.Text(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("face", sa.Text(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("outline_at", sa.BigInteger(), nullable=False),
        sa.Column("words_at", sa.BigInteger(), nullable=False),
        sa.Column("is_corrected", sa.Boolean(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["key"], ["items.key"], name=op.f("fk_spans_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spans")),
    )
    op.create_index(op.f("ix_spans_from_at"), "spans", ["from_at"], unique=False)
    op.create_index(op.f("ix_spans_key"), "spans", ["key"], unique=False)
    op.create_index(op.f("ix_spans_until_at"), "spans", ["until_at"], unique=False)
    op.create_table(
        "tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("old_digest", sa.Text(), nullable=True),
        sa.Column("old_until_at", sa.BigInteger(), nullable=True),
        sa.Column("old_used_at", sa.BigInteger(), nullable=True),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.Column("networks", sa.Text(), nullable=False),
        sa.Column("feeds", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["company"], ["companies.name"], name=op.f("fk_tokens_company")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
    )
    op.create_index(op.f("ix_tokens_company"), "tokens", ["company"], unique=False)
    op.create_index(op.f("ix_tokens_expires_at"), "tokens", ["expires_at"], unique=False)
    op.create_table(
        "versions",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("message", ID, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=True),
        sa.Column("is_withheld", sa.Boolean(), nullable=False),
        sa.Column("embargo_at", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("is_correction", sa.Boolean(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("outline_digest", sa.Text(), nullable=False),
        sa.Column("words_digest", sa.Text(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("ticker_headline", sa.Text(), nullable=True),
        sa.Column("excerpt", sa.Text(), nullable=True),
        sa.Column("excerpt_limits", sa.Text(), nullable=False),
        sa.Column("byline", sa.Text(), nullable=True),
        sa.Column("dateline", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("urgency", sa.Integer(), nullable=True),
        sa.Column("subjects", sa.Text(), nullable=False),
        sa.Column("keywords", sa.Text(), nullable=False),
        sa.Column("slugline", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("rights", sa.Text(), nullable=True),
        sa.Column("replaces", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("editors_note", sa.Text(), nullable=True),
        sa.Column("renditions", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["key"], ["items.key"], name=op.f("fk_versions_key")),
        sa.ForeignKeyConstraint(["message"], ["messages.id"], name=op.f("fk_versions_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_versions")),
        sa.UniqueConstraint("key", "digest", name=op.f("uq_versions_key_digest")),
    )
    op.create_index(op.f("ix_versions_excerpt_limits"), "versions", ["excerpt_limits"], unique=False)
    op.create_index(op.f("ix_versions_message"), "versions", ["message"], unique=False)
    op.create_table(
        "places",
        sa.Column("id", ID, nullable=False),
        sa.Column("generation", ID, nullable=False),
        sa.Column("span", ID, nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("reader_class", sa.Text(), nullable=False),
        sa.Column("face", sa.Text(), nullable=False),
        sa.Column("public", sa.Integer(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.Column("outline_at", sa.BigInteger(), nullable=False),
        sa.Column("words_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["generation"], ["generations.id"], name=op.f("fk_places_generation")),
        sa.ForeignKeyConstraint(["span"], ["spans.id"], name=op.f("fk_places_span"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places")),
    )
    op.create_index(
        "ix_places_by_outline", "places", ["feed", "reader_class", "face", "outline_at", "key"], unique=False
    )
    op.create_index(
        "ix_places_by_words", "places", ["feed", "reader_class", "face", "words_at", "key"], unique=False
    )
    op.create_index("ix_places_from", "places", ["feed", "reader_class", "from_at"], unique=False)
    op.create_index(op.f("ix_places_key"), "places", ["key"], unique=False)
    op.create_index(op.f("ix_places_span"), "places", ["span"], unique=False)
    op.create_index("ix_places_ticker", "places", ["reader_class", "face", "outline_at", "key"], unique=False)
    op.create_index("ix_places_until", "places", ["feed", "reader_class", "until_at"], unique=False)
