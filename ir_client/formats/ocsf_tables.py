"""OCSF's numbers and words in ours, and what is worth seeing beside a finding."""

from collections.abc import Mapping
from types import MappingProxyType

from ir_client.wire.values import Severity, ThreatType

# 0 is unknown and 99 other: there, the source's own word counts.
SEVERITY_OF_ID: Mapping[str, Severity] = MappingProxyType(
    {"1": "info", "2": "low", "3": "medium", "4": "high", "5": "critical", "6": "critical"}
)

SEVERITY_OF_WORD: Mapping[str, Severity] = MappingProxyType(
    {
        "fatal": "critical",
        "critical": "critical",
        "severe": "critical",
        "high": "high",
        "major": "high",
        "medium": "medium",
        "moderate": "medium",
        "low": "low",
        "minor": "low",
        "informational": "info",
        "info": "info",
    }
)

SEVERITY_OF_RISK_LEVEL: Mapping[str, Severity] = MappingProxyType(
    {"0": "info", "1": "low", "2": "medium", "3": "high", "4": "critical"}
)

CONFIDENCE_OF_ID: Mapping[str, float] = MappingProxyType({"1": 0.3, "2": 0.6, "3": 0.9})

THREAT_IN_MALWARE: Mapping[str, ThreatType] = MappingProxyType(
    {
        "ransomware": "ransomware",
        "ddos": "denial_of_service",
        "remote-access": "command_and_control",
        "backdoor": "malware",
        "trojan": "malware",
        "virus": "malware",
        "worm": "malware",
        "spyware": "malware",
        "rootkit": "malware",
        "adware": "malware",
        "malware": "malware",
    }
)

THREAT_IN_TYPE: Mapping[str, ThreatType] = MappingProxyType(
    {
        "ransomware": "ransomware",
        "malware": "malware",
        "trojan": "malware",
        "cryptocurrency": "malware",
        "phishing": "phishing",
        "exfiltration": "data_exfiltration",
        "credential": "credential_access",
        "privilegeescalation": "privilege_escalation",
        "recon": "reconnaissance",
        "discovery": "reconnaissance",
        "unauthorizedaccess": "intrusion",
        "iam": "policy_violation",
        "policy": "policy_violation",
        "configuration": "policy_violation",
        "compliance": "policy_violation",
        "vulnerabilit": "policy_violation",
    }
)

CONTEXT = (
    "metadata.product.vendor_name",
    "metadata.version",
    "activity_name",
    "status",
    "status_detail",
    "state",
    "cloud.provider",
    "cloud.account.uid",
    "cloud.region",
    "resources.uid",
    "resources.type",
    "evidences.process.cmd_line",
    "evidences.file.path",
    "process.cmd_line",
    "malware.name",
    "remediation.desc",
    "finding_info.src_url",
)
