"""Rows of the console's table, built from alerts that show only what matters."""

from datetime import timedelta
from typing import Any

from ir_client.book import AlertRow
from ir_console.model.rows import Row
from tests.support.builders import NOON, an_alert


def a_row(alert_id: int = 1, **fields: Any) -> Row:
    """A row of an alert received `alert_id` seconds after noon: higher ids are newer."""
    received = NOON + timedelta(seconds=alert_id)
    return Row.of(AlertRow.of(an_alert(**({"id": alert_id, "received_at": received} | fields))))
