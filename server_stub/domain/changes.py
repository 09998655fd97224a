"""Decide what a change of an alert means: which columns, which fields, which lines of history."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ir_client.wire.alerts import Alert, AlertUpdate, Change
from ir_client.wire.values import severity_rank
from server_stub.domain.clocks import AlertClocks, after_move, optional_instant
from server_stub.errors import FieldError, Invalid

_NEVER_EMPTY = frozenset(
    {"status", "severity", "false_positive", "requires_notification", "enrichment_data", "tags"}
)
_COLUMNS = frozenset(
    {"status", "severity", "assigned_analyst_id", "incident_id", "correlation_id", "team"}
)


@dataclass(frozen=True, slots=True)
class AlertChange:
    """New values for columns and for the document, and what the timeline says of them."""

    columns: Mapping[str, object] = field(default_factory=dict)
    document: Mapping[str, object] = field(default_factory=dict)
    timeline: Mapping[str, Change] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.timeline)


def plan_change(alert: Alert, update: AlertUpdate, *, now: str) -> AlertChange:
    """What `update` changes in `alert`; empty when it says what is so already."""
    wanted = _wanted(alert, update)
    before = alert.model_dump(mode="json", include=set(wanted))
    changed = {name: value for name, value in wanted.items() if value != before[name]}
    columns: dict[str, object] = {name: changed[name] for name in changed if name in _COLUMNS}
    if "severity" in changed:
        columns["severity_rank"] = severity_rank(changed["severity"])
    if "status" in changed:
        columns |= asdict(_clocks(alert, changed["status"], now))
    return AlertChange(
        columns=columns,
        document={name: value for name, value in changed.items() if name not in _COLUMNS},
        timeline={
            name: Change(before=before[name], after=value) for name, value in changed.items()
        },
    )


def check_update(update: AlertUpdate) -> dict[str, Any]:
    """The fields that are set, as JSON. Raises Invalid for what no alert may say."""
    wanted = update.model_dump(mode="json", exclude_unset=True)
    empty = [name for name, value in wanted.items() if value is None and name in _NEVER_EMPTY]
    if empty:
        raise Invalid([FieldError(("body", name), "May not be empty") for name in empty])
    if wanted.get("team") == "":
        raise Invalid.field("body", "team", msg="Name a team, or null for none")
    return wanted


def _wanted(alert: Alert, update: AlertUpdate) -> dict[str, Any]:
    """What is to be said of `alert`; the false-positive flag became a status."""
    wanted = check_update(update)
    flag = wanted.pop("false_positive", None)
    if flag is True:
        wanted.setdefault("status", "false_positive")
    status = wanted.get("status", alert.status)
    if flag is not None and flag != (status == "false_positive"):
        raise Invalid.field("body", "false_positive", msg="Contradicts the status; it follows it")
    return wanted


def _clocks(alert: Alert, status: str, now: str) -> AlertClocks:
    clocks = AlertClocks(
        optional_instant(alert.first_response_at),
        optional_instant(alert.containment_at),
        optional_instant(alert.resolution_at),
        optional_instant(alert.closed_at),
    )
    return after_move(clocks, before=alert.status, after=status, now=now)
