"""ArcSight's Common Event Format, of whatever product.

The product is the source. `externalId` is no identity: some products write the same one, a
sensor's or a signature's, into many events. Times without a year are passed over.
"""

from ir_client.wire.base import JsonObject

from .alert_format import AlertFormat
from .envelopes import opening
from .event_lines import (
    identity_of,
    labelled,
    severity_of,
    severity_of_priority,
    techniques,
    time_at,
    with_labels,
)
from .mapping import AlertMapping
from .sources import At, FirstOf, Sentence, Words
from .threat_words import THREAT_IN_WORDS

_TIMES = ("rt", "end", "start")


def recognises(record: JsonObject) -> bool:
    """Whether `record` is what a line of CEF becomes."""
    return isinstance(record.get("cef"), dict) and isinstance(record.get("extension"), dict)


_MAPPING = AlertMapping(
    source="cef",
    view=with_labels,
    fields={
        "external_alert_id": identity_of("cef", _TIMES),
        "source": FirstOf(
            Sentence("{cef.device_vendor} {cef.device_product}"),
            At("cef.device_product", "cef.device_vendor"),
        ),
        "title": FirstOf(
            At("cef.name", "extension.msg"),
            Sentence("{cef.device_product} event {cef.device_event_class_id}"),
        ),
        "description": At("extension.msg", "extension.reason"),
        "severity": severity_of(
            "cef.severity",
            "extension.deviceSeverity",
            "extension.severity",
            otherwise=severity_of_priority(),
        ),
        "threat_type": Words(
            "extension.cat",
            "cef.name",
            "cef.device_event_class_id",
            table=THREAT_IN_WORDS,
            part=True,
        ),
        "detected_at": time_at(*_TIMES),
        "rule_id": At("cef.device_event_class_id"),
        "rule_name": FirstOf(
            labelled("Rule", "Rule Name", "RuleName", "Policy", "Policy Name", "Signature"),
            At("cef.name"),
        ),
        "source_ip": FirstOf(
            At("extension.src"),
            labelled("Source IPv6 Address", "Source IPv6"),
            At("extension.sourceTranslatedAddress"),
        ),
        "destination_ip": FirstOf(
            At("extension.dst"),
            labelled("Destination IPv6 Address", "Destination IPv6"),
            At("extension.destinationTranslatedAddress"),
        ),
        "source_port": At("extension.spt"),
        "destination_port": At("extension.dpt"),
        "protocol": At("extension.proto", "extension.app"),
        "affected_hostname": At(
            "extension.dhost", "extension.shost", "extension.dvchost", "extension.deviceExternalId"
        ),
        "affected_user": FirstOf(
            Sentence("{extension.dntdom}\\{extension.duser}"),
            At("extension.duser"),
            Sentence("{extension.sntdom}\\{extension.suser}"),
            At("extension.suser"),
        ),
        "risk_score": labelled("Risk Score", "RiskScore", "Risk"),
        "tags": At("extension.cat", "extension.act", "extension.outcome"),
        "mitre_techniques": techniques(),
    },
    context=(
        "labels",
        "cef.device_version",
        "extension.externalId",
        "extension.request",
        "extension.requestMethod",
        "extension.requestClientApplication",
        "extension.fname",
        "extension.filePath",
        "extension.fileHash",
        "extension.sproc",
        "extension.dproc",
        "extension.cnt",
        "extension.reason",
        "extension.dvc",
        "syslog.host",
    ),
)

FORMAT = AlertFormat(
    name="cef",
    title="Common Event Format (CEF)",
    known_by="the header and the extension of CEF",
    recognises=recognises,
    map_record=_MAPPING.draft_from,
    unwrap=opening(recognises),
    mapping=_MAPPING,
)
