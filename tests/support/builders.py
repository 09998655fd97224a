"""Builders that show only what matters to a test."""

from datetime import UTC, datetime
from typing import Any

from ir_client.wire.alerts import Alert, AlertDraft
from ir_client.wire.auth import User

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


def a_draft(**fields: Any) -> AlertDraft:
    """A draft that a server accepts."""
    defaults: dict[str, Any] = {
        "external_alert_id": "ext-1",
        "title": "Suspicious PowerShell",
        "severity": "high",
        "source": "edr",
        "detected_at": NOON,
    }
    return AlertDraft(**(defaults | fields))


def a_user(**fields: Any) -> User:
    """An analyst of no team."""
    return User(**({"id": 1, "username": "dana", "role": "analyst"} | fields))
