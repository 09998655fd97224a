"""Keep where alerts come from: reading it from all of them takes too long."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and fill it from the alerts that are there."""
    op.create_table(
        "alert_origins",
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_system", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("team", "source", "source_system", name="pk_alert_origins"),
    )
    op.execute(
        "INSERT INTO alert_origins SELECT DISTINCT origin_team, source, "
        "coalesce(json_extract(document, '$.source_system'), '') FROM alerts"
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("alert_origins")
