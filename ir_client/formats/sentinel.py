"""Microsoft Sentinel: the table SecurityAlert, as CSV or JSON exports and interfaces show it.

Column names changed over the years (`Severity`, `AlertSeverity`), the portal's CSV adds ` [UTC]`
to times, and REST begins them small, under `properties`. Cells that hold JSON are read. An alert
that changes is written again, under the same SystemAlertId.
"""

import json
from typing import Any

from ir_client.wire.base import JsonObject

from .alert_format import AlertFormat
from .envelopes import opening
from .key_case import with_large_initials
from .mapping import AlertMapping
from .microsoft import SEVERITY_OF_MICROSOFT, account_name, rows_of_tables
from .sources import At, ByAttack, FirstOf, Words, Worked
from .threat_words import THREAT_IN_WORDS

_JSON_COLUMNS = ("ExtendedProperties", "Entities", "ExtendedLinks")
_NAMES = ("AlertDisplayName", "DisplayName", "AlertName")
_COMPROMISED = At("CompromisedEntity")
_RULE_IDS = At("ExtendedProperties.Analytic Rule Ids")
_CONFIDENCE = {"high": 0.9, "medium": 0.6, "low": 0.3}


def recognises(record: JsonObject) -> bool:
    """Whether `record` is a row of SecurityAlert."""
    seen = _columns(record)
    return "SystemAlertId" in seen and any(name in seen for name in _NAMES)


def _columns(record: JsonObject) -> JsonObject:
    """The columns under the names of the table."""
    inside = record.get("properties")
    if isinstance(inside, dict) and "systemAlertId" in inside:
        return with_large_initials(inside)
    if "systemAlertId" in record:
        return with_large_initials(record)
    return record


def _seen(record: JsonObject) -> JsonObject:
    seen = {key.removesuffix(" [UTC]"): value for key, value in _columns(record).items()}
    for column in _JSON_COLUMNS:
        seen[column] = _read(seen.get(column))
    if isinstance(tactics := seen.get("Tactics"), str):
        seen["Tactics"] = tactics.strip("[]").replace('"', "").split(",")
    return seen


def _read(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return None


def _entities(record: JsonObject, kind: str) -> list[JsonObject]:
    found = record.get("Entities")
    entities = found if isinstance(found, list) else []
    return [
        entity
        for entity in entities
        if isinstance(entity, dict) and str(entity.get("Type")).lower() == kind
    ]


def _hosts(record: JsonObject) -> list[object]:
    return [
        entity.get("HostName") or entity.get("NetBiosName") for entity in _entities(record, "host")
    ]


def _users(record: JsonObject) -> list[object]:
    return [
        account_name(entity.get("Name"), entity.get("NTDomain"), entity.get("UPNSuffix"))
        for entity in _entities(record, "account")
    ]


def _compromised_host(record: JsonObject) -> list[object]:
    return [one for one in _COMPROMISED.values(record) if "@" not in str(one)]


def _compromised_user(record: JsonObject) -> list[object]:
    return [one for one in _COMPROMISED.values(record) if "@" in str(one)]


def _addresses(record: JsonObject) -> list[object]:
    return [entity.get("Address") for entity in _entities(record, "ip")]


def _ends(*, is_source: bool) -> Worked:
    key, words = ("SourceAddress", "source") if is_source else ("DestinationAddress", "destination")

    at = At(f"connections.{key}.Address")

    def found(record: JsonObject) -> list[object]:
        connections = _entities(record, "network-connection")
        return at.values({"connections": connections})

    return Worked(found, f"the {words} of a network connection in `Entities`")


def _rule_ids(record: JsonObject) -> list[object]:
    """`["…"]`, as an analytics rule writes its own identifier."""
    found = _RULE_IDS.values(record)
    return [text.strip('[]" ') for text in found if isinstance(text, str)]


_MAPPING = AlertMapping(
    source="sentinel",
    view=_seen,
    fields={
        "external_alert_id": At("SystemAlertId"),
        "title": At(*_NAMES),
        "description": At("Description"),
        "severity": Words("AlertSeverity", "Severity", table=SEVERITY_OF_MICROSOFT),
        "threat_type": FirstOf(
            ByAttack(techniques=At("Techniques"), tactics=At("Tactics", "Intent")),
            Words("AlertType", *_NAMES, table=THREAT_IN_WORDS, part=True),
        ),
        "detected_at": At("TimeGenerated", "ProcessingEndTime", "StartTimeUtc", "StartTime"),
        "rule_id": FirstOf(
            Worked(_rule_ids, "`ExtendedProperties.Analytic Rule Ids`"), At("AlertType")
        ),
        "rule_name": At("ExtendedProperties.Analytic Rule Name", "AlertName", "AlertDisplayName"),
        "source_ip": FirstOf(
            At(
                "ExtendedProperties.Attacker IP",
                "ExtendedProperties.Attacker source IP",
                "ExtendedProperties.Client IP Address",
                "ExtendedProperties.Client Address",
            ),
            _ends(is_source=True),
            Worked(_addresses, "the first `ip` in `Entities`"),
        ),
        "destination_ip": FirstOf(
            At("ExtendedProperties.Victim IP", "ExtendedProperties.Machine IP"),
            _ends(is_source=False),
        ),
        "source_port": At("ExtendedProperties.Attacker Port"),
        "destination_port": At("ExtendedProperties.Victim Port"),
        "affected_hostname": FirstOf(
            Worked(_hosts, "the first `host` in `Entities`"),
            At("ExtendedProperties.Compromised Host"),
            Worked(_compromised_host, "`CompromisedEntity`, unless it is a user's address"),
        ),
        "affected_user": FirstOf(
            Worked(_users, "the first `account` in `Entities`"),
            At("ExtendedProperties.User Name", "ExtendedProperties.user name"),
            Worked(_compromised_user, "`CompromisedEntity` if it is a user's address"),
        ),
        "confidence_score": FirstOf(
            At("ConfidenceScore"), Words("ConfidenceLevel", table=_CONFIDENCE)
        ),
        "tags": At("ProductName", "ProductComponentName", "VendorName", "Tactics"),
        "mitre_techniques": At("Techniques", "SubTechniques"),
    },
    tactics=("Tactics", "Intent"),
    context=(
        "ProviderName",
        "ProviderAlertId",
        "VendorOriginalId",
        "Status",
        "AlertLink",
        "RemediationSteps",
        "StartTime",
        "EndTime",
        "StartTimeUtc",
        "EndTimeUtc",
        "WorkspaceResourceGroup",
        "ResourceId",
        "ExtendedProperties.Suspicious Process",
        "ExtendedProperties.Suspicious Command Line",
        "ExtendedLinks.Href",
    ),
)

FORMAT = AlertFormat(
    name="sentinel",
    title="Microsoft Sentinel SecurityAlert",
    known_by="a SystemAlertId and the name of an alert",
    recognises=recognises,
    map_record=_MAPPING.draft_from,
    unwrap=opening(recognises, rows_of_tables),
    mapping=_MAPPING,
)
