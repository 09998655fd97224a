"""One example of each body, for the OpenAPI document: what is taken, and what is answered.

What an answer has beyond what is written here, its model fills in; so an example shows all fields.
No example holds anything that ever opened a door.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from ir_client.wire import alerts, auth, bulk, incidents, overview
from ir_client.wire.base import Reader
from server_stub.api.operations import Done, Health, IngestRequest

Json = dict[str, Any]

_NOON = "2026-03-01T12:00:00.000000Z"
_USER: Json = {
    "id": 2,
    "username": "dana",
    "full_name": "Dana D.",
    "role": "analyst",
    "email": "dana@example.org",
    "is_active": True,
    "teams": ["red"],
    "created_at": _NOON,
    "last_login_at": _NOON,
}
_DRAFT: Json = {
    "external_alert_id": "edr-1",
    "title": "Encoded PowerShell on WS-17",
    "severity": "high",
    "source": "edr",
    "threat_type": "malware",
    "detected_at": _NOON,
    "source_ip": "10.0.0.17",
    "affected_hostname": "WS-17",
    "mitre_techniques": ["T1059.001"],
    "raw_alert_data": {"kept": "as it came"},
}
_ALERT: Json = {
    **{name: value for name, value in _DRAFT.items() if name != "raw_alert_data"},
    "id": 7,
    "status": "new",
    "risk_score": 70.0,
    "received_at": _NOON,
    "created_at": _NOON,
    "updated_at": _NOON,
    "revision": 1,
}
_INCIDENT: Json = {
    "id": 3,
    "incident_id": "INC-2026-000003",
    "title": "Encoded PowerShell on two hosts",
    "severity": "high",
    "priority": "P2",
    "status": "investigating",
    "owner_id": 2,
    "alert_ids": [7],
    "created_at": _NOON,
    "updated_at": _NOON,
    "alert_count": 1,
    "revision": 1,
}
_TOKEN: Json = {
    "id": 4,
    "token_name": "siem",
    "can_create_alerts": True,
    "rate_limit_per_minute": 100,
    "allowed_ips": ["10.0.0.0/8"],
    "created_at": _NOON,
}
_PAGINATION: Json = {"page": 1, "size": 50, "total": 1, "total_pages": 1, "total_exact": True}
_ENTRY: Json = {
    "id": 12,
    "alert_id": 7,
    "at": _NOON,
    "actor": {"kind": "user", "id": 2, "name": "dana"},
    "action": "commented",
    "comment": "Known admin script.",
    "revision": 2,
}
_NOTED: Json = {
    "id": 7,
    "at": _NOON,
    "action": "noted",
    "actor": "dana",
    "actor_id": 2,
    "notes": "Called the owner.",
    "note_type": "contact",
    "is_internal": True,
}
_PASSWORD = "correct horse battery"

_EXAMPLES: Mapping[type[BaseModel], Json] = {
    # Taken
    auth.LoginRequest: {"username": "dana", "password": _PASSWORD},
    auth.RefreshRequest: {"refresh_token": "irr_…"},
    auth.PasswordChange: {"current_password": _PASSWORD, "new_password": "staple of a new one"},
    auth.UserCreate: {"username": "dana", "password": _PASSWORD, "teams": ["red"]},
    auth.UserUpdate: {"role": "senior_analyst", "teams": ["red", "blue"]},
    auth.EndpointTokenCreate: {"token_name": "siem", "allowed_ips": ["10.0.0.0/8"]},
    auth.EndpointTokenUpdate: {"allowed_sources": ["edr"], "expires_in_days": 30},
    alerts.AlertDraft: _DRAFT,
    IngestRequest: {"source_system": "edr", "alerts": [_DRAFT]},
    alerts.AlertUpdate: {"status": "triaged", "tags": ["powershell"]},
    bulk.BulkUpdate: {"alert_ids": [7, 8], "updates": {"status": "closed"}, "expected": {"7": 1}},
    alerts.CommentCreate: {"content": "Known admin script."},
    alerts.OwnershipRequest: {"notes": "Mine."},
    incidents.IncidentCreate: {
        "title": "Encoded PowerShell on two hosts",
        "severity": "high",
        "alert_ids": [7],
    },
    incidents.IncidentUpdate: {"priority": "P1"},
    incidents.IncidentMove: {"status": "contained", "notes": "Isolated."},
    incidents.NoteCreate: {"content": "Called the owner.", "note_type": "contact"},
    # Answered
    Done: {"detail": "Signed out."},
    Health: {"status": "ok"},
    auth.TokenPair: {
        "access_token": "eyJ…",
        "refresh_token": "irr_…",
        "expires_in": 1800,
        "user_info": _USER,
    },
    auth.User: _USER,
    auth.UserList: {"users": [_USER]},
    auth.StreamTicket: {"ticket": "irt_…", "expires_in": 30},
    auth.EndpointToken: _TOKEN,
    auth.EndpointTokenCreated: {**_TOKEN, "token": "ire_…"},
    auth.EndpointTokenInfo: {**_TOKEN, "requests_left": 99},
    auth.EndpointTokenList: {"tokens": [_TOKEN]},
    auth.ServerMeta: {"name": "IR Central", "version": "0.1.0", "protocols": [1, 2]},
    alerts.Alert: _ALERT,
    alerts.AlertPage: {"alerts": [_ALERT], "pagination": _PAGINATION},
    alerts.IngestReport: {
        "success": True,
        "processed_count": 1,
        "failed_count": 1,
        "created_alert_ids": [7],
        "errors": ["alerts[1]: severity: Field required"],
        "ingestion_id": "3f0c2a",
        "results": [
            {"index": 0, "status": "created", "id": 7},
            {"index": 1, "status": "invalid", "error": "severity: Field required"},
        ],
    },
    bulk.BulkUpdateReport: {
        "success": False,
        "updated_count": 1,
        "failed_count": 1,
        "results": [
            {"id": 7, "status": "updated", "revision": 2},
            {"id": 8, "status": "not_found", "error": "There is no such alert."},
        ],
    },
    alerts.Timeline: {"timeline": [_ENTRY]},
    alerts.TimelineEntry: _ENTRY,
    overview.AlertStats: {
        "total": 1,
        "open": 1,
        "unassigned": 1,
        "by_status": {"new": 1},
        "by_severity": {"high": 1},
    },
    overview.AlertSources: {"sources": ["edr"]},
    overview.AlertSourceSystems: {"source_systems": ["edr"]},
    overview.AlertHealth: {"status": "healthy"},
    incidents.Ownership: {"alert": _ALERT, "incident": _INCIDENT},
    incidents.Incident: _INCIDENT,
    incidents.IncidentPage: {"incidents": [_INCIDENT], "pagination": _PAGINATION},
    incidents.IncidentList: {"incidents": [_INCIDENT]},
    incidents.IncidentEntry: _NOTED,
    incidents.IncidentTimeline: {"timeline": [_NOTED]},
    incidents.IncidentStats: {
        "total": 1,
        "open": 1,
        "by_status": {"investigating": 1},
        "by_severity": {"high": 1},
        "by_priority": {"P2": 1},
    },
}


def example_of(model: type[BaseModel]) -> Json | None:
    """An example of a body; None where there is none. Complete, if it is an answer's."""
    given = next((_EXAMPLES[kind] for kind in model.__mro__ if kind in _EXAMPLES), None)
    if given is None or not issubclass(model, Reader):
        return given
    return model.model_validate(given).model_dump(mode="json") | _as_shown(given)


def _as_shown(given: Json) -> Json:
    """What a dump would write otherwise than the server does: secrets."""
    return {name: value for name, value in given.items() if str(value).endswith("…")}
