"""Receipts of bundles: what leaves together is one row for each token, and its texts are kept once."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LEVELS = ("NOTHING", "NOTICE", "HEADLINE", "EXCERPT", "FULL")


def upgrade() -> None:
    """Make the tables; each receipt that is there becomes one of a bundle that holds its text alone."""
    op.rename_table("receipts", "receipts_of_texts")
    for name in ("at", "company", "key"):
        op.drop_index(f"ix_receipts_{name}", "receipts_of_texts")
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE receipts_of_texts RENAME CONSTRAINT pk_receipts TO pk_receipts_of_texts")
    op.create_table(
        "bundles",
        sa.Column("id", ID, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundles")),
        sa.UniqueConstraint("digest", name=op.f("uq_bundles_digest")),
    )
    op.create_table(
        "bundle_texts",
        sa.Column("bundle", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["bundle"], ["bundles.id"], name=op.f("fk_bundle_texts_bundle")),
        sa.PrimaryKeyConstraint("bundle", "key", "version", "level", name=op.f("pk_bundle_texts")),
    )
    op.create_index(op.f("ix_bundle_texts_key"), "bundle_texts", ["key"], unique=False)
    op.create_table(
        "receipts",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("bundle", ID, nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["bundle"], ["bundles.id"], name=op.f("fk_receipts_bundle")),
        sa.PrimaryKeyConstraint("token", "bundle", name=op.f("pk_receipts")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_receipts_bundle"), "receipts", ["bundle"], unique=False)
    op.create_index("ix_receipts_of_company", "receipts", ["company", "at"], unique=False)
    _move()
    op.drop_table("receipts_of_texts")


def _move() -> None:
    connection = op.get_bind()
    texts = connection.execute(
        sa.text("SELECT key, version, level, min(id) FROM receipts_of_texts GROUP BY key, version, level")
    ).all()
    for key, version, level, bundle in texts:
        digest = hashlib.sha256(f"{key} {version} {LEVELS[level]}".encode()).hexdigest()
        connection.execute(
            sa.text("INSERT INTO bundles (id, digest) VALUES (:id, :digest)"),
            {"id": bundle, "digest": digest},
        )
        connection.execute(
            sa.text("INSERT INTO bundle_texts (bundle, key, version, level) VALUES (:b, :k, :v, :l)"),
            {"b": bundle, "k": key, "v": version, "l": level},
        )
    connection.execute(
        sa.text(
            "INSERT INTO receipts (token, bundle, company, channel, at) "
            "SELECT r.token, t.bundle, r.company, r.channel, r.at FROM receipts_of_texts r JOIN bundle_texts t "
            "ON t.key = r.key AND t.version = r.version AND t.level = r.level"
        )
    )
    if connection.dialect.name == "postgresql":
        connection.execute(
            sa.text("SELECT setval(pg_get_serial_sequence('bundles', 'id'), (SELECT max(id) FROM bundles))")
        )
