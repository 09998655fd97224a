"""The categories of Defender that are no ATT&CK tactics, in our words."""

from collections.abc import Mapping
from types import MappingProxyType

from ir_client.wire.values import ThreatType

THREAT_OF_CATEGORY: Mapping[str, ThreatType] = MappingProxyType(
    {
        "Malware": "malware",
        "Ransomware": "ransomware",
        "Phishing": "phishing",
        "Exploit": "intrusion",
        "WebExploit": "web_attack",
        "CredentialStealing": "credential_access",
        "CredentialTheft": "credential_access",
        "RemoteAccessTool": "command_and_control",
        "Backdoor": "command_and_control",
        "Trojan": "malware",
        "TrojanDownloader": "malware",
        "Worm": "malware",
        "Weaponization": "malware",
        "UnwantedSoftware": "policy_violation",
        "PolicyViolation": "policy_violation",
        "DataLossPrevention": "policy_violation",
        "SuspiciousActivity": "suspicious_activity",
        "SuspiciousNetworkTraffic": "suspicious_activity",
        "NetworkProtection": "suspicious_activity",
    }
)
