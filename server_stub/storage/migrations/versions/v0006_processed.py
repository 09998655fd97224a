"""Mark the alerts that were seen to, and keep whose turn it is in each team."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the mark; until now, an alert without a risk score was one not seen to."""
    op.add_column(
        "alerts", sa.Column("processed", sa.Boolean(), nullable=False, server_default="1")
    )
    op.execute("UPDATE alerts SET processed = 0 WHERE risk_score IS NULL")
    op.drop_index("ix_alerts_unscored", "alerts")
    op.create_index(
        "ix_alerts_unprocessed",
        "alerts",
        ["id"],
        sqlite_where=sa.text("processed IS 0"),
        postgresql_where=sa.text("processed IS false"),
    )
    op.create_table(
        "assignment_turns",
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("user_id", _ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_assignment_turns_user_id_users"
        ),
        sa.PrimaryKeyConstraint("team", name="pk_assignment_turns"),
    )


def downgrade() -> None:
    """Take the mark away again."""
    op.drop_table("assignment_turns")
    op.drop_index("ix_alerts_unprocessed", "alerts")
    op.create_index(
        "ix_alerts_unscored",
        "alerts",
        ["id"],
        sqlite_where=sa.text("risk_score IS NULL"),
        postgresql_where=sa.text("risk_score IS NULL"),
    )
    op.drop_column("alerts", "processed")
