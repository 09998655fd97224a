"""Wazuh's alerts.json, from the manager's file, the indexer, or its older kin OSSEC.

Severity is by the level of the rule, 0 to 16, in the bands of Wazuh's own dashboards, with the
lowest one parted: levels to 2 are housekeeping.
"""

from ir_client.wire.base import JsonObject

from .alert_format import AlertFormat
from .envelopes import opening
from .fields import as_text
from .mapping import AlertMapping
from .paths import Path
from .sources import At, ByAttack, FirstOf, Scale, Sentence, Words, Worked
from .wazuh_tables import SEVERITY_UP_TO_LEVEL, THREAT_OF_GROUP

_BESIDE_A_RULE = frozenset({"agent", "manager", "decoder", "location", "full_log"})
_MANAGER = "000"
_AGENT_ID = Path("agent.id")
_SENT_BY = Path("predecoder.hostname")
_GROUPS = At("rule.groups", "rule.group")


def recognises(record: JsonObject) -> bool:
    """Whether `record` looks like an alert of Wazuh."""
    rule = record.get("rule")
    if isinstance(rule, dict):
        return "level" in rule and not _BESIDE_A_RULE.isdisjoint(record)
    return "rule.level" in record and "agent.id" in record


def _sender(record: JsonObject) -> str | None:
    """The host behind a manager that collects syslog: the agent would be the manager itself."""
    of_manager = any(as_text(one) == _MANAGER for one in _AGENT_ID.values_in(record))
    return next(map(as_text, _SENT_BY.values_in(record)), None) if of_manager else None


def _groups(record: JsonObject) -> list[object]:
    found = _GROUPS.values(record)
    return [part for one in found for part in as_text(one).split(",") if part.strip()]


_MAPPING = AlertMapping(
    source="wazuh",
    fields={
        "external_alert_id": FirstOf(Sentence("{manager.name}/{id}"), At("id", "_id")),
        "title": FirstOf(At("rule.description", "rule.comment"), Sentence("Wazuh rule {rule.id}")),
        "description": At("full_log", "data.win.system.message", "previous_output"),
        "severity": Scale("rule.level", up_to=SEVERITY_UP_TO_LEVEL),
        "threat_type": FirstOf(
            ByAttack(techniques=At("rule.mitre.id"), tactics=At("rule.mitre.tactic")),
            Words("rule.groups", "rule.group", table=THREAT_OF_GROUP, part=True),
        ),
        "detected_at": At("timestamp", "@timestamp", "TimeStamp"),
        "rule_id": At("rule.id", "rule.sidid"),
        "rule_name": At("rule.description", "rule.comment"),
        "source_ip": At(
            "data.srcip",
            "data.src_ip",
            "data.win.eventdata.ipAddress",
            "data.win.eventdata.sourceIp",
            "data.aws.sourceIPAddress",
            "data.aws.source_ip_address",
            "srcip",
        ),
        "destination_ip": At(
            "data.dstip", "data.dest_ip", "data.win.eventdata.destinationIp", "dstip"
        ),
        "source_port": At(
            "data.srcport",
            "data.src_port",
            "data.win.eventdata.ipPort",
            "data.win.eventdata.sourcePort",
            "srcport",
        ),
        "destination_port": At(
            "data.dstport", "data.dest_port", "data.win.eventdata.destinationPort", "dstport"
        ),
        "protocol": At("data.protocol", "data.proto", "data.win.eventdata.protocol"),
        "affected_hostname": FirstOf(
            Worked(_sender, "`predecoder.hostname` if `agent.id` is 000, the manager"),
            At("agent.name", "data.win.system.computer", "predecoder.hostname", "hostname"),
        ),
        "affected_user": At(
            "data.dstuser",
            "data.win.eventdata.targetUserName",
            "data.srcuser",
            "data.win.eventdata.user",
            "data.win.eventdata.subjectUserName",
            "data.aws.userIdentity.userName",
            "syscheck.uname_after",
            "dstuser",
        ),
        "tags": Worked(_groups, "`rule.groups`, `rule.group`"),
        "mitre_techniques": At("rule.mitre.id"),
    },
    context=(
        "agent.id",
        "agent.ip",
        "manager.name",
        "location",
        "decoder.name",
        "rule.level",
        "rule.firedtimes",
        "rule.mitre.technique",
        "rule.pci_dss",
        "data.url",
        "data.win.system.eventID",
        "data.win.eventdata.image",
        "data.win.eventdata.commandLine",
        "data.vulnerability.cve",
        "data.vulnerability.package.name",
        "syscheck.path",
        "syscheck.event",
        "syscheck.sha256_after",
        "previous_output",
    ),
)

FORMAT = AlertFormat(
    name="wazuh",
    title="Wazuh alerts",
    known_by="a rule with a level, and an agent, manager, decoder, location or full_log",
    recognises=recognises,
    map_record=_MAPPING.draft_from,
    unwrap=opening(recognises),
    mapping=_MAPPING,
)
