"""Suricata EVE: records whose `event_type` is `alert`; all other events are skipped.

The rule's own `signature_severity` comes before the priority of its class, and its metadata gives
tags and ATT&CK techniques. EVE has no id of an alert, so a digest of the whole record is one.
"""

from typing import Any

from ir_client.wire.base import JsonObject
from ir_client.wire.values import Severity

from .alert_format import AlertFormat
from .envelopes import opening
from .fields import as_text
from .mapping import AlertMapping
from .outcomes import RecordError, quoted
from .sources import At, FirstOf, Words, Worked
from .suricata_tables import (
    CONFIDENCE,
    LOWEST_PRIORITY,
    SEVERITY_OF_PRIORITY,
    SEVERITY_OF_RULE,
    SUCCEEDED,
    THREAT_OF_CLASS,
)

_TAG_KEYS = ("tag", "malware_family", "attack_target", "affected_product")
_REASON_LIMIT = 100


def recognises(record: JsonObject) -> bool:
    """Whether `record` looks like an EVE event of any type."""
    is_event = isinstance(record.get("event_type"), str)
    return is_event and not record.keys().isdisjoint({"timestamp", "flow_id", "alert"})


def _why_skipped(record: JsonObject) -> str | None:
    kind = record.get("event_type")
    if kind == "alert":
        return None
    return f"event type {_text(kind)[:_REASON_LIMIT] or 'missing'}"


def _with_its_rule(record: JsonObject) -> JsonObject:
    if not isinstance(record.get("alert"), dict):
        raise RecordError("an alert event without its `alert` object; is the file complete?")
    return record


def _severity_of_priority(record: JsonObject) -> Severity:
    priority = _rule(record).get("severity")
    if type(priority) is not int or not 1 <= priority <= LOWEST_PRIORITY:
        raise RecordError(
            f"alert.severity is {quoted(priority)}; Suricata writes 1 (highest) to "
            f"{LOWEST_PRIORITY}: correct the record, or the rule's priority"
        )
    if _text(_rule(record).get("category")).lower() in SUCCEEDED:
        return "critical"
    return SEVERITY_OF_PRIORITY.get(priority, "info")


def _rule_id(record: JsonObject) -> str | None:
    rule = _rule(record)
    number = rule.get("signature_id")
    return None if number is None else f"{rule.get('gid', 1)}:{number}"


def _title(record: JsonObject) -> str:
    return f"Suricata rule {_rule_id(record) or 'without a name'}"


def _description(record: JsonObject) -> str:
    rule = _rule(record)
    flow = f"{_text(record.get('proto'))} {_end(record, 'src')} → {_end(record, 'dest')}".strip()
    parts = [flow, _text(rule.get("category")), _request(record), _action(rule)]
    return ". ".join(part for part in parts if part)


def _end(record: JsonObject, side: str) -> str:
    address, port = _text(record.get(f"{side}_ip")) or "?", record.get(f"{side}_port")
    if port is None:
        return address
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _request(record: JsonObject) -> str:
    """The one line of the application layer that says what the traffic was about."""
    if http := _object(record.get("http")):
        where = f"{_text(http.get('hostname'))}{_text(http.get('url'))}"
        return f"{_text(http.get('http_method'))} {where}".strip()
    if name := _text(_object(record.get("tls")).get("sni")):
        return f"TLS to {name}"
    if name := _text(_object(record.get("dns")).get("rrname")):
        return f"DNS query for {name}"
    return ""


def _action(rule: JsonObject) -> str:
    action = _text(rule.get("action"))
    return f"The sensor {action} it" if action else ""


def _tags(record: JsonObject) -> list[object]:
    rule = _rule(record)
    metadata = _object(rule.get("metadata"))
    found: list[object] = []
    for key in _TAG_KEYS:
        if (value := metadata.get(key)) is None:
            continue
        before = "" if key == "tag" else f"{key}:"
        for one in value if isinstance(value, list) else (value,):
            if text := as_text(one):
                found.append(f"{before}{text}")
    if rule.get("action") == "blocked":
        found.append("blocked")
    return found


def _rule(record: JsonObject) -> JsonObject:
    return _object(record.get("alert"))


def _object(value: Any) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


_MAPPING = AlertMapping(
    source="suricata",
    skip=_why_skipped,
    view=_with_its_rule,
    fields={
        "title": FirstOf(At("alert.signature"), Worked(_title, "`Suricata rule gid:id`")),
        "description": Worked(
            _description, "the flow, the class, one line of HTTP, TLS or DNS, the sensor's action"
        ),
        "severity": FirstOf(
            Words("alert.metadata.signature_severity", table=SEVERITY_OF_RULE),
            Worked(_severity_of_priority, "`alert.severity`: see the table below"),
        ),
        "threat_type": Words("alert.category", table=THREAT_OF_CLASS),
        "detected_at": At("timestamp"),
        "rule_id": Worked(_rule_id, "`alert.gid`:`alert.signature_id`"),
        "rule_name": At("alert.signature"),
        "source_ip": At("src_ip"),
        "destination_ip": At("dest_ip"),
        "source_port": At("src_port"),
        "destination_port": At("dest_port"),
        "protocol": At("proto"),
        "confidence_score": Words("alert.metadata.confidence", table=CONFIDENCE),
        "tags": Worked(
            _tags,
            "of `alert.metadata`: `tag`, and `malware_family`, `attack_target`, `affected_product` "
            "with their name before them; `blocked` if the action was",
        ),
        "mitre_techniques": At("alert.metadata.mitre_technique_id"),
    },
    context=(
        "host",
        "in_iface",
        "flow_id",
        "app_proto",
        "alert.category",
        "alert.action",
        "alert.rev",
    ),
)

FORMAT = AlertFormat(
    name="suricata",
    title="Suricata EVE",
    known_by="an event_type and a timestamp, flow_id or alert",
    recognises=recognises,
    map_record=_MAPPING.draft_from,
    unwrap=opening(recognises),
    mapping=_MAPPING,
)
