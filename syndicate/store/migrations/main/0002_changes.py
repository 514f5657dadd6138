"""Changes and acknowledgements, and indexes by which they and their readers find things."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and indexes."""
    op.create_table(
        "changes",
        sa.Column("seq", ID, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("reader_class", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("archive_days", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_changes")),
        sa.UniqueConstraint("id", name=op.f("uq_changes_id")),
    )
    op.create_index(op.f("ix_changes_at"), "changes", ["at"])
    op.create_index("ix_changes_of_feed", "changes", ["feed", "reader_class", "seq"])
    op.create_index("ix_changes_of_kind", "changes", ["change", "seq"])
    op.create_index("ix_changes_of_item", "changes", ["key", "n"])
    op.create_table(
        "acks",
        sa.Column("id", ID, nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["company"], ["companies.name"], name=op.f("fk_acks_company")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acks")),
    )
    op.create_index(op.f("ix_acks_key"), "acks", ["key"])
    op.create_index("ix_acks_of_company", "acks", ["company", "key"])
    op.create_index("ix_acts_of_deed", "acts", ["deed", "received_at"])
    op.create_index(op.f("ix_spans_first_at"), "spans", ["first_at"])
    op.create_index("ix_spans_of_face", "spans", ["face", "until_at"])
    op.create_index("ix_places_by_key", "places", ["feed", "reader_class", "key"])
    op.create_index(op.f("ix_versions_replaces"), "versions", ["replaces"])
    op.create_index(op.f("ix_tokens_old_until_at"), "tokens", ["old_until_at"])
