"""Restores: a database that came out of a backup awaits the acts that were done after it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A database that is in use awaits nothing."""
    with op.batch_alter_table("epoch") as batch:
        batch.add_column(sa.Column("awaits_acts", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("epoch") as batch:
        batch.alter_column("awaits_acts", server_default=None)
