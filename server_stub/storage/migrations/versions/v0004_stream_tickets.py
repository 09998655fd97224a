"""Keep tickets that open one stream each."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "stream_tickets",
        sa.Column("ticket_hash", sa.String(length=64), nullable=False),
        sa.Column("login_kind", sa.String(length=16), nullable=False),
        sa.Column("login_id", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("ticket_hash", name="pk_stream_tickets"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("stream_tickets")
