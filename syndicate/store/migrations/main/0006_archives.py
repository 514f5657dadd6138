"""Archives: an index by which every commit finds the archive days of the licences that there are."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_licences_archives", "licences", ["archive_days", "ends_at"], unique=False)
