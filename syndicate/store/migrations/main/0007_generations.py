"""Places of the generations that count alone, with the times of their spans; the number of the terms."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FOREVER = 253_402_214_400_000_000  # the last day of the year 9999, in microseconds

COLUMNS = (
    *("id", "generation", "feed", "key", "reader_class", "face", "public"),
    *("from_at", "until_at", "outline_at", "words_at"),
)


def upgrade() -> None:
    """Make the tables anew, and take over what counts."""
    op.add_column("epoch", sa.Column("terms", sa.BigInteger(), nullable=False, server_default="0"))
    with op.batch_alter_table("epoch") as epoch:
        epoch.alter_column("terms", server_default=None)
    op.create_table(
        "places_by_generation",
        sa.Column("id", ID, nullable=False),
        sa.Column("generation", ID, nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("reader_class", sa.Text(), nullable=False),
        sa.Column("face", sa.Text(), nullable=False),
        sa.Column("public", sa.Integer(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.Column("outline_at", sa.BigInteger(), nullable=False),
        sa.Column("words_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places_by_generation")),
    )
    _take_over()
    op.drop_table("places")
    op.drop_index(op.f("ix_spans_key"), "spans")
    with op.batch_alter_table("spans") as spans:
        spans.create_unique_constraint(
            op.f("uq_spans_key_reader_class_from_at"), ["key", "reader_class", "from_at"]
        )
    op.rename_table("places_by_generation", "places")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_places_by_generation RENAME TO pk_places")
        op.execute("ALTER SEQUENCE places_by_generation_id_seq RENAME TO places_id_seq")
    op.create_index(op.f("ix_places_key"), "places", ["key"])
    for name, *columns in (
        ("ix_places_by_outline", "face", "outline_at", "key"),
        ("ix_places_by_words", "face", "words_at", "key"),
        ("ix_places_by_key", "key"),
        ("ix_places_until", "until_at"),
    ):
        op.create_index(name, "places", ["generation", "reader_class", *columns])


def _take_over() -> None:
    places, spans, generations = (
        sa.table(name, *map(sa.column, columns))
        for name, columns in (
            ("places", COLUMNS),
            ("spans", ("id", "from_at", "until_at")),
            ("generations", ("id", "until_at")),
        )
    )
    columns = [
        spans.c[name] if name in ("from_at", "until_at") else places.c[name]
        for name in COLUMNS
        if name != "id"
    ]
    found = (
        sa.select(*columns)
        .join_from(places, spans, spans.c.id == sa.column("span"))
        .join(generations, generations.c.id == places.c.generation)
        .where(generations.c.until_at == FOREVER)
    )
    new = sa.table("places_by_generation", *map(sa.column, COLUMNS))
    op.get_bind().execute(sa.insert(new).from_select(list(COLUMNS[1:]), found))
