"""Give incidents a timeline of their own, which only grows, and a text to search through."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_incidents = sa.table(
    "incidents",
    sa.column("id"),
    *(sa.column(name) for name in ("incident_id", "title", "description", "category")),
    sa.column("tags", sa.JSON()),
    sa.column("incident_timeline", sa.JSON()),
    sa.column("search_text"),
)


def upgrade() -> None:
    """Move the lines that incidents held into a table, and fill in the text to search."""
    op.add_column(
        "incidents", sa.Column("search_text", sa.Text(), nullable=False, server_default="")
    )
    lines = op.create_table(
        "incident_timeline",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("incident_id", _ROW_ID, nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", _ROW_ID, nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("note_type", sa.Text(), nullable=True),
        sa.Column("is_internal", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name="fk_incident_timeline_incident_id_incidents"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_incident_timeline"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_incident_timeline_incident_id", "incident_timeline", ["incident_id"], unique=False
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(_incidents).order_by(_incidents.c.id)).all():
        op.bulk_insert(lines, [_line(row.id, line) for line in row.incident_timeline])
        connection.execute(
            sa.update(_incidents)
            .where(_incidents.c.id == row.id)
            .values(search_text=_search_text(row))
        )
    op.drop_column("incidents", "incident_timeline")


def downgrade() -> None:
    """Put the lines back, as far as incidents had room for them."""
    op.add_column(
        "incidents",
        sa.Column("incident_timeline", sa.JSON(), nullable=False, server_default="[]"),
    )
    op.get_bind().exec_driver_sql(
        "UPDATE incidents SET incident_timeline = (SELECT json_group_array(json_object("
        "'at', at, 'action', action, 'actor', actor_name, 'notes', notes))"
        " FROM (SELECT * FROM incident_timeline AS line"
        " WHERE line.incident_id = incidents.id ORDER BY line.id))"
    )
    op.drop_table("incident_timeline")
    op.drop_column("incidents", "search_text")


def _line(incident_id: int, line: dict[str, str | None]) -> dict[str, object]:
    return {
        "incident_id": incident_id,
        "at": line["at"],
        "actor_kind": "user",
        "actor_name": line["actor"],
        "action": line["action"],
        "notes": line["notes"],
        "changes": {},
    }


def _search_text(row: "sa.Row[tuple[object, ...]]") -> str:
    texts = [row.incident_id, row.title, row.description, row.category, *row.tags]
    return "\n".join([text for text in texts if text]).casefold()
