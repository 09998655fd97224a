"""Suricata EVE: records whose `event_type` is `alert`; all other events are skipped.

Decides severity (the rule's own `signature_severity` before the priority of its class), threat
type (from the class), tags and ATT&CK techniques (from the rule's metadata). EVE has no id of an
alert, so a digest of the whole record is one. What does not fit a typed field is left out of it
and stays in `raw_alert_data`; only what would misplace an alert (severity, time) rejects it.
"""

from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from ir_client.wire.alerts import AlertDraft
from ir_client.wire.base import JsonObject, as_utc
from ir_client.wire.values import Severity

from .identity import record_id
from .outcomes import RecordError, Skipped, quoted
from .suricata_tables import (
    CONFIDENCE,
    LOWEST_PRIORITY,
    SEVERITY_OF_PRIORITY,
    SEVERITY_OF_RULE,
    SUCCEEDED,
    THREAT_OF_CLASS,
)

SOURCE = "suricata"

_TAG_KEYS = ("tag", "malware_family", "attack_target", "affected_product")
_LABEL_LIMIT = 100
_TITLE_LIMIT = 1000
_RULE_LIMIT = 500


def recognises(record: JsonObject) -> bool:
    """Whether `record` looks like an EVE event of any type."""
    is_event = isinstance(record.get("event_type"), str)
    return is_event and not record.keys().isdisjoint({"timestamp", "flow_id", "alert"})


def draft_from(record: JsonObject) -> AlertDraft | Skipped:
    """Map one EVE event; raises RecordError for an alert that cannot be placed."""
    if record.get("event_type") != "alert":
        return Skipped(f"event type {_text(record.get('event_type'))[:_LABEL_LIMIT] or 'missing'}")
    rule = record.get("alert")
    if not isinstance(rule, dict):
        raise RecordError("an alert event without its `alert` object; is the file complete?")
    category = _text(rule.get("category"))
    return AlertDraft(
        external_alert_id=record_id(SOURCE, record),
        source=SOURCE,
        title=_title(rule),
        description=_description(record, rule),
        severity=_severity(rule),
        threat_type=THREAT_OF_CLASS.get(category.lower(), "unknown"),
        detected_at=_detected_at(record),
        rule_id=_rule_id(rule),
        rule_name=_text(rule.get("signature"))[:_RULE_LIMIT] or None,
        source_ip=_address(record.get("src_ip")),
        destination_ip=_address(record.get("dest_ip")),
        source_port=_port(record.get("src_port")),
        destination_port=_port(record.get("dest_port")),
        protocol=_text(record.get("proto"))[:32] or None,
        confidence_score=_confidence(rule),
        tags=tuple(dict.fromkeys(_tags(rule)))[:_LABEL_LIMIT],
        mitre_techniques=_labels(rule, "mitre_technique_id"),
        enrichment_data=_context(record, rule),
        raw_alert_data=record,
    )


def _severity(rule: JsonObject) -> Severity:
    for word in _labels(rule, "signature_severity"):
        if severity := SEVERITY_OF_RULE.get(word.lower()):
            return severity
    priority = rule.get("severity")
    if type(priority) is not int or not 1 <= priority <= LOWEST_PRIORITY:
        raise RecordError(
            f"alert.severity is {quoted(priority)}; Suricata writes 1 (highest) to "
            f"{LOWEST_PRIORITY}: correct the record, or the rule's priority"
        )
    if _text(rule.get("category")).lower() in SUCCEEDED:
        return "critical"
    return SEVERITY_OF_PRIORITY.get(priority, "info")


def _detected_at(record: JsonObject) -> datetime | None:
    written = record.get("timestamp")
    if written is None:
        return None
    try:
        return as_utc(datetime.fromisoformat(written))
    except (TypeError, ValueError, OverflowError) as error:
        raise RecordError(
            f"timestamp is {quoted(written)}; write it like 2018-03-24T14:37:19.037299-0600"
        ) from error


def _title(rule: JsonObject) -> str:
    signature = " ".join(_text(rule.get("signature")).split())
    return signature[:_TITLE_LIMIT] or f"Suricata rule {_rule_id(rule) or 'without a name'}"


def _rule_id(rule: JsonObject) -> str | None:
    number = rule.get("signature_id")
    return None if number is None else f"{rule.get('gid', 1)}:{number}"[:_RULE_LIMIT]


def _description(record: JsonObject, rule: JsonObject) -> str:
    flow = f"{_text(record.get('proto'))} {_end(record, 'src')} → {_end(record, 'dest')}".strip()
    parts = [flow, _text(rule.get("category")), _request(record), _action(rule)]
    return ". ".join(part for part in parts if part)[:60_000]


def _end(record: JsonObject, side: str) -> str:
    address, port = _text(record.get(f"{side}_ip")) or "?", record.get(f"{side}_port")
    if port is None:
        return address
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _request(record: JsonObject) -> str:
    """The one line of the application layer that says what the traffic was about."""
    http, tls, dns = (_object(record.get(layer)) for layer in ("http", "tls", "dns"))
    if http:
        where = f"{_text(http.get('hostname'))}{_text(http.get('url'))}"
        return f"{_text(http.get('http_method'))} {where}".strip()
    if name := _text(tls.get("sni")):
        return f"TLS to {name}"
    if name := _text(dns.get("rrname")):
        return f"DNS query for {name}"
    return ""


def _action(rule: JsonObject) -> str:
    action = _text(rule.get("action"))
    return f"The sensor {action} it" if action else ""


def _context(record: JsonObject, rule: JsonObject) -> JsonObject:
    context = {
        "sensor": record.get("host"),
        "interface": record.get("in_iface"),
        "flow_id": record.get("flow_id"),
        "application": record.get("app_proto"),
        "category": rule.get("category"),
        "action": rule.get("action"),
        "rule_revision": rule.get("rev"),
    }
    known = {key: value for key, value in context.items() if isinstance(value, str | int)}
    return {SOURCE: known} if known else {}


def _tags(rule: JsonObject) -> Iterator[str]:
    for key in _TAG_KEYS:
        for label in _labels(rule, key):
            yield label if key == "tag" else f"{key}:{label}"[:_LABEL_LIMIT]
    if rule.get("action") == "blocked":
        yield "blocked"


def _labels(rule: JsonObject, key: str) -> tuple[str, ...]:
    """The values of one metadata key; EVE writes lists of texts, some tools a bare text."""
    value = _object(rule.get("metadata")).get(key)
    if value is None:
        return ()
    values = value if isinstance(value, list) else [value]
    labels = (_text(one).strip()[:_LABEL_LIMIT] for one in values)
    return tuple(dict.fromkeys(label for label in labels if label))[:_LABEL_LIMIT]


def _confidence(rule: JsonObject) -> float | None:
    scores = (CONFIDENCE.get(word.lower()) for word in _labels(rule, "confidence"))
    return next((score for score in scores if score is not None), None)


def _address(value: Any) -> str | None:
    try:
        return str(ip_address(_text(value)))
    except ValueError:
        return None


def _port(value: Any) -> int | None:
    # Port 0 appears for protocols that have none.
    return value if type(value) is int and 1 <= value <= 65535 else None


def _object(value: Any) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
