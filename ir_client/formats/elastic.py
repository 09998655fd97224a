"""Alerts of Elastic Security (`kibana.alert.*`, before 8.0 `signal.*`), and other alerts in ECS.

Keys may be nested, flat, or both. Documents in ECS whose `event.kind` is no alert are skipped, and
so are building blocks, which Kibana hides from analysts, and alerts that recovered by themselves.
"""

from ir_client.wire.base import JsonObject

from .alert_format import AlertFormat
from .elastic_tables import (
    CONTEXT,
    CRITICALITY,
    SEVERITY_OF_PRIORITY,
    SEVERITY_OF_WORD,
    SEVERITY_UP_TO_RISK,
    THREAT_OF_CATEGORY,
)
from .envelopes import opening
from .fields import as_text
from .mapping import AlertMapping
from .paths import Path
from .sources import At, ByAttack, FirstOf, Fixed, Scale, Sentence, Words

_OF_AN_ALERT = (
    Path("kibana.alert.rule"),
    Path("kibana.alert.rule.name"),
    Path("kibana.alert.uuid"),
    Path("signal.rule"),
    Path("signal.rule.name"),
)
_KIND = Path("event.kind")
_STATUS = Path("kibana.alert.status")
_BUILDING_BLOCK = (
    Path("kibana.alert.building_block_type"),
    Path("signal.rule.building_block_type"),
)
_KINDS_OF_ALERTS = frozenset({"alert", "signal"})
_REASON_LIMIT = 40


def recognises(record: JsonObject) -> bool:
    """Whether `record` looks like an alert of Elastic, or like any document in ECS."""
    if "@timestamp" not in record and "kibana.alert.uuid" not in record:
        return False
    return bool(_KIND.values_in(record)) or _is_of_kibana(record)


def _is_of_kibana(record: JsonObject) -> bool:
    return any(path.values_in(record) for path in _OF_AN_ALERT)


def _why_skipped(record: JsonObject) -> str | None:
    if any(path.values_in(record) for path in _BUILDING_BLOCK):
        return "building block of another alert"
    if any(as_text(status) == "recovered" for status in _STATUS.values_in(record)):
        return "recovered"
    kinds = [as_text(kind) for kind in _KIND.values_in(record)]
    if _is_of_kibana(record) or not _KINDS_OF_ALERTS.isdisjoint(kinds):
        return None
    return f"event kind {kinds[0][:_REASON_LIMIT]}" if kinds else "event without a kind"


_TECHNIQUES = At(
    "kibana.alert.rule.threat.technique.id",
    "kibana.alert.rule.threat.technique.subtechnique.id",
    "kibana.alert.rule.parameters.threat.technique.id",
    "kibana.alert.rule.parameters.threat.technique.subtechnique.id",
    "signal.rule.threat.technique.id",
    "signal.rule.threat.technique.subtechnique.id",
    "threat.technique.id",
    "threat.technique.subtechnique.id",
)
_TACTICS = At(
    "kibana.alert.rule.threat.tactic.name",
    "kibana.alert.rule.parameters.threat.tactic.name",
    "signal.rule.threat.tactic.name",
    "threat.tactic.name",
)

_MAPPING = AlertMapping(
    source="elastic",
    skip=_why_skipped,
    fields={
        "external_alert_id": FirstOf(
            At("kibana.alert.uuid", "_id"),
            Sentence("{signal.rule.id}/{signal.parent.id}"),
            At("event.id"),
        ),
        "title": At(
            "kibana.alert.rule.name", "signal.rule.name", "rule.name", "message", "event.action"
        ),
        "description": FirstOf(
            Sentence("{kibana.alert.reason}\n{kibana.alert.rule.description}"),
            At("kibana.alert.reason", "kibana.alert.rule.description"),
            At("signal.reason", "signal.rule.description", "rule.description", "message"),
        ),
        "severity": FirstOf(
            Words(
                "kibana.alert.severity",
                "kibana.alert.rule.severity",
                "signal.rule.severity",
                table=SEVERITY_OF_WORD,
            ),
            Words("suricata.eve.alert.severity", table=SEVERITY_OF_PRIORITY),
            Scale(
                "kibana.alert.risk_score",
                "signal.rule.risk_score",
                "event.risk_score",
                "event.severity",
                up_to=SEVERITY_UP_TO_RISK,
            ),
            Fixed("medium"),
        ),
        "threat_type": FirstOf(
            ByAttack(techniques=_TECHNIQUES, tactics=_TACTICS),
            Words("event.category", table=THREAT_OF_CATEGORY),
        ),
        "detected_at": At("@timestamp", "kibana.alert.start"),
        "rule_id": At(
            "kibana.alert.rule.rule_id",
            "kibana.alert.rule.uuid",
            "signal.rule.rule_id",
            "signal.rule.id",
            "rule.id",
        ),
        "rule_name": At("kibana.alert.rule.name", "signal.rule.name", "rule.name"),
        "source_ip": At("source.ip", "client.ip", "source.address"),
        "destination_ip": At("destination.ip", "server.ip", "destination.address"),
        "source_port": At("source.port", "client.port"),
        "destination_port": At("destination.port", "server.port"),
        "protocol": At("network.transport", "network.protocol"),
        "affected_hostname": At("host.name", "host.hostname", "observer.hostname"),
        "affected_user": At("user.name", "user.email", "user.target.name", "user.id"),
        "asset_criticality": Words(
            "host.asset.criticality", "user.asset.criticality", table=CRITICALITY
        ),
        "risk_score": At("kibana.alert.risk_score", "signal.rule.risk_score", "event.risk_score"),
        "correlation_id": At("kibana.alert.group.id", "signal.group.id"),
        "tags": At("kibana.alert.rule.tags", "kibana.alert.workflow_tags", "signal.rule.tags"),
        "mitre_techniques": _TECHNIQUES,
    },
    context=CONTEXT,
)

FORMAT = AlertFormat(
    name="elastic",
    title="Elastic Security and ECS",
    known_by="an @timestamp and a kibana.alert, a signal, or an event.kind",
    recognises=recognises,
    map_record=_MAPPING.draft_from,
    unwrap=opening(recognises),
    mapping=_MAPPING,
)
