"""OCSF findings that are detections: Detection Finding (2004), and Security Finding (2001) before.

2004 has `finding_info`, 2001 had `finding`; versions differ in whether an attack has one `tactic`
or `tactics`, and in whether times are milliseconds or (wrongly) seconds. Other classes are skipped,
and so are findings that say they are none: closed, passed checks, `is_alert: false`.
"""

from ir_client.wire.base import JsonObject

from .alert_format import AlertFormat
from .envelopes import opening
from .fields import as_text
from .mapping import AlertMapping
from .ocsf_tables import (
    CONFIDENCE_OF_ID,
    CONTEXT,
    SEVERITY_OF_ID,
    SEVERITY_OF_RISK_LEVEL,
    SEVERITY_OF_WORD,
    THREAT_IN_MALWARE,
    THREAT_IN_TYPE,
)
from .sources import At, ByAttack, FirstOf, Fixed, Sentence, Share, Words, Worked

_DETECTIONS = (2001, 2004)
_BESIDE_A_CLASS = frozenset({"metadata", "severity_id", "category_uid", "activity_id", "type_uid"})
_IP_ADDRESS = 2
_CLOSED = 3
_REASON_LIMIT = 60
_MALWARE = At("malware.name")
_TYPES = At("finding_info.types", "finding.types", "metadata.labels")


def recognises(record: JsonObject) -> bool:
    """Whether `record` looks like an OCSF event of any class."""
    return isinstance(record.get("class_uid"), int) and not _BESIDE_A_CLASS.isdisjoint(record)


def _why_skipped(record: JsonObject) -> str | None:
    if record.get("class_uid") not in _DETECTIONS:
        name = as_text(record.get("class_name")) or as_text(record.get("class_uid"))
        return f"OCSF class {name[:_REASON_LIMIT]}"
    if record.get("is_alert") is False:
        return "finding that is no alert"
    if as_text(record.get("status_code")).upper() == "PASS":
        return "passed check"
    if record.get("activity_id") == _CLOSED:
        return "finding closed"
    return None


def _observed(side: str) -> Worked:
    """The addresses among the observables whose name tells the side."""

    def found(record: JsonObject) -> list[object]:
        observables = record.get("observables")
        return [
            one.get("value")
            for one in (observables if isinstance(observables, list) else ())
            if isinstance(one, dict)
            and one.get("type_id") == _IP_ADDRESS
            and side in as_text(one.get("name"))
        ]

    return Worked(found, f"`observables` of type 2 (IP address) with `{side}` in their name")


def _tags(record: JsonObject) -> list[object]:
    names = [f"malware:{text}" for name in _MALWARE.values(record) if (text := as_text(name))]
    return [*_TYPES.values(record), *names]


_TECHNIQUES = At(
    *(
        f"{where}.{what}.uid"
        for where in ("finding_info.attacks", "attacks")
        for what in ("sub_technique", "technique")
    )
)
_TACTICS = At(
    *(
        f"{where}.{what}.{name}"
        for where in ("finding_info.attacks", "attacks")
        for what in ("tactic", "tactics")
        for name in ("uid", "name")
    )
)

_MAPPING = AlertMapping(
    source="ocsf",
    skip=_why_skipped,
    fields={
        "external_alert_id": At("finding_info.uid", "finding.uid", "metadata.uid"),
        "source": At("metadata.product.name", "metadata.product.vendor_name"),
        "title": At("finding_info.title", "finding.title", "message", "finding_info.desc"),
        "description": FirstOf(
            Sentence("{message}\n{finding_info.desc}"),
            At("finding_info.desc", "finding.desc", "message", "status_detail"),
        ),
        "severity": FirstOf(
            Words("severity_id", table=SEVERITY_OF_ID),
            Words("severity", table=SEVERITY_OF_WORD),
            Words("risk_level_id", table=SEVERITY_OF_RISK_LEVEL),
            Fixed("medium"),
        ),
        "threat_type": FirstOf(
            Words("malware.classifications", table=THREAT_IN_MALWARE, part=True),
            ByAttack(techniques=_TECHNIQUES, tactics=_TACTICS),
            Words("finding_info.types", "finding.types", table=THREAT_IN_TYPE, part=True),
        ),
        "detected_at": At("time", "time_dt", "finding_info.created_time"),
        "rule_id": At("finding_info.analytic.uid", "analytic.uid", "metadata.event_code"),
        "rule_name": At("finding_info.analytic.name", "analytic.name"),
        "source_ip": FirstOf(
            At("evidences.src_endpoint.ip", "src_endpoint.ip"),
            _observed("src"),
        ),
        "destination_ip": FirstOf(
            At("evidences.dst_endpoint.ip", "dst_endpoint.ip"),
            _observed("dst"),
            At("device.ip"),
        ),
        "source_port": At("evidences.src_endpoint.port", "src_endpoint.port"),
        "destination_port": At("evidences.dst_endpoint.port", "dst_endpoint.port"),
        "protocol": At("evidences.connection_info.protocol_name", "connection_info.protocol_name"),
        "affected_hostname": At(
            "device.hostname",
            "device.name",
            "evidences.device.hostname",
            "resources.name",
            "resources.uid",
        ),
        "affected_user": At(
            "actor.user.name",
            "evidences.actor.user.name",
            "evidences.user.name",
            "user.name",
            "process.user.name",
            "resources.owner.name",
            "actor.user.email_addr",
        ),
        "asset_criticality": At("resources.criticality"),
        "confidence_score": FirstOf(
            Share(At("confidence_score"), of=100), Words("confidence_id", table=CONFIDENCE_OF_ID)
        ),
        "risk_score": At("risk_score"),
        "correlation_id": At("metadata.correlation_uid"),
        "tags": Worked(
            _tags,
            "`finding_info.types`, `finding.types`, `metadata.labels`, `malware.name` with "
            "`malware:` before it",
        ),
        "mitre_techniques": _TECHNIQUES,
    },
    context=CONTEXT,
)

FORMAT = AlertFormat(
    name="ocsf",
    title="OCSF findings",
    known_by="a class_uid beside OCSF's metadata, severity_id or activity_id",
    recognises=recognises,
    map_record=_MAPPING.draft_from,
    unwrap=opening(recognises),
    mapping=_MAPPING,
)
