"""How grave a level of Wazuh's rules is, and what their groups tell of."""

from collections.abc import Mapping
from types import MappingProxyType

from ir_client.wire.values import Severity, ThreatType

SEVERITY_UP_TO_LEVEL: tuple[tuple[float, Severity], ...] = (
    (2, "info"),
    (6, "low"),
    (11, "medium"),
    (14, "high"),
    (16, "critical"),
)

# What a group contains; what says more comes first.
THREAT_OF_GROUP: Mapping[str, ThreatType] = MappingProxyType(
    {
        "ransomware": "ransomware",
        "virus": "malware",
        "malware": "malware",
        "rootcheck": "malware",
        "yara": "malware",
        "phishing": "phishing",
        "sql_injection": "web_attack",
        "web_attack": "web_attack",
        "web_scan": "reconnaissance",
        "recon": "reconnaissance",
        "exploit_attempt": "intrusion",
        "exploit": "intrusion",
        "authentication_fail": "credential_access",
        "invalid_login": "credential_access",
        "win_authentication_failed": "credential_access",
        "login_denied": "credential_access",
        "adduser": "intrusion",
        "privilege_escalation": "privilege_escalation",
        "ddos": "denial_of_service",
        "service_availability": "denial_of_service",
        "policy_violation": "policy_violation",
        "policy_changed": "policy_violation",
        "sca": "policy_violation",
        "vulnerability-detector": "policy_violation",
        "syscheck": "suspicious_activity",
        "ids": "suspicious_activity",
        "attack": "intrusion",
    }
)
