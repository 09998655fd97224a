"""Count how often what a user or an endpoint token may see has changed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the counts."""
    for table in ("users", "endpoint_tokens"):
        count = sa.Column("sight_changes", sa.Integer(), server_default="0", nullable=False)
        op.add_column(table, count)


def downgrade() -> None:
    """Drop the counts."""
    for table in ("users", "endpoint_tokens"):
        op.drop_column(table, "sight_changes")
