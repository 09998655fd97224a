"""Falcon's own tactics and techniques in our words, and what to keep beside a detection."""

from collections.abc import Mapping
from types import MappingProxyType

from ir_client.wire.values import ThreatType

# What is no ATT&CK: by which means Falcon found it.
THREAT_OF_METHOD: Mapping[str, ThreatType] = MappingProxyType(
    {
        "Ransomware": "ransomware",
        "PUP": "policy_violation",
        "Adware/PUP": "policy_violation",
        "Adware": "policy_violation",
        "Malware": "malware",
        "Malicious File": "malware",
        "Machine Learning": "malware",
        "Sensor-based ML": "malware",
        "Cloud-based ML": "malware",
        "Exploit": "intrusion",
        "Post-Exploit": "intrusion",
        "Falcon Overwatch": "intrusion",
        "Custom Intelligence": "suspicious_activity",
        "Insecure Security Posture": "policy_violation",
    }
)

FIELDS_OF_CONTEXT = (
    "FalconHostLink",
    "falcon_host_link",
    "CommandLine",
    "cmdline",
    "FilePath",
    "filepath",
    "SHA256String",
    "sha256",
    "MD5String",
    "ParentImageFileName",
    "ParentCommandLine",
    "parent_details.cmdline",
    "PatternDispositionDescription",
    "pattern_disposition_description",
    "Objective",
    "Technique",
    "technique",
    "IOCType",
    "IOCValue",
    "DnsRequests.DomainName",
    "MachineDomain",
    "device.device_id",
    "device.external_ip",
    "device.os_version",
    "status",
    "behaviors.cmdline",
    "behaviors.sha256",
    "SourceAccountDomain",
    "TargetEndpointHostName",
)
