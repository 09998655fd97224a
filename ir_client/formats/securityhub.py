"""AWS Security Hub: findings in the AWS Security Finding Format (ASFF) of any product.

Answers of GetFindings and events of EventBridge hold several. What is no open finding is skipped:
archived, resolved or suppressed ones, and checks that passed.
"""

from ir_client.wire.base import JsonObject

from .alert_format import AlertFormat
from .aws import End, findings_in
from .envelopes import opening
from .mapping import AlertMapping
from .securityhub_tables import THREAT_OF_FINDING_TYPE
from .severity_words import SEVERITY_OF_WORD
from .sources import At, FirstOf, Scale, Share, Words, Worked

_CLOSED = ("RESOLVED", "SUPPRESSED")
_ACTIONS = (
    "Action.NetworkConnectionAction",
    "Action.AwsApiCallAction",
    "Action.PortProbeAction.PortProbeDetails",
)
_OUTBOUND = At("Action.NetworkConnectionAction.ConnectionDirection")
_ADDRESSES = {
    "remote": [f"{action}.RemoteIpDetails.IpAddressV4" for action in _ACTIONS],
    "local": [
        "Action.PortProbeAction.PortProbeDetails.LocalIpDetails.IpAddressV4",
        "Resources.Details.AwsEc2Instance.IpV4Addresses",
        "Resources.Details.AwsEc2Instance.IpV6Addresses",
    ],
}
_PORTS = {
    "remote": ["Action.NetworkConnectionAction.RemotePortDetails.Port"],
    "local": [
        "Action.NetworkConnectionAction.LocalPortDetails.Port",
        "Action.PortProbeAction.PortProbeDetails.LocalPortDetails.Port",
    ],
}


def recognises(record: JsonObject) -> bool:
    """Whether `record` is a finding in ASFF."""
    return "ProductArn" in record and "AwsAccountId" in record


_WORKFLOW, _COMPLIANCE = At("Workflow.Status"), At("Compliance.Status")
_RESOURCES = At("Resources.Id")


def _why_skipped(record: JsonObject) -> str | None:
    if record.get("RecordState") == "ARCHIVED":
        return "archived finding"
    for status in _WORKFLOW.values(record):
        if status in _CLOSED:
            return f"{str(status).lower()} finding"
    if "PASSED" in _COMPLIANCE.values(record):
        return "check that passed"
    return None


def _resource(record: JsonObject) -> list[object]:
    """The names of the resources: what their identifiers end in."""
    found = _RESOURCES.values(record)
    names = [text.rpartition(":")[2] for text in found if isinstance(text, str)]
    return [name for name in names if name != "null"]


_MAPPING = AlertMapping(
    source="securityhub",
    skip=_why_skipped,
    fields={
        "external_alert_id": At("Id"),
        "title": At("Title"),
        "description": At("Description"),
        "severity": FirstOf(
            Words(
                "Severity.Label",
                "FindingProviderFields.Severity.Label",
                "ProductFields.aws/securityhub/SeverityLabel",
                table=SEVERITY_OF_WORD,
            ),
            Scale(
                "Severity.Normalized",
                up_to=(
                    (0, "info"),
                    (39, "low"),
                    (69, "medium"),
                    (89, "high"),
                    (100, "critical"),
                ),
            ),
        ),
        "threat_type": Words("Types", table=THREAT_OF_FINDING_TYPE, part=True),
        "detected_at": At("CreatedAt", "FirstObservedAt", "UpdatedAt"),
        "rule_id": At("GeneratorId"),
        "rule_name": At(
            "Compliance.SecurityControlId",
            "ProductFields.ControlId",
            "ProductFields.RuleId",
            "Types",
        ),
        "source_ip": FirstOf(
            At("Network.SourceIpV4", "Network.SourceIpV6"),
            End(is_source=True, outbound=_OUTBOUND, **_ADDRESSES),
        ),
        "destination_ip": FirstOf(
            At("Network.DestinationIpV4", "Network.DestinationIpV6"),
            End(is_source=False, outbound=_OUTBOUND, **_ADDRESSES),
        ),
        "source_port": FirstOf(
            At("Network.SourcePort"), End(is_source=True, outbound=_OUTBOUND, **_PORTS)
        ),
        "destination_port": FirstOf(
            At("Network.DestinationPort"), End(is_source=False, outbound=_OUTBOUND, **_PORTS)
        ),
        "protocol": At("Network.Protocol", "Action.NetworkConnectionAction.Protocol"),
        "affected_hostname": FirstOf(
            At("Resources.Tags.Name"), Worked(_resource, "the end of `Resources.Id`")
        ),
        "affected_user": At(
            "Resources.Details.AwsIamAccessKey.UserName",
            "Resources.Details.AwsIamAccessKey.PrincipalName",
            "Resources.Details.AwsIamUser.UserName",
        ),
        "asset_criticality": At("Criticality", "FindingProviderFields.Criticality"),
        "confidence_score": Share(At("Confidence", "FindingProviderFields.Confidence"), of=100),
        "correlation_id": At("Detection.Sequence.Uid", "RelatedFindings.Id"),
        "tags": At(
            "ProductName",
            "ProductFields.aws/securityhub/ProductName",
            "Types",
            "Compliance.AssociatedStandards.StandardsId",
        ),
        "mitre_techniques": At("Detection.Sequence.SequenceIndicators.Values", "Description"),
    },
    context=(
        "AwsAccountId",
        "Region",
        "ProductName",
        "CompanyName",
        "Resources.Type",
        "Resources.Id",
        "Compliance.Status",
        "Workflow.Status",
        "Remediation.Recommendation.Text",
        "Remediation.Recommendation.Url",
        "Vulnerabilities.Id",
        "Malware.Name",
        "ThreatIntelIndicators.Value",
        "SourceUrl",
        "FirstObservedAt",
        "LastObservedAt",
    ),
)

FORMAT = AlertFormat(
    name="securityhub",
    title="AWS Security Hub (ASFF)",
    known_by="a ProductArn and an AwsAccountId",
    recognises=recognises,
    map_record=_MAPPING.draft_from,
    unwrap=opening(recognises, findings_in),
    mapping=_MAPPING,
)
