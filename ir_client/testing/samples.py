"""Alerts that show only what matters to a test."""

from datetime import UTC, datetime
from typing import Any

from ..wire.alerts import Alert

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def an_alert(**fields: Any) -> Alert:
    """An alert as a server would show it: new, high, nobody's, received at noon."""
    defaults: dict[str, Any] = {
        "id": 1,
        "external_alert_id": f"ext-{fields.get('id', 1)}",
        "title": "Suspicious PowerShell",
        "severity": "high",
        "status": "new",
        "source": "edr",
        "detected_at": NOON,
        "received_at": NOON,
        "created_at": NOON,
        "updated_at": NOON,
        "revision": 1,
    }
    return Alert(**(defaults | fields))
