"""What the words of a title or a category tell of the threat, where nothing better does."""

from collections.abc import Mapping
from types import MappingProxyType

from ir_client.wire.values import ThreatType

# The first that is part of the text: what is worse, or says more, before what is common.
THREAT_IN_WORDS: Mapping[str, ThreatType] = MappingProxyType(
    {
        "ransom": "ransomware",
        "phish": "phishing",
        "brute force": "credential_access",
        "bruteforce": "credential_access",
        "credential": "credential_access",
        "sql injection": "web_attack",
        "cross-site": "web_attack",
        "cross site": "web_attack",
        "web attack": "web_attack",
        "port scan": "reconnaissance",
        "portscan": "reconnaissance",
        "reconnaissance": "reconnaissance",
        "privilege escalation": "privilege_escalation",
        "bypass uac": "privilege_escalation",
        "golden ticket": "credential_access",
        "command and control": "command_and_control",
        "botnet": "command_and_control",
        "exfiltration": "data_exfiltration",
        "denial of service": "denial_of_service",
        "ddos": "denial_of_service",
        "lateral movement": "lateral_movement",
        "cryptominer": "malware",
        "currency mining": "malware",
        "malware": "malware",
        "virus": "malware",
        "trojan": "malware",
        "spyware": "malware",
        "exploit": "intrusion",
        "intrusion": "intrusion",
        "policy violation": "policy_violation",
    }
)
