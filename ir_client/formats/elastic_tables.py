"""Elastic's words and numbers in ours, and what is worth seeing beside an alert."""

from collections.abc import Mapping
from types import MappingProxyType

from ir_client.wire.values import Severity, ThreatType

SEVERITY_OF_WORD: Mapping[str, Severity] = MappingProxyType(
    {"critical": "critical", "high": "high", "medium": "medium", "low": "low"}
)

# The bands whose upper ends Elastic proposes as the risk of a severity: 21, 47, 73, 99.
SEVERITY_UP_TO_RISK: tuple[tuple[float, Severity], ...] = (
    (21, "low"),
    (47, "medium"),
    (73, "high"),
    (100, "critical"),
)

# Filebeat copies Suricata's priority, where 1 is the gravest, into event.severity.
SEVERITY_OF_PRIORITY: Mapping[str, Severity] = MappingProxyType(
    {"1": "high", "2": "medium", "3": "low", "4": "info"}
)

THREAT_OF_CATEGORY: Mapping[str, ThreatType] = MappingProxyType(
    {
        "malware": "malware",
        "intrusion_detection": "intrusion",
        "authentication": "credential_access",
        "vulnerability": "policy_violation",
        "email": "phishing",
        "web": "web_attack",
    }
)

CRITICALITY: Mapping[str, str] = MappingProxyType(
    {
        "extreme_impact": "critical",
        "high_impact": "high",
        "medium_impact": "medium",
        "low_impact": "low",
    }
)

CONTEXT = (
    "kibana.alert.workflow_status",
    "kibana.alert.original_time",
    "kibana.alert.rule.type",
    "kibana.alert.rule.references",
    "kibana.alert.url",
    "signal.status",
    "signal.original_time",
    "event.action",
    "event.module",
    "event.dataset",
    "host.os.name",
    "host.ip",
    "process.executable",
    "process.command_line",
    "process.parent.name",
    "file.path",
    "file.hash.sha256",
    "dns.question.name",
    "url.full",
)
