"""MITRE ATT&CK in our words: which threat type a tactic or a well-known technique is.

Tactic names and numbers are those of ATT&CK for Enterprise; names are compared in lower case with
blanks (`readable_tactic` makes `TA0006`, `credential-access`, `CredentialAccess`, Sigma's
`attack.credential-access`, Falco's `mitre_credential_access` and Hayabusa's `CredAccess` such).
"""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ir_client.wire.values import ThreatType

THREAT_OF_TACTIC: Mapping[str, ThreatType] = MappingProxyType(
    {
        "reconnaissance": "reconnaissance",
        "discovery": "reconnaissance",
        "initial access": "intrusion",
        "execution": "malware",
        "persistence": "intrusion",
        "privilege escalation": "privilege_escalation",
        "defense evasion": "suspicious_activity",
        "credential access": "credential_access",
        "lateral movement": "lateral_movement",
        "collection": "data_exfiltration",
        "command and control": "command_and_control",
        "exfiltration": "data_exfiltration",
        "impact": "denial_of_service",
        "resource development": "suspicious_activity",
    }
)

_TACTIC_OF_NUMBER: Mapping[str, str] = MappingProxyType(
    {
        "TA0043": "reconnaissance",
        "TA0042": "resource development",
        "TA0001": "initial access",
        "TA0002": "execution",
        "TA0003": "persistence",
        "TA0004": "privilege escalation",
        "TA0005": "defense evasion",
        "TA0006": "credential access",
        "TA0007": "discovery",
        "TA0008": "lateral movement",
        "TA0009": "collection",
        "TA0011": "command and control",
        "TA0010": "exfiltration",
        "TA0040": "impact",
    }
)

# As Hayabusa shortens them.
_SHORT_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "recon": "reconnaissance",
        "res dev": "resource development",
        "init access": "initial access",
        "exec": "execution",
        "persis": "persistence",
        "priv esc": "privilege escalation",
        "evas": "defense evasion",
        "defense impairment": "defense evasion",
        "stealth": "defense evasion",
        "cred access": "credential access",
        "disc": "discovery",
        "lat mov": "lateral movement",
        "collect": "collection",
        "c2": "command and control",
        "exfil": "exfiltration",
    }
)

# Those whose technique says more than its tactic; others are told by the tactic alone.
THREAT_OF_TECHNIQUE: Mapping[str, ThreatType] = MappingProxyType(
    {
        "T1486": "ransomware",
        "T1490": "ransomware",
        "T1566": "phishing",
        "T1598": "phishing",
        "T1110": "credential_access",
        "T1003": "credential_access",
        "T1558": "credential_access",
        "T1190": "web_attack",
        "T1595": "reconnaissance",
        "T1046": "reconnaissance",
        "T1021": "lateral_movement",
        "T1570": "lateral_movement",
        "T1068": "privilege_escalation",
        "T1548": "privilege_escalation",
        "T1071": "command_and_control",
        "T1105": "command_and_control",
        "T1041": "data_exfiltration",
        "T1048": "data_exfiltration",
        "T1567": "data_exfiltration",
        "T1498": "denial_of_service",
        "T1499": "denial_of_service",
        "T1496": "malware",
        "T1485": "malware",
        "T1561": "malware",
        "T1565": "suspicious_activity",
        "T1491": "web_attack",
        "T1204": "malware",
    }
)

_BETWEEN_TACTICS = re.compile(r"\s*[,;|¦\n]\s*")
_PREFIX = re.compile(r"(?:attack\.|mitre_|attack::)", re.IGNORECASE)
_WORD_BREAK = re.compile(r"(?<=[a-z])(?=[A-Z])|[-_\s]+")


def readable_tactic(text: str) -> str:
    """`TA0006`, `credential-access`, `CredentialAccess` → `credential access`."""
    number = text.strip().upper()
    if number in _TACTIC_OF_NUMBER:
        return _TACTIC_OF_NUMBER[number]
    bare = _PREFIX.sub("", text.strip(), count=1)
    words = " ".join(part for part in _WORD_BREAK.split(bare) if part).lower()
    return _SHORT_NAMES.get(words, words)


def threat_of(techniques: Iterable[str], tactics: Iterable[str] = ()) -> ThreatType:
    """The threat type of the first technique that has one of its own, else of the first tactic.

    A text may hold several tactics, with commas or bars between them.
    """
    for technique in techniques:
        if threat := THREAT_OF_TECHNIQUE.get(technique.upper().partition(".")[0]):
            return threat
    for text in tactics:
        for tactic in _BETWEEN_TACTICS.split(text):
            if threat := THREAT_OF_TACTIC.get(readable_tactic(tactic)):
                return threat
    return "unknown"
