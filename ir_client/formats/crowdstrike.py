"""CrowdStrike Falcon: detections of the event stream, of the data replicator (FDR), of the alerts
interface, and of the detects interface before it.

The stream and FDR write names in PascalCase, with `metadata` and `event` around them or not; the
interfaces write snake_case under `resources`. Of the stream's events only detections are alerts:
audits, sessions, incidents and firewall matches are skipped.
"""

from ir_client.wire.base import JsonObject
from ir_client.wire.values import Severity

from .alert_format import AlertFormat
from .crowdstrike_tables import FIELDS_OF_CONTEXT, THREAT_OF_METHOD
from .envelopes import listed_under, opening
from .fields import as_number, as_text
from .mapping import AlertMapping
from .severity_words import SEVERITY_OF_WORD
from .sources import At, FirstOf, Share, Words, Worked

_DETECTION = "DetectionSummaryEvent"
_LAST_OF_OLD_SCALE = 5
_OLD_SCALE: tuple[Severity, ...] = ("info", "info", "low", "medium", "high", "critical")
_UP_TO: tuple[tuple[float, Severity], ...] = (
    (19, "info"),
    (39, "low"),
    (59, "medium"),
    (79, "high"),
    (100, "critical"),
)
_NAME = At("DetectName", "display_name", "Name", "behaviors.display_name", "name", "Description")
_REASON_LIMIT = 80


def recognises(record: JsonObject) -> bool:
    """Whether `record` is an event or an alert of Falcon."""
    event = _event(record)
    if "ExternalApiType" in event or "fdr_event_type" in record:
        return True
    metadata = record.get("metadata")
    if isinstance(metadata, dict) and "event" in record:
        return "eventType" in metadata and "customerIDString" in metadata
    return "cid" in record and not record.keys().isdisjoint({"composite_id", "detection_id"})


def _event(record: JsonObject) -> JsonObject:
    inside = record.get("event")
    return inside if isinstance(inside, dict) else record


def _seen(record: JsonObject) -> JsonObject:
    """The event with what is around it, the nearer first."""
    event = _event(record)
    return event if event is record else record | event


_KINDS = At("metadata.eventType", "event.ExternalApiType", "ExternalApiType", "fdr_event_type")
_OLD_NUMBER = At("Severity")
_NUMBER = At("Severity", "severity", "max_severity")
_TECHNIQUE = At("Technique", "MitreAttack.Technique", "technique", "behaviors.technique")
_FILE = At("FileName", "filename", "behaviors.filename")


def _why_skipped(record: JsonObject) -> str | None:
    if "composite_id" in record or "detection_id" in record:
        return None
    told = [as_text(kind).removeprefix("Event_") for kind in _KINDS.values(record)]
    if any(kind.endswith(_DETECTION) for kind in told):
        return None
    return f"event type {(told or ['missing'])[0][:_REASON_LIMIT]}"


def _severity_of_number(record: JsonObject) -> Severity | None:
    """1 to 5 in events of old, 1 to 100 in events and alerts of today."""
    for value in _OLD_NUMBER.values(record):
        number = as_number(value)
        if number is not None and 0 <= number <= _LAST_OF_OLD_SCALE:
            return _OLD_SCALE[int(number)]
    for value in _NUMBER.values(record):
        number = as_number(value)
        if number is not None and number >= 0:
            return next((severity for limit, severity in _UP_TO if number <= limit), None)
    return None


def _title(record: JsonObject) -> str | None:
    """`Name: technique (file)`, since names like NGAV alone say little."""
    name = _first(record, _NAME)
    if not name:
        return None
    technique, file = _first(record, _TECHNIQUE), _first(record, _FILE)
    with_technique = f"{name}: {technique}" if technique and technique not in name else name
    return f"{with_technique} ({file})" if file and file not in name else with_technique


def _first(record: JsonObject, at: At) -> str:
    return next((text for value in at.values(record) if (text := as_text(value))), "")


_MAPPING = AlertMapping(
    source="crowdstrike",
    view=_seen,
    skip=_why_skipped,
    fields={
        "external_alert_id": At("CompositeId", "DetectId", "composite_id", "detection_id"),
        "title": Worked(
            _title, "`DetectName`, `display_name` or `Name`, with the technique and the file"
        ),
        "description": At(
            "DetectDescription", "Description", "description", "behaviors.description"
        ),
        "severity": FirstOf(
            Words(
                "SeverityName", "severity_name", "max_severity_displayname", table=SEVERITY_OF_WORD
            ),
            Worked(
                _severity_of_number,
                "`Severity` of 1 to 5: info, low, medium, high, critical; `Severity`, `severity` "
                "or `max_severity` to 19 info, to 39 low, to 59 medium, to 79 high, to 100 "
                "critical",
            ),
        ),
        "threat_type": Words(
            "Technique",
            "technique",
            "behaviors.technique",
            "Tactic",
            "tactic",
            "behaviors.tactic",
            table=THREAT_OF_METHOD,
        ),
        "detected_at": At(
            "UTCTimestamp",
            "metadata.eventCreationTime",
            "created_timestamp",
            "timestamp",
            "first_behavior",
        ),
        "rule_id": At("PatternId", "pattern_id", "behaviors.behavior_id"),
        "rule_name": At("DetectName", "Name", "name", "display_name", "behaviors.display_name"),
        "source_ip": At(
            "NetworkAccesses.LocalAddress",
            "LocalIP",
            "LocalIPv6",
            "SourceEndpointIpAddress",
            "SourceEndpointAddressIP4",
            "network_accesses.local_address",
            "device.local_ip",
            "source_endpoint_address_ip4",
            "source_endpoint_ip_address",
        ),
        "destination_ip": At(
            "NetworkAccesses.RemoteAddress",
            "network_accesses.remote_address",
            "TargetEndpointAddressIP4",
            "target_endpoint_address_ip4",
        ),
        "source_port": At("NetworkAccesses.LocalPort", "network_accesses.local_port"),
        "destination_port": At("NetworkAccesses.RemotePort", "network_accesses.remote_port"),
        "protocol": At("NetworkAccesses.Protocol", "network_accesses.protocol"),
        "affected_hostname": At(
            "ComputerName",
            "Hostname",
            "device.hostname",
            "host_names",
            "SourceEndpointHostName",
            "source_endpoint_host_name",
        ),
        "affected_user": At(
            "UserName",
            "user_name",
            "behaviors.user_name",
            "SourceAccountName",
            "source_account_name",
        ),
        "confidence_score": Share(At("confidence", "max_confidence"), of=100),
        "correlation_id": At("AggregateId", "aggregate_id", "behaviors.control_graph_id"),
        "tags": At("Tactic", "tactic", "behaviors.tactic", "Tags", "tags", "product"),
        "mitre_techniques": At(
            "MitreAttack.TechniqueID",
            "mitre_attack.technique_id",
            "technique_id",
            "behaviors.technique_id",
        ),
    },
    tactics=("Tactic", "MitreAttack.Tactic", "tactic", "behaviors.tactic"),
    context=FIELDS_OF_CONTEXT,
)


FORMAT = AlertFormat(
    name="crowdstrike",
    title="CrowdStrike Falcon",
    known_by="an ExternalApiType, a metadata and event, or a cid with a composite_id",
    recognises=recognises,
    map_record=_MAPPING.draft_from,
    unwrap=opening(recognises, listed_under("resources")),
    mapping=_MAPPING,
)
