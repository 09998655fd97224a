"""Microsoft Defender XDR: alerts of Graph's security interface (`alerts_v2`), of the incidents'
interface, and the older alerts of Defender for Endpoint.

Answers hold them under `value`; an incident that was fetched with its alerts gives those. An alert
keeps its id while its status changes.
"""

from ir_client.wire.base import JsonObject

from .alert_format import AlertFormat
from .defender_tables import THREAT_OF_CATEGORY
from .envelopes import opening
from .mapping import AlertMapping
from .microsoft import SEVERITY_OF_MICROSOFT, account_name, values_of
from .sources import At, ByAttack, FirstOf, Words, Worked
from .threat_words import THREAT_IN_WORDS

_TYPE = "@odata.type"
_EVIDENCE, _LOGGED_ON = At("evidence", "entities"), At("loggedOnUsers")


def recognises(record: JsonObject) -> bool:
    """Whether `record` is an alert of Defender, new or old."""
    if "title" not in record:
        return False
    is_graphs = "createdDateTime" in record and not record.keys().isdisjoint(
        {"serviceSource", "detectionSource", "providerAlertId"}
    )
    is_incidents = "alertId" in record and "serviceSource" in record
    return is_graphs or is_incidents or "alertCreationTime" in record


def _alerts_in(record: JsonObject) -> list[object] | None:
    """The alerts of an answer; those of its incidents if it holds incidents."""
    values = values_of(record)
    if values is None:
        return _of_incident(record)
    found: list[object] = []
    for value in values:
        alerts = _of_incident(value)
        found += [value] if alerts is None else alerts
    return found


def _of_incident(value: object) -> list[object] | None:
    if not isinstance(value, dict) or recognises(value):
        return None
    alerts = value.get("alerts")
    return alerts if isinstance(alerts, list) else None


def _evidence(record: JsonObject) -> list[JsonObject]:
    found = _EVIDENCE.values(record)
    return [one for one in found if isinstance(one, dict)]


def _users(record: JsonObject) -> list[object]:
    """The users, those that are told for themselves before those that a process ran as."""
    named = [record.get("relatedUser"), *_LOGGED_ON.values(record)]
    for evidence in sorted(_evidence(record), key=_is_of_a_process):
        named += [evidence.get("userAccount"), evidence]
        named += _LOGGED_ON.values(evidence)
    return [_user(one) for one in named if isinstance(one, dict)]


def _is_of_a_process(evidence: JsonObject) -> bool:
    kind = str(evidence.get(_TYPE, evidence.get("entityType", "")))
    return not kind.lower().removesuffix("evidence").endswith("user")


def _user(one: JsonObject) -> str:
    name, domain = one.get("accountName") or one.get("userName"), one.get("domainName")
    return account_name(name, domain) or str(one.get("userPrincipalName") or "")


_MAPPING = AlertMapping(
    source="defender",
    fields={
        "external_alert_id": At("id", "alertId"),
        "title": At("title"),
        "description": At("description"),
        "severity": Words("severity", table=SEVERITY_OF_MICROSOFT),
        "threat_type": FirstOf(
            Words("category", "categories", table=THREAT_OF_CATEGORY),
            ByAttack(techniques=At("mitreTechniques"), tactics=At("category", "categories")),
            Words("title", table=THREAT_IN_WORDS, part=True),
        ),
        "detected_at": At("createdDateTime", "alertCreationTime", "creationTime"),
        "rule_id": At("detectorId"),
        "rule_name": At("title"),
        "source_ip": At(
            "evidence.sourceAddress.ipAddress",
            "evidence.ipAddress",
            "evidence.senderIp",
            "entities.ipAddress",
        ),
        "destination_ip": At("evidence.destinationAddress.ipAddress"),
        "source_port": At("evidence.sourcePort"),
        "destination_port": At("evidence.destinationPort"),
        "protocol": At("evidence.protocol"),
        "affected_hostname": At(
            "computerDnsName",
            "evidence.deviceDnsName",
            "evidence.hostName",
            "devices.deviceDnsName",
        ),
        "affected_user": Worked(
            _users,
            "`relatedUser`, `loggedOnUsers`, users of `evidence` or `entities`: the account with "
            "its domain, else `userPrincipalName`",
        ),
        "correlation_id": At("incidentId"),
        "tags": At(
            "category",
            "categories",
            "serviceSource",
            "detectionSource",
            "threatFamilyName",
            "systemTags",
            "evidence.tags",
        ),
        "mitre_techniques": At("mitreTechniques"),
    },
    tactics=("category", "categories"),
    context=(
        "alertWebUrl",
        "incidentWebUrl",
        "status",
        "classification",
        "determination",
        "productName",
        "investigationState",
        "threatDisplayName",
        "threatName",
        "actorDisplayName",
        "recommendedActions",
        "machineId",
        "evidence.mdeDeviceId",
        "evidence.verdict",
        "evidence.fileDetails.fileName",
        "evidence.fileDetails.sha256",
        "evidence.fileName",
        "evidence.sha256",
        "evidence.processCommandLine",
        "evidence.url",
        "evidence.subject",
    ),
)

FORMAT = AlertFormat(
    name="defender",
    title="Microsoft Defender XDR",
    known_by="a title with createdDateTime and serviceSource, or with alertCreationTime",
    recognises=recognises,
    map_record=_MAPPING.draft_from,
    unwrap=opening(recognises, _alerts_in),
    mapping=_MAPPING,
)
