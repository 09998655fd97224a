"""A scripted day of the server under a clock that stands still: every body and frame, once.

What differs from run to run (secrets, generated ids, our version) and what may be reworded (texts
for people) is replaced by its name in brackets; everything else is what the server sends.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from tests.support.server import ADMIN_PASSWORD, INGEST_TOKEN, PASSWORD, FakeClock
from tests.support.stream_server import StreamClient, StreamServer, stream_server

Samples = dict[str, Any]

FULL_ALERT = {
    "external_alert_id": "edr-1",
    "title": "Encoded PowerShell on WS-17",
    "description": "powershell.exe -enc …",
    "severity": "high",
    "threat_type": "malware",
    "detected_at": "2026-03-01T11:59:30Z",
    "rule_id": "R-100",
    "rule_name": "Encoded PowerShell",
    "source_ip": "10.0.0.17",
    "destination_ip": "203.0.113.9",
    "source_port": 50123,
    "destination_port": 443,
    "protocol": "tcp",
    "affected_hostname": "WS-17",
    "affected_user": "maria",
    "asset_criticality": "high",
    "confidence_score": 0.9,
    "risk_score": 77.5,
    "correlation_id": "COR-1",
    "enrichment_data": {"geo": {"country": "NL"}, "seen": [1, 2.5, None, True]},
    "tags": ["powershell"],
    "mitre_techniques": ["T1059.001"],
    "raw_alert_data": {"kept": "as it came"},
}
_BULK = {"alert_ids": [1, 2, 3, 999], "updates": {"tags": ["powershell"]}, "expected": {"3": 1}}
_VARYING = {
    "access_token": "<secret>",
    "refresh_token": "<secret>",
    "token": "<secret>",
    "ticket": "<secret>",
    "ingestion_id": "<id>",
    "version": "<version>",
    "message": "<text>",
    "error": "<text>",
    "msg": "<text>",
}


def normalised(sample: Any, *, key: str = "") -> Any:
    """The sample without what may differ."""
    if isinstance(sample, str) and (key in _VARYING or key == "detail"):
        return _VARYING.get(key, "<text>")
    if isinstance(sample, Mapping):
        return {name: normalised(value, key=name) for name, value in sample.items()}
    if isinstance(sample, list):
        if key == "errors":
            return ["<text>" for _ in sample]
        return [normalised(value) for value in sample]
    return sample


class Recorder:
    """Keeps the first sample of each name."""

    def __init__(self, server: StreamServer) -> None:
        self._server = server
        self.samples: Samples = {}

    def keep(self, name: str, sample: Any) -> Any:
        self.samples.setdefault(name, normalised(sample))
        return sample

    async def call(self, name: str, method: str, path: str, **options: Any) -> httpx.Response:
        """Make a request and keep its answer's body."""
        answer = await self._server.http.request(method, path, **options)
        self.keep(f"rest.{name}", {"status": answer.status_code, "body": answer.json()})
        return answer

    async def frame(self, client: StreamClient, frame_type: str) -> dict[str, Any]:
        """Wait for a frame of this type and keep it."""
        frame: dict[str, Any] = self.keep(f"frame.{frame_type}", await client.next_of(frame_type))
        return frame


async def record(directory: Path) -> Samples:
    """Everything the server sends in the slice that is built so far."""
    async with stream_server(directory, clock=FakeClock()) as server:
        recorder = Recorder(server)
        admin = await _record_logins(recorder, server)
        dana = await server.login("dana", PASSWORD)
        await _record_creation(recorder, server)
        await _record_changes(recorder, admin)
        async with (
            server.raw_connection(additional_headers=dana) as analyst,
            server.raw_connection(additional_headers=admin) as boss,
        ):
            await _record_stream(recorder, server, analyst, boss, admin)
            await _record_repetition(recorder, admin)
            await _record_incidents(recorder, admin)
        await _record_rights(recorder, server, admin)
        await recorder.call("bulk_updated", "PUT", "/alerts/bulk/update", headers=admin, json=_BULK)
        return recorder.samples


async def _record_logins(recorder: Recorder, server: StreamServer) -> dict[str, str]:
    credentials = {"username": "admin", "password": ADMIN_PASSWORD}
    answer = await recorder.call("login", "POST", "/auth/login", json=credentials)
    admin = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    refresh = {"refresh_token": answer.json()["refresh_token"]}
    await recorder.call("refresh", "POST", "/auth/refresh", json=refresh)
    await recorder.call("me", "GET", "/auth/me", headers=admin)
    dana = {"username": "dana", "password": PASSWORD, "full_name": "Dana D.", "teams": ["red"]}
    await recorder.call("user_created", "POST", "/auth/users", headers=admin, json=dana)
    await recorder.call("users", "GET", "/auth/users", headers=admin)
    token = {"token_name": "siem", "allowed_ips": ["10.0.0.0/8"], "expires_in_days": 30}
    await recorder.call("token_created", "POST", "/endpoint-tokens", headers=admin, json=token)
    await recorder.call("tokens", "GET", "/endpoint-tokens", headers=admin)
    await recorder.call("stream_ticket", "POST", "/auth/ws-ticket", headers=admin)
    await recorder.call("meta", "GET", "/meta")
    await recorder.call("unauthenticated", "GET", "/alerts")
    return admin


async def _record_creation(recorder: Recorder, server: StreamServer) -> None:
    sensor = {"Authorization": f"Bearer {INGEST_TOKEN}"}
    single = {**FULL_ALERT, "source": "edr"}
    await recorder.call("alert_created", "POST", "/alerts/single", headers=sensor, json=single)
    await recorder.call("duplicate", "POST", "/alerts/single", headers=sensor, json=single)
    batch = {
        "source_system": "edr",
        "alerts": [
            {"external_alert_id": "edr-2", "title": "t", "severity": "low", "risk_score": 20},
            single,
            {"external_alert_id": "edr-3", "title": "t", "severity": "apocalyptic"},
        ],
    }
    await recorder.call("ingested", "POST", "/alerts/ingest", headers=sensor, json=batch)
    await recorder.call("forbidden", "GET", "/auth/users", headers=sensor)


async def _record_changes(recorder: Recorder, admin: dict[str, str]) -> None:
    await recorder.call(
        "alert_changed", "PUT", "/alerts/1", headers=admin, json={"status": "triaged"}
    )
    await recorder.call(
        "changed_since",
        "PUT",
        "/alerts/1",
        headers={**admin, "If-Match": "1"},
        json={"status": "closed"},
    )
    await recorder.call("invalid", "PUT", "/alerts/1", headers=admin, json={"status": "gone"})
    await recorder.call(
        "commented", "POST", "/alerts/1/comments", headers=admin, json={"content": "looking"}
    )
    await recorder.call("timeline", "GET", "/alerts/1/timeline", headers=admin)
    await recorder.call("alert", "GET", "/alerts/1", headers=admin)
    await recorder.call("alerts", "GET", "/alerts", headers=admin, params={"size": 1})
    await recorder.call("alert_stats", "GET", "/alerts/stats/overview", headers=admin)
    await recorder.call("alert_sources", "GET", "/alerts/sources", headers=admin)
    await recorder.call("alert_source_systems", "GET", "/alerts/source-systems", headers=admin)
    await recorder.call("alert_health", "GET", "/alerts/health")
    await recorder.call("not_found", "GET", "/alerts/999", headers=admin)
    await recorder.call("owned", "POST", "/alerts/2/ownership", headers=admin)


async def _record_incidents(recorder: Recorder, admin: dict[str, str]) -> None:
    body = {
        "title": "Encoded PowerShell on two hosts",
        "description": "Both ran the same script.",
        "severity": "critical",
        "category": "malware",
        "assigned_analyst_id": 2,
        "alert_ids": [1],
        "tags": ["powershell"],
    }
    made = await recorder.call("incident_made", "POST", "/incidents", headers=admin, json=body)
    path = f"/incidents/{made.json()['incident_id']}"
    update = {"priority": "P2", "owner_id": 2}
    await recorder.call("incident_changed", "PUT", path, headers=admin, json=update)
    stale = {**admin, "If-Match": "1"}
    await recorder.call("incident_changed_since", "PUT", path, headers=stale, json=update)
    note = {"content": "Called the owner.", "note_type": "contact", "is_internal": True}
    await recorder.call("incident_noted", "POST", f"{path}/notes", headers=admin, json=note)
    move = {"status": "contained", "notes": "Isolated."}
    await recorder.call("incident_moved", "PUT", f"{path}/status", headers=admin, json=move)
    await recorder.call("incident", "GET", path, headers=admin)
    await recorder.call("incident_timeline", "GET", f"{path}/timeline", headers=admin)
    await recorder.call("incidents", "GET", "/incidents", headers=admin, params={"size": 1})
    await recorder.call("incidents_owned", "GET", "/incidents/owned", headers=admin)
    await recorder.call("incident_stats", "GET", "/incidents/stats", headers=admin)
    await recorder.call("incident_in_use", "POST", "/incidents", headers=admin, json=body)


async def _record_repetition(recorder: Recorder, admin: dict[str, str]) -> None:
    keyed = {**admin, "Idempotency-Key": "once"}
    for name, content in (("first", "x"), ("replayed", "x"), ("key_reused", "y")):
        await recorder.call(
            f"comment_{name}",
            "POST",
            "/alerts/1/comments",
            headers=keyed,
            json={"content": content},
        )


async def _record_rights(recorder: Recorder, server: StreamServer, admin: dict[str, str]) -> None:
    users, tokens = "/auth/users", "/endpoint-tokens"
    change = {"role": "manager", "teams": ["red", "blue"]}
    await recorder.call("user_changed", "PUT", f"{users}/2", headers=admin, json=change)
    wanted = {"token_name": "edge", "rate_limit_per_minute": 60, "team": "red"}
    made = (await server.http.post(tokens, headers=admin, json=wanted)).json()
    edge = {"Authorization": f"Bearer {made['token']}"}
    await recorder.call("token_info", "GET", "/alerts/token/info", headers=edge)
    path = f"{tokens}/{made['id']}"
    change = {"allowed_sources": ["edr"], "expires_in_days": 7}
    await recorder.call("token_changed", "PUT", path, headers=admin, json=change)
    await recorder.call("token_deactivated", "POST", f"{path}/deactivate", headers=admin)
    await recorder.call("token", "GET", path, headers=admin)


async def _record_stream(
    recorder: Recorder,
    server: StreamServer,
    analyst: StreamClient,
    boss: StreamClient,
    admin: dict[str, str],
) -> None:
    for client in (boss, analyst):
        await recorder.frame(client, "initial_data")
        await recorder.frame(client, "recent_alerts")
    await analyst.send("ping")
    await recorder.frame(analyst, "pong")
    sensor = {"Authorization": f"Bearer {INGEST_TOKEN}"}
    fresh = {**FULL_ALERT, "external_alert_id": "edr-9", "source": "edr"}
    alert_id = (await server.http.post("/alerts/single", headers=sensor, json=fresh)).json()["id"]
    await recorder.frame(analyst, "new_alert")
    await server.http.put(f"/alerts/{alert_id}", json={"tags": ["seen"]}, headers=admin)
    await recorder.frame(analyst, "alert_updated")
    await analyst.send("get_alert_details", alert_id=alert_id)
    await recorder.frame(analyst, "alert_details")
    await analyst.send("take_ownership", alert_id=alert_id, notes="mine")
    await recorder.frame(analyst, "alert_ownership_taken")
    await recorder.frame(analyst, "incident_created")
    await recorder.frame(boss, "incident_notification")
    await analyst.send("get_owned_incidents")
    await recorder.frame(analyst, "owned_incidents")
    await analyst.send("update_alert_status", alert_id=alert_id, status="contained")
    await recorder.frame(analyst, "alert_status_updated")
    await analyst.send("update_alert_status", alert_id=alert_id, status="gone")
    await recorder.frame(analyst, "error")
    incident = await server.http.get(f"/alerts/{alert_id}", headers=admin)
    await server.http.put(
        "/alerts/2", json={"incident_id": incident.json()["incident_id"]}, headers=admin
    )
    await recorder.frame(analyst, "incident_updated")
