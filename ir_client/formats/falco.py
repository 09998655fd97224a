"""Falco's alerts as JSON, as it writes them itself or as Falcosidekick forwards them.

Falco has no id of an alert; Falcosidekick gives each a `uuid`. Fields of the event lie in
`output_fields` under names with dots; addresses may be there only inside `fd.name`.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from ir_client.wire.base import JsonObject
from ir_client.wire.values import Severity

from .alert_format import AlertFormat
from .envelopes import opening
from .fields import as_text
from .mapping import AlertMapping
from .paths import Path
from .sources import At, FirstOf, Words, Worked

SEVERITY_OF_PRIORITY: Mapping[str, Severity] = MappingProxyType(
    {
        "emergency": "critical",
        "alert": "critical",
        "critical": "critical",
        "error": "high",
        "warning": "medium",
        "notice": "low",
        "informational": "info",
        "info": "info",
        "debug": "info",
    }
)

# "16:31:56.746609046: Warning An open was seen": what stands before is in fields of its own.
_BEFORE_THE_TEXT = re.compile(
    rf"[\dTZ:.+-]+: (?:{'|'.join(SEVERITY_OF_PRIORITY)}):? ", re.IGNORECASE
)
_CONNECTION = re.compile(r"\[?(.+?)\]?:(\d+)->\[?(.+?)\]?:(\d+)")
_FD_NAME = Path("output_fields.fd.name")


def recognises(record: JsonObject) -> bool:
    """Whether `record` looks like an alert of Falco."""
    if not ("rule" in record and "priority" in record and "output" in record):
        return False
    return isinstance(record["rule"], str) and ("output_fields" in record or "time" in record)


def _text_alone(record: JsonObject) -> str:
    output = as_text(record.get("output"))
    head = _BEFORE_THE_TEXT.match(output)
    return output[head.end() :] if head else output


def _of_connection(group: int, name: str) -> Worked:
    def found(record: JsonObject) -> str | None:
        matches = map(_CONNECTION.fullmatch, map(as_text, _FD_NAME.values_in(record)))
        return next((match[group] for match in matches if match), None)

    return Worked(found, f"the {name} in `output_fields.fd.name`")


_MAPPING = AlertMapping(
    source="falco",
    tactics=("tags",),
    fields={
        "external_alert_id": At("uuid"),
        "title": At("rule"),
        "description": Worked(_text_alone, "`output` without time and priority"),
        "severity": Words("priority", table=SEVERITY_OF_PRIORITY),
        "detected_at": At("time", "output_fields.evt.time", "output_fields.evt.time.iso8601"),
        "rule_id": At("rule"),
        "rule_name": At("rule"),
        "source_ip": FirstOf(
            At("output_fields.fd.cip", "output_fields.ct.srcip", "output_fields.ka.sourceips"),
            _of_connection(1, "client"),
        ),
        "destination_ip": FirstOf(At("output_fields.fd.sip"), _of_connection(3, "server")),
        "source_port": FirstOf(At("output_fields.fd.cport"), _of_connection(2, "client's port")),
        "destination_port": FirstOf(
            At("output_fields.fd.sport"), _of_connection(4, "server's port")
        ),
        "protocol": At("output_fields.fd.l4proto"),
        "affected_hostname": At("hostname", "output_fields.evt.hostname", "output_fields.k8s.node"),
        "affected_user": At(
            "output_fields.user.name",
            "output_fields.user.loginname",
            "output_fields.ka.user.name",
            "output_fields.ct.user",
        ),
        "tags": At("tags"),
        "mitre_techniques": At("tags"),
    },
    context=(
        "source",
        "output_fields.evt.type",
        "output_fields.proc.name",
        "output_fields.proc.cmdline",
        "output_fields.proc.exepath",
        "output_fields.proc.pname",
        "output_fields.fd.name",
        "output_fields.container.id",
        "output_fields.container.name",
        "output_fields.container.image.repository",
        "output_fields.container.image.tag",
        "output_fields.k8s.ns.name",
        "output_fields.k8s.pod.name",
        "output_fields.ka.verb",
        "output_fields.ka.target.name",
        "output_fields.ct.name",
    ),
)

FORMAT = AlertFormat(
    name="falco",
    title="Falco",
    known_by="a rule, a priority and an output",
    recognises=recognises,
    map_record=_MAPPING.draft_from,
    unwrap=opening(recognises),
    mapping=_MAPPING,
)
