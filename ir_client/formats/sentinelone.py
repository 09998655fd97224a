"""SentinelOne: threats, alerts of custom (STAR) rules, and the activities that tell of such alerts.

A threat has no severity: how sure the agent is and what it takes it for make one. Activities that
tell of no alert, which are most, are skipped. Threats and alerts keep their id while they change.
"""

from typing import Any

from ir_client.wire.base import JsonObject
from ir_client.wire.values import Severity

from .alert_format import AlertFormat
from .envelopes import listed_under, opening
from .fields import as_text
from .mapping import AlertMapping
from .sentinelone_tables import FIELDS_OF_CONTEXT, SEVERITY_OF_RULE, THREAT_OF_CLASSIFICATION
from .sources import At, ByAttack, FirstOf, Sentence, Words, Worked
from .threat_words import THREAT_IN_WORDS

_TECHNIQUES = "indicators.tactics.techniques.name"
_TOLD_ALERT = At("data.alertid")
_REASON_LIMIT = 80
_GRAVE = frozenset({"ransomware"})
_OF_CONFIDENCE: dict[str, Severity] = {"malicious": "high", "suspicious": "medium"}


def recognises(record: JsonObject) -> bool:
    """Whether `record` is a threat, an alert or an activity of SentinelOne."""
    if isinstance(record.get("threatInfo"), dict):
        return "agentDetectionInfo" in record or "agentRealtimeInfo" in record
    if isinstance(record.get("alertInfo"), dict):
        return "ruleInfo" in record
    return "activityType" in record if "primaryDescription" in record else _is_lowered(record)


def _is_lowered(record: JsonObject) -> bool:
    """Whether a pipeline has made the names of an activity small."""
    return "activitytype" in record and "primarydescription" in record


def _seen(record: JsonObject) -> JsonObject:
    if not _is_activity(record):
        return record
    small = {key.lower(): value for key, value in record.items()}
    data = small.get("data")
    if isinstance(data, dict):
        small["data"] = {key.lower(): value for key, value in data.items()}
    return small


def _is_activity(record: JsonObject) -> bool:
    return "threatInfo" not in record and "alertInfo" not in record


def _why_skipped(record: JsonObject) -> str | None:
    if not _is_activity(record):
        return None
    seen = _seen(record)
    if _TOLD_ALERT.values(seen):
        return None
    return f"activity of type {as_text(seen.get('activitytype'))[:_REASON_LIMIT] or 'unknown'}"


def _severity_of_threat(record: JsonObject) -> Severity | None:
    info = _threat(record)
    if as_text(info.get("classification")).lower() in _GRAVE:
        return "critical"
    confidence = as_text(info.get("confidenceLevel")).lower()
    return _OF_CONFIDENCE.get(confidence, "medium" if info else None)


def _threat(record: JsonObject) -> dict[str, Any]:
    info = record.get("threatInfo")
    return info if isinstance(info, dict) else {}


_MAPPING = AlertMapping(
    source="sentinelone",
    view=_seen,
    skip=_why_skipped,
    fields={
        "external_alert_id": At("threatInfo.threatId", "alertInfo.alertId", "data.alertid", "id"),
        "title": FirstOf(
            Sentence("{threatInfo.classification}: {threatInfo.threatName}"),
            At("threatInfo.threatName", "ruleInfo.name", "data.rulename", "primarydescription"),
        ),
        "description": FirstOf(
            At("indicators.description", "ruleInfo.description"),
            Sentence("{threatInfo.filePath}, run by {threatInfo.originatorProcess}"),
            At("threatInfo.filePath", "primarydescription", "data.ruledescription"),
        ),
        "severity": FirstOf(
            Words("ruleInfo.severity", "data.severity", table=SEVERITY_OF_RULE),
            Worked(
                _severity_of_threat,
                "a threat: `threatInfo.classification` Ransomware → critical; else by "
                "`threatInfo.confidenceLevel`: malicious → high; suspicious, others → medium",
            ),
        ),
        "threat_type": FirstOf(
            Words("threatInfo.classification", table=THREAT_OF_CLASSIFICATION),
            ByAttack(techniques=At(_TECHNIQUES), tactics=At("indicators.tactics.name")),
            Words("ruleInfo.name", "data.rulename", table=THREAT_IN_WORDS, part=True),
        ),
        "detected_at": At(
            "threatInfo.createdAt",
            "threatInfo.identifiedAt",
            "alertInfo.createdAt",
            "alertInfo.reportedAt",
            "data.detectedat",
            "createdat",
        ),
        "rule_id": At("ruleInfo.id", "data.ruleid", "threatInfo.detectionEngines.key"),
        "rule_name": At("ruleInfo.name", "data.rulename", "threatInfo.detectionEngines.title"),
        "source_ip": At(
            "alertInfo.srcIp",
            "alertInfo.srcMachineIp",
            "data.srcip",
            "agentDetectionInfo.agentIpV4",
            "agentRealtimeInfo.networkInterfaces.inet",
            "data.agentipv4",
        ),
        "destination_ip": At("alertInfo.dstIp", "data.dstip"),
        "source_port": At("alertInfo.srcPort", "data.srcport"),
        "destination_port": At("alertInfo.dstPort", "data.dstport"),
        "affected_hostname": At(
            "agentRealtimeInfo.agentComputerName",
            "agentDetectionInfo.name",
            "agentRealtimeInfo.name",
            "data.computername",
            "data.agentcomputername",
        ),
        "affected_user": At(
            "threatInfo.processUser",
            "alertInfo.loginsUserName",
            "sourceProcessInfo.user",
            "agentDetectionInfo.agentLastLoggedInUserName",
            "data.username",
        ),
        "correlation_id": At("threatInfo.storyline", "sourceProcessInfo.storyline"),
        "tags": At(
            "threatInfo.classification",
            "threatInfo.mitigationStatus",
            "threatInfo.detectionType",
            "alertInfo.eventType",
            "indicators.category",
            "data.datasourcename",
        ),
        "mitre_techniques": At(_TECHNIQUES),
    },
    tactics=("indicators.tactics.name",),
    context=FIELDS_OF_CONTEXT,
)


FORMAT = AlertFormat(
    name="sentinelone",
    title="SentinelOne",
    known_by="a threatInfo, an alertInfo, or an activityType with its description",
    recognises=recognises,
    map_record=_MAPPING.draft_from,
    unwrap=opening(recognises, listed_under("data")),
    mapping=_MAPPING,
)
