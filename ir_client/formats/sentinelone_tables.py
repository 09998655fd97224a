"""SentinelOne's words in ours, and what to keep beside a threat or an alert."""

from collections.abc import Mapping
from types import MappingProxyType

from ir_client.wire.values import Severity, ThreatType

from .severity_words import SEVERITY_OF_WORD

SEVERITY_OF_RULE: Mapping[str, Severity] = MappingProxyType(
    {**SEVERITY_OF_WORD, **{f"E_{word}": value for word, value in SEVERITY_OF_WORD.items()}}
)

THREAT_OF_CLASSIFICATION: Mapping[str, ThreatType] = MappingProxyType(
    {
        "Ransomware": "ransomware",
        "Malware": "malware",
        "Trojan": "malware",
        "Downloader": "malware",
        "Infostealer": "credential_access",
        "Worm": "malware",
        "Virus": "malware",
        "Rootkit": "malware",
        "Cryptominer": "malware",
        "Miner": "malware",
        "Malicious Office Document": "malware",
        "Malicious PDF": "malware",
        "Backdoor": "command_and_control",
        "Remote shell": "command_and_control",
        "Exploit": "intrusion",
        "Lateral Movement": "lateral_movement",
        "Hacktool": "intrusion",
        "PUA": "policy_violation",
        "Adware": "policy_violation",
        "Packed": "suspicious_activity",
        "Interactive shell": "suspicious_activity",
        "Application Control": "policy_violation",
    }
)

FIELDS_OF_CONTEXT = (
    "threatInfo.filePath",
    "threatInfo.sha1",
    "threatInfo.sha256",
    "threatInfo.maliciousProcessArguments",
    "threatInfo.originatorProcess",
    "threatInfo.confidenceLevel",
    "threatInfo.incidentStatus",
    "threatInfo.analystVerdict",
    "mitigationStatus.action",
    "agentDetectionInfo.agentDomain",
    "agentDetectionInfo.externalIp",
    "agentDetectionInfo.siteName",
    "agentRealtimeInfo.agentOsName",
    "agentRealtimeInfo.agentNetworkStatus",
    "alertInfo.incidentStatus",
    "alertInfo.dnsRequest",
    "alertInfo.indicatorName",
    "alertInfo.tiIndicatorValue",
    "sourceProcessInfo.filePath",
    "sourceProcessInfo.commandline",
    "sourceProcessInfo.fileHashSha256",
    "sourceParentProcessInfo.filePath",
    "targetProcessInfo.tgtFilePath",
    "ruleInfo.s1ql",
    "accountname",
    "sitename",
    "agentid",
    "secondarydescription",
)
