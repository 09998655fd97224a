"""Builders that show only what matters to a test."""

from typing import Any

from ir_client.testing.samples import NOON, an_alert
from ir_client.wire.alerts import AlertDraft
from ir_client.wire.auth import User

__all__ = ["NOON", "a_draft", "a_user", "an_alert"]


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
