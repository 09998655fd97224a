"""A stream without sockets: a log in memory, and outlets that keep what they are sent."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from server_stub.access import AlertSight, Viewer
from server_stub.hub.states import AlertState, IncidentState
from server_stub.security.principals import LoginId
from server_stub.storage.events import LogEvent


def frames_in(data: bytes) -> Iterator[bytes]:
    """The unmasked frames that were written together."""
    while data:
        size = {126: 2, 127: 8}.get(data[1], 0)
        length = int.from_bytes(data[2 : 2 + size]) if size else data[1]
        yield data[: 2 + size + length]
        data = data[2 + size + length :]


def payload_of(frame: bytes) -> bytes:
    """The payload of one unmasked WebSocket text frame."""
    assert frame[0] == 0x81
    length = frame[1]
    if length < 126:
        payload = frame[2:]
    elif length == 126:
        length, payload = int.from_bytes(frame[2:4]), frame[4:]
    else:
        length, payload = int.from_bytes(frame[2:10]), frame[10:]
    assert len(payload) == length
    return payload


def an_alert_state(alert_id: int = 1, version: int = 1, **fields: Any) -> AlertState:
    """An alert of no team and nobody's, unless `fields` say otherwise."""
    return AlertState(
        id=alert_id,
        version=version,
        team=fields.get("team"),
        assigned_analyst_id=fields.get("assigned_analyst_id"),
        data=json.dumps({"id": alert_id, "revision": version, **fields}).encode(),
    )


def an_incident_state(row_id: int = 1, version: int = 1, **fields: Any) -> IncidentState:
    """An incident without owner that holds no alert."""
    given: dict[str, Any] = {
        "headline": f"New incident INC-{row_id}",
        "owner_id": None,
        "assigned_analyst_id": None,
        "sights": frozenset(),
    } | fields
    data = json.dumps({"id": row_id, "version": version}).encode()
    return IncidentState(id=row_id, version=version, **given, data=data)


def a_login(name: object = 1) -> LoginId:
    return LoginId("login", str(name))


def an_analyst(user_id: int = 1, *teams: str) -> Viewer:
    return Viewer("user", "analyst", frozenset(teams), user_id=user_id)


def an_admin(user_id: int = 99) -> Viewer:
    return Viewer("user", "admin", user_id=user_id)


@dataclass
class MemoryOutlet:
    """Keeps what was written; `can_write` is what the test says."""

    can_write: bool = True
    blocked_since: float | None = None
    heard_at: float = 0.0
    written: list[bytes] = field(default_factory=list)
    closed_with: tuple[int, str] | None = None

    def write(self, data: bytes) -> None:
        self.written += frames_in(data)

    def close(self, code: int, reason: str) -> None:
        self.closed_with = (int(code), reason)

    @property
    def frames(self) -> list[dict[str, Any]]:
        return [json.loads(payload_of(frame)) for frame in self.written]

    @property
    def types(self) -> list[str]:
        return [frame["type"] for frame in self.frames]

    def told_of(self, alert_id: int) -> list[int]:
        """The revisions of an alert that were sent, in their order."""
        return [
            frame["data"]["revision"]
            for frame in self.frames
            if frame["type"] in ("new_alert", "alert_updated") and frame["data"]["id"] == alert_id
        ]


class MemorySource:
    """A log and its rows in memory, for tests of what reads them."""

    def __init__(self) -> None:
        self.log: list[LogEvent] = []
        self.alert_rows: dict[int, AlertState] = {}
        self.incident_rows: dict[int, IncidentState] = {}
        self.standing: dict[LoginId, Viewer] = {}
        self.fails_with: list[Exception] = []
        self.trimmed = 0

    def trim(self, through: int) -> None:
        """Remove the oldest events, but never the newest."""
        self.trimmed = max(self.trimmed, min(through, len(self.log) - 1))

    def put_alert(self, alert_id: int, **fields: Any) -> AlertState:
        """Create or change an alert; the log knows of it at once."""
        before = self.alert_rows.get(alert_id)
        version = before.version + 1 if before else 1
        if before is not None:
            fields = {
                "team": before.team,
                "assigned_analyst_id": before.assigned_analyst_id,
            } | fields
        state = an_alert_state(alert_id, version, **fields)
        self.alert_rows[alert_id] = state
        changed_sight = before is not None and before.sight != state.sight
        self._append(
            kind="updated" if before else "new",
            alert_id=alert_id,
            revision=version,
            seen_before=before.sight if before and changed_sight else None,
        )
        return state

    def put_incident(self, incident_id: int, **fields: Any) -> IncidentState:
        """Create or change an incident."""
        before = self.incident_rows.get(incident_id)
        if before is None:
            state = an_incident_state(incident_id, 1, **fields)
        else:
            fresh = an_incident_state(incident_id, before.version + 1)
            state = replace(before, version=fresh.version, data=fresh.data, **fields)
        self.incident_rows[incident_id] = state
        self._append(
            kind="incident_updated" if before else "incident_created",
            incident_id=incident_id,
            revision=state.version,
            seen_before=(None, before.owner_id)
            if before is not None and before.owner_id != state.owner_id
            else None,
        )
        return state

    def _append(
        self,
        *,
        kind: Any,
        revision: int,
        alert_id: int | None = None,
        incident_id: int | None = None,
        seen_before: AlertSight | None = None,
    ) -> None:
        seq = len(self.log) + 1
        self.log.append(LogEvent(seq, kind, alert_id, incident_id, revision, seen_before))

    def _maybe_fail(self) -> None:
        if self.fails_with:
            raise self.fails_with.pop(0)

    async def head(self) -> int:
        self._maybe_fail()
        return len(self.log)

    async def read_after(self, seq: int, limit: int) -> list[LogEvent]:
        self._maybe_fail()
        return self.log[max(seq, self.trimmed) :][:limit]

    async def alerts(self, ids: Collection[int]) -> list[AlertState]:
        return [self.alert_rows[one] for one in ids if one in self.alert_rows]

    async def sights(self, ids: Collection[int]) -> Mapping[int, AlertSight]:
        return {one: self.alert_rows[one].sight for one in ids if one in self.alert_rows}

    async def incidents(self, ids: Collection[int]) -> list[IncidentState]:
        return [self.incident_rows[one] for one in ids if one in self.incident_rows]

    async def viewers(self, logins: Collection[LoginId]) -> Mapping[LoginId, Viewer]:
        return {login: self.standing[login] for login in logins if login in self.standing}
