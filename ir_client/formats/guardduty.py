"""Amazon GuardDuty: findings in camelCase (EventBridge, S3) or PascalCase (command line, SDKs).

A finding that is seen again is the same finding, with a higher count: its id stays. Archived ones
were put aside by a person or a suppression rule, and are skipped.
"""

from ir_client.wire.base import JsonObject

from .alert_format import AlertFormat
from .aws import End, findings_in
from .envelopes import opening
from .guardduty_tables import THREAT_OF_TYPE
from .key_case import with_small_initials
from .mapping import AlertMapping
from .sources import At, FirstOf, Scale, Words, Worked

_ACTION = "service.action"
_REMOTE = (
    f"{_ACTION}.networkConnectionAction",
    f"{_ACTION}.awsApiCallAction",
    f"{_ACTION}.kubernetesApiCallAction",
    f"{_ACTION}.rdsLoginAttemptAction",
    f"{_ACTION}.portProbeAction.portProbeDetails",
)
_LOCAL = (
    f"{_ACTION}.networkConnectionAction",
    f"{_ACTION}.portProbeAction.portProbeDetails",
)
_OUTBOUND = At(f"{_ACTION}.networkConnectionAction.connectionDirection", "service.resourceRole")
_ADDRESSES = {
    "remote": [f"{action}.remoteIpDetails.ipAddressV{v}" for action in _REMOTE for v in "46"]
    + ["service.detection.sequence.endpoints.ip"],
    "local": [f"{action}.localIpDetails.ipAddressV4" for action in _LOCAL]
    + [
        "resource.instanceDetails.networkInterfaces.privateIpAddress",
        "resource.instanceDetails.networkInterfaces.ipv6Addresses",
    ],
}
_PORTS = {
    "remote": [f"{action}.remotePortDetails.port" for action in _LOCAL[:1]],
    "local": [f"{action}.localPortDetails.port" for action in _LOCAL],
}


def recognises(record: JsonObject) -> bool:
    """Whether `record` is a finding of GuardDuty."""
    arn = record.get("arn", record.get("Arn"))
    has_type = "type" in record or "Type" in record
    return has_type and isinstance(arn, str) and ":guardduty:" in arn


def _seen(record: JsonObject) -> JsonObject:
    return with_small_initials(record) if "Arn" in record else record


def _why_skipped(record: JsonObject) -> str | None:
    service = record.get("service", record.get("Service"))
    if not isinstance(service, dict):
        return None
    is_archived = service.get("archived", service.get("Archived")) is True
    return "archived finding" if is_archived else None


_TAGS = At("resource.instanceDetails.tags")
_SAMPLE = At("service.additionalInfo.sample")


def _host(record: JsonObject) -> list[object]:
    return [
        tag["value"]
        for tag in _TAGS.values(record)
        if isinstance(tag, dict) and tag.get("key") == "Name" and "value" in tag
    ]


def _sample(record: JsonObject) -> str | None:
    return "sample" if True in _SAMPLE.values(record) else None


_MAPPING = AlertMapping(
    source="guardduty",
    view=_seen,
    skip=_why_skipped,
    fields={
        "external_alert_id": At("id"),
        "title": At("title", "type"),
        "description": At("description"),
        "severity": Scale(
            "severity",
            up_to=(
                (0.9, "info"),
                (3.9, "low"),
                (6.9, "medium"),
                (8.9, "high"),
                (10, "critical"),
            ),
        ),
        "threat_type": Words("type", table=THREAT_OF_TYPE, part=True),
        "detected_at": At("createdAt", "service.eventFirstSeen", "updatedAt"),
        "rule_id": At("type"),
        "rule_name": At("type"),
        "source_ip": End(is_source=True, outbound=_OUTBOUND, **_ADDRESSES),
        "destination_ip": End(is_source=False, outbound=_OUTBOUND, **_ADDRESSES),
        "source_port": End(is_source=True, outbound=_OUTBOUND, **_PORTS),
        "destination_port": End(is_source=False, outbound=_OUTBOUND, **_PORTS),
        "protocol": At(
            f"{_ACTION}.networkConnectionAction.protocol", f"{_ACTION}.dnsRequestAction.protocol"
        ),
        "affected_hostname": FirstOf(
            Worked(_host, "the `Name` in `resource.instanceDetails.tags`"),
            At(
                "resource.instanceDetails.instanceId",
                "resource.eksClusterDetails.name",
                "resource.ecsClusterDetails.name",
                "resource.lambdaDetails.functionName",
                "resource.rdsDbInstanceDetails.dbInstanceIdentifier",
                "resource.s3BucketDetails.name",
            ),
        ),
        "affected_user": At(
            "resource.accessKeyDetails.userName",
            "resource.kubernetesDetails.kubernetesUserDetails.username",
            "resource.rdsDbUserDetails.user",
            "service.detection.sequence.actors.user.name",
            "service.runtimeDetails.process.user",
        ),
        "correlation_id": At("associatedAttackSequenceArn", "service.detection.sequence.uid"),
        "tags": FirstOf(
            At("resource.resourceType", "service.featureName"),
            Worked(_sample, "`sample` if `service.additionalInfo.sample` is true"),
        ),
        "mitre_techniques": At(
            "service.detection.sequence.sequenceIndicators.values", "description"
        ),
    },
    tactics=("service.detection.sequence.sequenceIndicators.values",),
    context=(
        "accountId",
        "region",
        "service.count",
        "service.eventFirstSeen",
        "service.eventLastSeen",
        "service.action.actionType",
        "service.action.awsApiCallAction.api",
        "service.action.awsApiCallAction.serviceName",
        "service.action.dnsRequestAction.domain",
        "service.action.networkConnectionAction.remoteIpDetails.country.countryName",
        "service.action.awsApiCallAction.remoteIpDetails.country.countryName",
        "service.evidence.threatIntelligenceDetails.threatListName",
        "service.evidence.threatIntelligenceDetails.threatNames",
        "service.runtimeDetails.process.executablePath",
        "resource.accessKeyDetails.accessKeyId",
        "resource.accessKeyDetails.principalId",
        "resource.instanceDetails.instanceId",
    ),
)

FORMAT = AlertFormat(
    name="guardduty",
    title="AWS GuardDuty",
    known_by="an arn of GuardDuty and a type",
    recognises=recognises,
    map_record=_MAPPING.draft_from,
    unwrap=opening(recognises, findings_in),
    mapping=_MAPPING,
)
