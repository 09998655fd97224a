"""Alerts as a server sends them, 1.7 KB of JSON each, different from one another."""

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from ir_client.wire.values import ALERT_STATUSES, SEVERITIES, THREAT_TYPES

START = datetime(2026, 3, 1, tzinfo=UTC)
_ANALYST = {"id": 3, "username": "dana", "full_name": "Dana Poe", "role": "analyst"}
SOURCES = ("edr", "suricata", "waf", "mail-gateway", "ldap")


def drafts(count: int, *, seed: int = 7) -> list[dict[str, Any]]:
    """What a sensor would post."""
    chance = random.Random(seed)
    return [_draft(number, chance) for number in range(1, count + 1)]


def wire_alerts(count: int, *, seed: int = 7) -> list[bytes]:
    """What a server would send of each, as JSON."""
    chance = random.Random(seed)
    return [wire_alert(number, chance) for number in range(1, count + 1)]


def wire_alert(number: int, chance: random.Random) -> bytes:
    """One of them."""
    return _encoded(_alert(number, chance))


def frames(count: int) -> list[bytes]:
    """Frames of protocol 1: each alert is new, then it changes."""
    chance = random.Random(7)
    told = []
    for number in range(1, count // 2 + 1):
        alert = _alert(number, chance) | {"revision": 1}
        told.append(_frame("new_alert", alert))
        told.append(_frame("alert_updated", alert | {"status": "triaged", "revision": 2}))
    return told


def _frame(kind: str, alert: dict[str, Any]) -> bytes:
    return _encoded({"type": kind, "data": alert})


def batches(count: int, *, size: int) -> list[bytes]:
    """The same changes in frames of protocol 2, `size` in each."""
    singles = frames(count)
    return [
        b'{"seq":%d,"type":"batch","data":{"events":[%b]}}'
        % (start + size, b",".join(singles[start : start + size]))
        for start in range(0, count, size)
    ]


def _encoded(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _draft(number: int, chance: random.Random) -> dict[str, Any]:
    host = f"ws-{chance.randrange(5_000):04d}.corp.example"
    return {
        "external_alert_id": f"SIEM-2026-{number:08d}",
        "title": f"Suspicious process tree on {host} ({number})",
        "description": "An Office program started a script host, which opened a connection to an "
        f"address that nobody in the company had spoken to before ({chance.getrandbits(64):016x}).",
        "severity": chance.choice(SEVERITIES),
        "source": chance.choice(SOURCES),
        "threat_type": chance.choice(THREAT_TYPES),
        "rule_id": f"R-{chance.randrange(300):04d}",
        "rule_name": f"Office program starts script host, variant {chance.randrange(300)}",
        "source_ip": f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}",
        "destination_ip": f"203.0.113.{chance.randrange(256)}",
        "source_port": chance.randrange(1024, 65536),
        "destination_port": 443,
        "protocol": "tcp",
        "affected_hostname": host,
        "affected_user": f"user{chance.randrange(8_000):04d}",
        "confidence_score": round(chance.random(), 2),
        "enrichment_data": {"geo": {"country": "NL", "asn": 64500}, "seen": chance.randrange(900)},
        "tags": ["office", f"wave-{chance.randrange(40)}"],
        "mitre_techniques": ["T1059.001", "T1566"],
    }


def _alert(number: int, chance: random.Random) -> dict[str, Any]:
    draft = _draft(number, chance)
    received = START + timedelta(seconds=number, microseconds=chance.randrange(10**6))
    moment = received.isoformat().replace("+00:00", "Z")
    return {
        "id": number,
        **{name: draft.get(name) for name in _FIRST},
        "status": chance.choice(ALERT_STATUSES[:6]),
        "detected_at": moment,
        **{name: draft.get(name) for name in _THEN},
        **dict.fromkeys(_MOSTLY_EMPTY),
        "assigned_analyst_id": 3,
        "assigned_analyst": {
            "id": 3,
            "username": "dana",
            "full_name": "Dana Poe",
            "role": "analyst",
        },
        "risk_score": chance.randrange(1, 100),
        "reported": False,
        "reported_to": [],
        "false_positive": False,
        "requires_notification": False,
        "received_at": moment,
        "created_at": moment,
        "updated_at": moment,
        "is_overdue": False,
        "revision": chance.randrange(1, 9),
        "tags": draft["tags"],
        "mitre_techniques": draft["mitre_techniques"],
        "occurrences": 1,
        "last_seen_at": moment,
    }


_FIRST = ("external_alert_id", "title", "description", "severity", "source", "threat_type")
_THEN = (
    "rule_id",
    "rule_name",
    "source_ip",
    "destination_ip",
    "source_port",
    "destination_port",
    "protocol",
    "affected_hostname",
    "affected_user",
    "confidence_score",
    "enrichment_data",
)
_MOSTLY_EMPTY = (
    "source_system",
    "asset_criticality",
    "incident_id",
    "playbook_execution_id",
    "correlation_id",
    "parent_alert_id",
    "investigation_notes",
    "analyst_comments",
    "reported_at",
    "false_positive_reason",
    "business_impact",
    "data_classification",
    "estimated_financial_impact",
    "notification_deadline",
    "compliance_notes",
    "closed_at",
    "first_response_at",
    "containment_at",
    "resolution_at",
    "time_to_first_response",
    "time_to_resolution",
    "team",
    "disposition",
    "disposition_reason",
)
