"""Find alerts by what only their documents say, and each in the order of arrival."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from ir_client.query.addresses import address_key

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_FOLDED = {
    "folded_rule_id": "rule_id",
    "folded_rule_name": "rule_name",
}
_ADDRESSES = {"source_address": "source_ip", "destination_address": "destination_ip"}
_COLUMNS = (*_FOLDED, *_ADDRESSES)

_ORDER = ["received_at", "id"]
_OFTEN = ["team", "assigned_analyst_id", "status", "severity_rank", "source"]
_ADDRESS_KEYS = ["source_address", "destination_address"]
_INDEXES = {
    "ix_alerts_board": [
        *("status", "severity_rank", *_ORDER, "team", "assigned_analyst_id", "source"),
        *_ADDRESS_KEYS,
    ],
    "ix_alerts_team": ["team", *_ORDER, *_OFTEN[1:]],
    "ix_alerts_source": ["source", *_ORDER, *_OFTEN[:-1]],
    "ix_alerts_detected_at": ["detected_at", "id", "received_at", *_OFTEN],
    "ix_alerts_severity_rank": ["severity_rank"],
    "ix_alerts_status": ["status"],
}
_PARTIAL = {
    "ix_alerts_assigned_analyst_id": ["assigned_analyst_id", *_ORDER, "team", *_OFTEN[2:]],
    "ix_alerts_rule_id": ["folded_rule_id", *_ORDER, *_OFTEN],
    "ix_alerts_rule_name": ["folded_rule_name", *_ORDER, *_OFTEN, "folded_rule_id"],
    "ix_alerts_source_address": ["source_address", *_ORDER, *_OFTEN],
    "ix_alerts_destination_address": [
        *("destination_address", *_ORDER, *_OFTEN),
        "source_address",
    ],
}


def upgrade() -> None:
    """Add the columns, fill them from the documents, and make the indexes."""
    for name in _COLUMNS:
        op.add_column("alerts", sa.Column(name, sa.Text(), nullable=True))
    _fill()
    op.drop_index("ix_alerts_assigned_analyst_id", "alerts")
    for name, columns in _INDEXES.items():
        op.create_index(name, "alerts", columns)
    for name, columns in _PARTIAL.items():
        _create_partial(name, columns)


def downgrade() -> None:
    """Take them away again."""
    for name in (*_INDEXES, *_PARTIAL):
        op.drop_index(name, "alerts")
    _create_partial("ix_alerts_assigned_analyst_id", ["assigned_analyst_id"])
    for name in _COLUMNS:
        op.drop_column("alerts", name)


def _fill() -> None:
    """By SQL, but for the addresses: what their keys are, the connection is told here."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.create_function("address_key_0009", 1, _address_key, deterministic=True)
    table = sa.table("alerts", sa.column("document"), *(sa.column(name) for name in _COLUMNS))
    folded = {name: sa.func.lower(_field(table, field)) for name, field in _FOLDED.items()}
    keys = {
        name: sa.func.address_key_0009(_field(table, field)) for name, field in _ADDRESSES.items()
    }
    op.execute(sa.update(table).values(folded | keys))


def _address_key(text: object) -> str | None:
    return address_key(text) if isinstance(text, str) else None


def _field(table: sa.TableClause, name: str) -> sa.ColumnElement[Any]:
    return sa.func.json_extract(table.c.document, f"$.{name}")


def _create_partial(name: str, columns: list[str]) -> None:
    where = sa.text(f"{columns[0]} IS NOT NULL")
    op.create_index(name, "alerts", columns, sqlite_where=where, postgresql_where=where)
