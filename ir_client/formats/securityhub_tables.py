"""What the type taxonomy of Security Hub, `namespace/category/classifier`, is in our words."""

from collections.abc import Mapping
from types import MappingProxyType

from ir_client.wire.values import ThreatType

THREAT_OF_FINDING_TYPE: Mapping[str, ThreatType] = MappingProxyType(
    {
        "ttps/initial access": "intrusion",
        "ttps/execution": "malware",
        "ttps/persistence": "intrusion",
        "ttps/privilege escalation": "privilege_escalation",
        "ttps/defense evasion": "suspicious_activity",
        "ttps/credential access": "credential_access",
        "ttps/discovery": "reconnaissance",
        "ttps/lateral movement": "lateral_movement",
        "ttps/collection": "data_exfiltration",
        "ttps/command and control": "command_and_control",
        "effects/data exposure": "data_exfiltration",
        "effects/data exfiltration": "data_exfiltration",
        "effects/denial of service": "denial_of_service",
        "effects/resource consumption": "malware",
        "effects/data destruction": "intrusion",
        "unusual behaviors": "suspicious_activity",
        "sensitive data identifications": "policy_violation",
        "software and configuration checks": "policy_violation",
    }
)
