"""QRadar's Log Event Extended Format, of whatever product.

The product is the source. LEEF has no name of an event and need not have a severity: then the
header's number is the title, and what nobody has rated is medium.
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
from .sources import At, FirstOf, Fixed, Sentence, Words
from .threat_words import THREAT_IN_WORDS

_TIMES = ("devTime", "rt", "end", "start")
_NAMES = ("eventName", "name", "title", "alertName", "ruleName", "policy", "signature")


def recognises(record: JsonObject) -> bool:
    """Whether `record` is what a line of LEEF becomes."""
    return isinstance(record.get("leef"), dict) and isinstance(record.get("extension"), dict)


_MAPPING = AlertMapping(
    source="leef",
    view=with_labels,
    fields={
        "external_alert_id": identity_of("leef", _TIMES),
        "source": FirstOf(
            Sentence("{leef.vendor} {leef.product}"), At("leef.product", "leef.vendor")
        ),
        "title": FirstOf(
            At(*(f"extension.{name}" for name in _NAMES), "extension.msg", "extension.reason"),
            Sentence("{leef.product} event {leef.event_id}"),
            Sentence("{leef.vendor} event {leef.event_id}"),
        ),
        "description": At("extension.msg", "extension.reason"),
        "severity": severity_of(
            "extension.sev",
            "extension.severity",
            otherwise=FirstOf(severity_of_priority(), Fixed("medium")),
        ),
        "threat_type": Words(
            "extension.cat",
            *(f"extension.{name}" for name in _NAMES),
            "leef.event_id",
            table=THREAT_IN_WORDS,
            part=True,
        ),
        "detected_at": time_at(*_TIMES, format_key="devTimeFormat"),
        "rule_id": At("leef.event_id"),
        "rule_name": FirstOf(
            At("extension.ruleName", "extension.policy", "extension.signature"),
            labelled("Rule", "Rule Name", "Policy"),
        ),
        "source_ip": At("extension.src", "extension.identSrc", "extension.srcPostNAT"),
        "destination_ip": At("extension.dst", "extension.dstPostNAT"),
        "source_port": At("extension.srcPort"),
        "destination_port": At("extension.dstPort"),
        "protocol": At("extension.proto"),
        "affected_hostname": At(
            "extension.identHostName", "extension.dstHostName", "extension.resource"
        ),
        "affected_user": FirstOf(
            Sentence("{extension.domain}\\{extension.usrName}"),
            At("extension.usrName", "extension.accountName"),
        ),
        "tags": At("extension.cat", "extension.action", "extension.act"),
        "mitre_techniques": techniques(),
    },
    context=(
        "labels",
        "leef.product_version",
        "extension.url",
        "extension.fileName",
        "extension.fileHash",
        "extension.role",
        "extension.groupID",
        "syslog.host",
    ),
)

FORMAT = AlertFormat(
    name="leef",
    title="Log Event Extended Format (LEEF)",
    known_by="the header and the extension of LEEF",
    recognises=recognises,
    map_record=_MAPPING.draft_from,
    unwrap=opening(recognises),
    mapping=_MAPPING,
)
