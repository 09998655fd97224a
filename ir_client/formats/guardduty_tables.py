"""What the type of a GuardDuty finding, `Purpose:Resource/Family.Mechanism`, is in our words."""

from collections.abc import Mapping
from types import MappingProxyType

from ir_client.wire.values import ThreatType

# What is told by the family comes before the purpose that it has in common with others.
THREAT_OF_TYPE: Mapping[str, ThreatType] = MappingProxyType(
    {
        "denialofservice": "denial_of_service",
        "dataexfiltration": "data_exfiltration",
        "bruteforce": "credential_access",
        "c&cactivity": "command_and_control",
        "portsweep": "reconnaissance",
        "phishingdomain": "phishing",
        "maliciousfile": "malware",
        "backdoor:": "command_and_control",
        "behavior:": "suspicious_activity",
        "credentialaccess:": "credential_access",
        "cryptocurrency:": "malware",
        "defenseevasion:": "suspicious_activity",
        "discovery:": "reconnaissance",
        "execution:": "malware",
        "exfiltration:": "data_exfiltration",
        "impact:": "intrusion",
        "initialaccess:": "intrusion",
        "pentest:": "reconnaissance",
        "persistence:": "intrusion",
        "policy:": "policy_violation",
        "privilegeescalation:": "privilege_escalation",
        "recon:": "reconnaissance",
        "stealth:": "suspicious_activity",
        "trojan:": "malware",
        "unauthorizedaccess:": "intrusion",
        "attacksequence:": "intrusion",
    }
)
