"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.String(length=27)


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "events",
        sa.Column("seq", _ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("alert_id", _ROW_ID, nullable=True),
        sa.Column("incident_id", _ROW_ID, nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("sight_changed", sa.Boolean(), nullable=False),
        sa.Column("team_before", sa.Text(), nullable=True),
        sa.Column("analyst_before", _ROW_ID, nullable=True),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_events"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "log_identity",
        sa.Column("epoch", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("epoch", name="pk_log_identity"),
    )
    op.create_table(
        "users",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("teams", sa.JSON(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("last_login_at", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_users_username", "users", [sa.text("lower(username)")], unique=True)
    op.create_table(
        "alerts",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("origin_team", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_alert_id", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("severity_rank", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("threat_type", sa.String(length=32), nullable=False),
        sa.Column("assigned_analyst_id", _ROW_ID, nullable=True),
        sa.Column("incident_id", sa.Text(), nullable=True),
        sa.Column("correlation_id", sa.Text(), nullable=True),
        sa.Column("correlation_key", sa.Text(), nullable=True),
        sa.Column("risk_score", sa.Float(), nullable=True),
        sa.Column("reported", sa.Boolean(), nullable=False),
        sa.Column("detected_at", _INSTANT, nullable=False),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.Column("first_response_at", _INSTANT, nullable=True),
        sa.Column("containment_at", _INSTANT, nullable=True),
        sa.Column("resolution_at", _INSTANT, nullable=True),
        sa.Column("closed_at", _INSTANT, nullable=True),
        sa.Column("occurrences", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", _INSTANT, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("human_revision", sa.BigInteger(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assigned_analyst_id"], ["users.id"], name="fk_alerts_assigned_analyst_id_users"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.UniqueConstraint(
            "origin_team",
            "source",
            "external_alert_id",
            name="uq_alerts_origin_team_source_external_alert_id",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_alerts_assigned_analyst_id",
        "alerts",
        ["assigned_analyst_id"],
        unique=False,
        sqlite_where=sa.text("assigned_analyst_id IS NOT NULL"),
        postgresql_where=sa.text("assigned_analyst_id IS NOT NULL"),
    )
    op.create_index(
        "ix_alerts_correlation_key",
        "alerts",
        ["correlation_key", "received_at"],
        unique=False,
        sqlite_where=sa.text("correlation_key IS NOT NULL"),
        postgresql_where=sa.text("correlation_key IS NOT NULL"),
    )
    op.create_index(
        "ix_alerts_incident_id",
        "alerts",
        ["incident_id"],
        unique=False,
        sqlite_where=sa.text("incident_id IS NOT NULL"),
        postgresql_where=sa.text("incident_id IS NOT NULL"),
    )
    op.create_index("ix_alerts_received_at", "alerts", ["received_at"], unique=False)
    op.create_index(
        "ix_alerts_unscored",
        "alerts",
        ["id"],
        unique=False,
        sqlite_where=sa.text("risk_score IS NULL"),
        postgresql_where=sa.text("risk_score IS NULL"),
    )
    op.create_index("ix_alerts_updated_at", "alerts", ["updated_at"], unique=False)
    op.create_table(
        "endpoint_tokens",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("token_name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("can_create_alerts", sa.Boolean(), nullable=False),
        sa.Column("can_update_alerts", sa.Boolean(), nullable=False),
        sa.Column("can_read_alerts", sa.Boolean(), nullable=False),
        sa.Column("rate_limit_per_minute", sa.Integer(), nullable=True),
        sa.Column("allowed_ips", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("allowed_sources", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("created_by", _ROW_ID, nullable=True),
        sa.Column("expires_at", _INSTANT, nullable=True),
        sa.Column("last_used_at", _INSTANT, nullable=True),
        sa.Column("usage_count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_endpoint_tokens_created_by_users"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_endpoint_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_endpoint_tokens_token_hash"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "incidents",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("incident_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("priority", sa.String(length=2), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("owner_id", _ROW_ID, nullable=True),
        sa.Column("assigned_analyst_id", _ROW_ID, nullable=True),
        sa.Column("incident_timeline", sa.JSON(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.Column("first_response_at", _INSTANT, nullable=True),
        sa.Column("contained_at", _INSTANT, nullable=True),
        sa.Column("resolved_at", _INSTANT, nullable=True),
        sa.Column("closed_at", _INSTANT, nullable=True),
        sa.Column("response_sla_deadline", _INSTANT, nullable=True),
        sa.Column("resolution_sla_deadline", _INSTANT, nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assigned_analyst_id"], ["users.id"], name="fk_incidents_assigned_analyst_id_users"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_incidents_owner_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
        sa.UniqueConstraint("incident_id", name="uq_incidents_incident_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_incidents_assigned_analyst_id", "incidents", ["assigned_analyst_id"], unique=False
    )
    op.create_index("ix_incidents_owner_id", "incidents", ["owner_id"], unique=False)
    op.create_table(
        "logins",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", _ROW_ID, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.Column("end_reason", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_logins_user_id_users"),
        sa.PrimaryKeyConstraint("id", name="pk_logins"),
    )
    op.create_index("ix_logins_user_id", "logins", ["user_id"], unique=False)
    op.create_table(
        "alert_timeline",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("alert_id", _ROW_ID, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", _ROW_ID, nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name="fk_alert_timeline_alert_id_alerts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_alert_timeline"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alert_timeline_alert_id", "alert_timeline", ["alert_id"], unique=False)
    op.create_table(
        "raw_alerts",
        sa.Column("alert_id", _ROW_ID, autoincrement=False, nullable=False),
        sa.Column("raw_alert_data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="fk_raw_alerts_alert_id_alerts"),
        sa.PrimaryKeyConstraint("alert_id", name="pk_raw_alerts"),
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("login_id", sa.String(length=32), nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("used_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["login_id"], ["logins.id"], name="fk_refresh_tokens_login_id_logins"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_refresh_tokens"),
    )
    op.create_index("ix_refresh_tokens_login_id", "refresh_tokens", ["login_id"], unique=False)


def downgrade() -> None:
    """Drop all tables, and with them their indexes."""
    op.drop_table("refresh_tokens")
    op.drop_table("raw_alerts")
    op.drop_table("alert_timeline")
    op.drop_table("logins")
    op.drop_table("incidents")
    op.drop_table("endpoint_tokens")
    op.drop_table("alerts")
    op.drop_table("users")
    op.drop_table("log_identity")
    op.drop_table("events")
