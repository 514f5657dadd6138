"""Operations: quotas of tokens, signs for those who run the service, and an index of when a source was heard."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Tokens issued before have the quota that the settings say."""
    op.add_column("tokens", sa.Column("quota", sa.Integer(), nullable=True))
    op.create_table(
        "signs",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_signs")),
    )
    op.create_index("ix_messages_of_source", "messages", ["source", "received_at"], unique=False)
