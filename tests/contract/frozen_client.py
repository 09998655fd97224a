"""A protocol 1 client as somebody else would have written it, and as nobody may change it.

Made only from what was promised first: the base document and the public facts of IR Central. It
knows no `ir_client`, no extension of ours, and no frame that came later; what it does not expect
it does not forgive. Our server has to serve it for as long as there is a protocol 1. Do not teach
it anything new: when it breaks, the server is wrong.
"""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Any, Self
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

from websockets.asyncio.client import ClientConnection, connect

SEVERITIES = {"critical", "high", "medium", "low", "info"}
OPEN = {"new", "triaged", "investigating", "in_progress", "contained", "escalated"}
STATUSES = OPEN | {"resolved", "false_positive", "closed"}
INCIDENT_STATUSES = {
    "new",
    "assigned",
    "investigating",
    "in_progress",
    "contained",
    "active",
    "resolved",
    "closed",
    "false_positive",
}
TEXT, NUMBER, FLAG, TIME = "text", "number", "flag", "time"
ALERT_FIELDS = {
    "id": NUMBER,
    "external_alert_id": TEXT,
    "title": TEXT,
    "severity": SEVERITIES,
    "status": STATUSES,
    "source": TEXT,
    "threat_type": TEXT,
    "detected_at": TIME,
    "reported": FLAG,
    "false_positive": FLAG,
    "requires_notification": FLAG,
    "received_at": TIME,
    "created_at": TIME,
    "updated_at": TIME,
}
OPTIONAL_ALERT_FIELDS = {
    "description": TEXT,
    "source_system": TEXT,
    "rule_id": TEXT,
    "rule_name": TEXT,
    "source_ip": TEXT,
    "destination_ip": TEXT,
    "source_port": NUMBER,
    "destination_port": NUMBER,
    "protocol": TEXT,
    "affected_hostname": TEXT,
    "affected_user": TEXT,
    "asset_criticality": TEXT,
    "confidence_score": NUMBER,
    "risk_score": NUMBER,
    "assigned_analyst_id": NUMBER,
    "incident_id": TEXT,
    "playbook_execution_id": TEXT,
    "correlation_id": TEXT,
    "parent_alert_id": NUMBER,
    "investigation_notes": TEXT,
    "analyst_comments": TEXT,
    "reported_at": TIME,
    "false_positive_reason": TEXT,
    "business_impact": TEXT,
    "data_classification": TEXT,
    "estimated_financial_impact": NUMBER,
    "notification_deadline": TIME,
    "compliance_notes": TEXT,
    "closed_at": TIME,
    "first_response_at": TIME,
    "containment_at": TIME,
    "resolution_at": TIME,
    "is_overdue": FLAG,
    "time_to_first_response": NUMBER,
    "time_to_resolution": NUMBER,
}
INCIDENT_FIELDS = {
    "id": NUMBER,
    "incident_id": TEXT,
    "title": TEXT,
    "severity": SEVERITIES,
    "priority": {"P1", "P2", "P3", "P4"},
    "status": INCIDENT_STATUSES,
    "created_at": TIME,
    "updated_at": TIME,
    "sla_breached": FLAG,
    "alert_count": NUMBER,
}


class BrokenContractError(AssertionError):
    """The server did something that it never said it would."""


def expect(holds: object, complaint: str) -> None:
    if not holds:
        raise BrokenContractError(complaint)


def check_value(value: object, kind: Any, name: str) -> None:
    if isinstance(kind, set):
        expect(value in kind, f"{name} is {value!r}")
    elif kind == TIME:
        expect(isinstance(value, str), f"{name} is no time: {value!r}")
        datetime.fromisoformat(str(value))
    elif kind == NUMBER:
        expect(isinstance(value, int | float) and not isinstance(value, bool), f"{name}: {value!r}")
    else:
        expect(isinstance(value, str if kind == TEXT else bool), f"{name} is {value!r}")


def check_alert(alert: dict[str, Any]) -> None:
    """What a program may rely on in an alert."""
    for name, kind in ALERT_FIELDS.items():
        expect(name in alert, f"an alert without {name}")
        check_value(alert[name], kind, name)
    for name, kind in OPTIONAL_ALERT_FIELDS.items():
        if alert.get(name) is not None:
            check_value(alert[name], kind, name)
    expect(isinstance(alert.get("enrichment_data"), dict), "enrichment_data is no object")
    if alert.get("assigned_analyst") is not None:
        expect(
            {"id", "username", "full_name", "role"} <= set(alert["assigned_analyst"]),
            "an analyst without a name or role",
        )


def check_incident(incident: dict[str, Any]) -> None:
    """What a program may rely on in an incident."""
    for name, kind in INCIDENT_FIELDS.items():
        expect(name in incident, f"an incident without {name}")
        check_value(incident[name], kind, name)
    expect(incident["incident_id"].startswith("INC-"), "an incident without its name")
    for name in ("alert_ids", "incident_timeline", "tags"):
        expect(isinstance(incident.get(name), list), f"{name} is no list")


def check_incidents(data: dict[str, Any]) -> None:
    for incident in data["incidents"]:
        check_incident(incident)


def check_status(data: dict[str, Any]) -> None:
    check_value(data["alert_id"], NUMBER, "alert_id")
    check_value(data["status"], STATUSES, "status")


ANSWERS: dict[str, Callable[[Any], None]] = {
    "alert_details": check_alert,
    "owned_incidents": check_incidents,
    "alert_ownership_taken": lambda data: check_incident(data["incident"]),
    "alert_status_updated": check_status,
}


class Rest:
    """The REST calls that such a client makes."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self._base = f"{url}/api/v1"
        self._token = token

    async def call(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Status and body of one request."""
        return await asyncio.to_thread(self._call, method, path, body)

    def _call(self, method: str, path: str, body: object) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        request = Request(self._base + path, data, headers, method=method)
        try:
            with urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            with error:
                return error.code, json.load(error)

    async def login(self, username: str, password: str) -> str:
        """An access token."""
        status, body = await self.call(
            "POST", "/auth/login", {"username": username, "password": password}
        )
        expect(status == 200, f"login: {status}")
        needed = {"access_token", "refresh_token", "token_type", "expires_in", "user_info"}
        expect(needed <= set(body), "a login without its fields")
        expect(body["token_type"].lower() == "bearer", "a token that is no bearer token")
        token: str = body["access_token"]
        return token


class FrozenClient:
    """One connection: keeps the alerts that it heard of, answers nothing, asks a little."""

    def __init__(self, url: str, token: str | None) -> None:
        base = url.replace("http", "ws", 1) + "/ws/incidents"
        self._url = base if token is None else f"{base}?token={quote(token)}"
        self._connection: ClientConnection | None = None
        self.alerts: dict[int, dict[str, Any]] = {}
        self.recent: list[dict[str, Any]] = []
        self.incidents: dict[int, dict[str, Any]] = {}
        self.heard: list[str] = []
        self.notices: list[str] = []
        self.errors: list[str] = []
        self.answers: list[tuple[str, dict[str, Any]]] = []

    async def __aenter__(self) -> Self:
        self._connection = await connect(self._url)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def send(self, **command: Any) -> None:
        assert self._connection is not None
        await self._connection.send(json.dumps(command))

    async def listen_once(self) -> str:
        """Take in one frame; its type."""
        assert self._connection is not None
        async with asyncio.timeout(10):
            message = await self._connection.recv()
        expect(isinstance(message, str), "a frame that is no text")
        frame = json.loads(message)
        expect(isinstance(frame, dict), "a frame that is no object")
        expect(set(frame) <= {"type", "data"}, f"more than type and data: {sorted(frame)}")
        self._take_in(frame["type"], frame.get("data"))
        self.heard.append(frame["type"])
        return str(frame["type"])

    async def listen_for(self, frame_type: str) -> None:
        """Take in frames until one of this type came."""
        while await self.listen_once() != frame_type:
            pass

    def _take_in(self, frame_type: str, data: Any) -> None:
        readers: dict[str, Callable[[Any], None]] = {
            "initial_data": self._take_in_snapshot,
            "recent_alerts": self._take_in_recent,
            "new_alert": self._take_in_alert,
            "alert_updated": self._take_in_alert,
            "incident_created": self._take_in_incident,
            "incident_updated": self._take_in_incident,
            "incident_notification": self._take_in_notice,
            "error": lambda data: self.errors.append(data["message"]),
            "pong": lambda _: None,
        }
        if frame_type in ANSWERS:
            ANSWERS[frame_type](data)
            self.answers.append((frame_type, data))
            return
        expect(frame_type in readers, f"a frame that protocol 1 does not have: {frame_type}")
        readers[frame_type](data)

    def _take_in_recent(self, data: dict[str, Any]) -> None:
        for alert in data["alerts"]:
            check_alert(alert)
        self.recent = data["alerts"]

    def _take_in_alert(self, data: dict[str, Any]) -> None:
        check_alert(data)
        self.alerts[data["id"]] = data

    def _take_in_incident(self, data: dict[str, Any]) -> None:
        check_incident(data)
        self.incidents[data["id"]] = data

    def _take_in_notice(self, data: dict[str, Any]) -> None:
        check_incident(data["incident"])
        self.notices.append(data["message"])

    def _take_in_snapshot(self, data: dict[str, Any]) -> None:
        expect(not self.heard, "initial_data that is not the first frame")
        expected = {
            "user",
            "owned_incidents",
            "recent_incidents",
            "recent_alerts",
            "connection_time",
        }
        expect(expected <= set(data), "an initial_data without its parts")
        check_value(data["connection_time"], TIME, "connection_time")
        for incident in (*data["owned_incidents"], *data["recent_incidents"]):
            check_incident(incident)
        for alert in data["recent_alerts"]:
            check_alert(alert)
