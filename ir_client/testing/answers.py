"""What the fake server answers to a command on the stream.

Decides the one frame of an answer, by the rules of its REST half. What it has no rule for it does
not answer, as a server that is too busy.
"""

from typing import Any

import httpx

from ..wire.alerts import Alert
from ..wire.commands import (
    Command,
    GetAlertDetails,
    GetOwnedIncidents,
    GetRecentAlerts,
    Ping,
    TakeOwnership,
    UnwatchIncident,
    UpdateAlertStatus,
    Viewing,
    WatchIncident,
    decode_command,
)
from .logins import USER
from .rest import FakeRest

_RECENT = 50


async def answer_to(frame: Any, server: FakeRest) -> dict[str, Any] | None:
    """The frame that answers a command, or None."""
    try:
        command = decode_command(frame)
    except (ValueError, AttributeError):  # a ValidationError is a ValueError
        return _error("This is no command.")
    return await _carried_out(command, server)


async def _carried_out(command: Command, server: FakeRest) -> dict[str, Any] | None:
    match command:
        case Ping():
            return {"type": "pong", "data": {}}
        case GetOwnedIncidents():
            return {"type": "owned_incidents", "data": {"incidents": server.casework.owned()}}
        case GetRecentAlerts():
            return {"type": "recent_alerts", "data": {"alerts": _recent(server)}}
        case GetAlertDetails() | TakeOwnership() | UpdateAlertStatus():
            if (alert := server.alerts.get(command.alert_id)) is None:
                return _error("There is no such alert, or it is not yours to see.")
            return await _about(alert, command, server)
        case WatchIncident() | UnwatchIncident():
            return _watched(command, server)
        case Viewing(alert_id=int(alert_id)):
            if alert_id not in server.alerts:
                return _error("There is no such alert, or it is not yours to see.")
            return {"type": "presence", "data": {"alert_id": alert_id, "users": [USER]}}
        case _:
            return None


async def _about(
    alert: Alert, command: GetAlertDetails | TakeOwnership | UpdateAlertStatus, server: FakeRest
) -> dict[str, Any]:
    match command:
        case GetAlertDetails():
            return {"type": "alert_details", "data": alert.model_dump(mode="json")}
        case TakeOwnership():
            return _ownership(alert.id, await server.take(alert))
        case UpdateAlertStatus():
            changed = server.commit(alert.id, status=command.status)
            await server.publish(changed, kind="alert_updated")
            data = {"alert_id": alert.id, "status": command.status}
            return {"type": "alert_status_updated", "data": data}


def _watched(command: WatchIncident | UnwatchIncident, server: FakeRest) -> dict[str, Any] | None:
    if (incident := server.casework.find(command.incident_id)) is None:
        return _error("There is no such incident, or it is not yours to see.")
    if isinstance(command, WatchIncident):
        server.casework.watched.add(incident.id)
    else:
        server.casework.watched.discard(incident.id)
    return None


def _ownership(alert_id: int, response: httpx.Response) -> dict[str, Any]:
    body = response.json()
    if response.is_error:
        return _error(body["detail"])
    data = {"alert_id": alert_id, "incident": body["incident"]}
    return {"type": "alert_ownership_taken", "data": data}


def _recent(server: FakeRest) -> list[dict[str, Any]]:
    free = [
        alert
        for alert in server.alerts.values()
        if alert.status in ("new", "triaged") and alert.assigned_analyst_id is None
    ]
    free.sort(key=lambda alert: (alert.received_at, alert.id), reverse=True)
    return [alert.model_dump(mode="json") for alert in free[:_RECENT]]


def _error(message: str) -> dict[str, Any]:
    return {"type": "error", "data": {"message": message}}
