"""What Suricata's classes and priorities mean in our words (docs/formats.md shows the tables).

The classes are those of Suricata's `classification.config`; a ruleset may bring more.
"""

from collections.abc import Mapping
from types import MappingProxyType

from ir_client.wire.values import Severity, ThreatType

# Priority 1 holds policy violations beside trojans, so on its own it is high, not critical.
SEVERITY_OF_PRIORITY: Mapping[int, Severity] = MappingProxyType({1: "high", 2: "medium", 3: "low"})
LOWEST_PRIORITY = 255

SEVERITY_OF_RULE: Mapping[str, Severity] = MappingProxyType(
    {
        "critical": "critical",
        "major": "high",
        "minor": "low",
        "informational": "info",
        "audit": "info",
    }
)

# The attack has worked: no analyst should meet these below ordinary high alerts.
SUCCEEDED = frozenset(
    {
        "successful administrator privilege gain",
        "successful user privilege gain",
        "successful credential theft detected",
    }
)

CONFIDENCE: Mapping[str, float] = MappingProxyType({"high": 0.9, "medium": 0.6, "low": 0.3})

THREAT_OF_CLASS: Mapping[str, ThreatType] = MappingProxyType(
    {
        "a client was using an unusual port": "suspicious_activity",
        "a network trojan was detected": "malware",
        "a suspicious filename was detected": "suspicious_activity",
        "a suspicious string was detected": "suspicious_activity",
        "a system call was detected": "suspicious_activity",
        "a tcp connection was detected": "suspicious_activity",
        "access to a potentially vulnerable web application": "web_attack",
        "an attempted login using a suspicious username was detected": "credential_access",
        "attempt to login by a default username and password": "credential_access",
        "attempted administrator privilege gain": "privilege_escalation",
        "attempted denial of service": "denial_of_service",
        "attempted information leak": "reconnaissance",
        "attempted user privilege gain": "privilege_escalation",
        "command and control activity detected": "command_and_control",
        "crypto currency mining activity detected": "malware",
        "decode of an rpc query": "reconnaissance",
        "denial of service": "denial_of_service",
        "detection of a denial of service attack": "denial_of_service",
        "detection of a network scan": "reconnaissance",
        "detection of a non-standard protocol or event": "suspicious_activity",
        "device retrieving external ip address detected": "reconnaissance",
        "domain observed used for c2 detected": "command_and_control",
        "executable code was detected": "malware",
        "exploit kit activity detected": "intrusion",
        "generic icmp event": "suspicious_activity",
        "generic protocol command decode": "suspicious_activity",
        "inappropriate content was detected": "policy_violation",
        "information leak": "data_exfiltration",
        "large scale information leak": "data_exfiltration",
        "malware command and control activity detected": "command_and_control",
        "misc activity": "suspicious_activity",
        "misc attack": "intrusion",
        "not suspicious traffic": "unknown",
        "possible social engineering attempted": "phishing",
        "possibly unwanted program detected": "policy_violation",
        "potential corporate privacy violation": "policy_violation",
        "potentially bad traffic": "suspicious_activity",
        "successful administrator privilege gain": "privilege_escalation",
        "successful credential theft detected": "credential_access",
        "successful user privilege gain": "privilege_escalation",
        "targeted malicious activity was detected": "intrusion",
        "unknown traffic": "unknown",
        "unsuccessful user privilege gain": "privilege_escalation",
        "web application attack": "web_attack",
    }
)
