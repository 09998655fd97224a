"""The closed vocabularies of the contract, in their order.

Writers are held to the `Literal` types. Readers keep any string, so everything that ranks or
groups a value must have an answer for an unknown one.
"""

from typing import Literal, get_args

Severity = Literal["critical", "high", "medium", "low", "info"]
AlertStatus = Literal[
    "new",
    "triaged",
    "investigating",
    "in_progress",
    "contained",
    "escalated",
    "resolved",
    "false_positive",
    "closed",
]
IncidentStatus = Literal[
    "new",
    "assigned",
    "investigating",
    "in_progress",
    "contained",
    "active",
    "resolved",
    "closed",
    "false_positive",
]
Disposition = Literal["true_positive", "benign", "false_positive", "duplicate", "inconclusive"]
Priority = Literal["P1", "P2", "P3", "P4"]
Role = Literal["analyst", "senior_analyst", "manager", "admin"]
ThreatType = Literal[
    "malware",
    "phishing",
    "ransomware",
    "intrusion",
    "reconnaissance",
    "credential_access",
    "lateral_movement",
    "privilege_escalation",
    "command_and_control",
    "data_exfiltration",
    "denial_of_service",
    "web_attack",
    "insider_threat",
    "policy_violation",
    "suspicious_activity",
    "unknown",
]

SEVERITIES: tuple[str, ...] = get_args(Severity)
ALERT_STATUSES: tuple[str, ...] = get_args(AlertStatus)
INCIDENT_STATUSES: tuple[str, ...] = get_args(IncidentStatus)
DISPOSITIONS: tuple[str, ...] = get_args(Disposition)
PRIORITIES: tuple[str, ...] = get_args(Priority)
ROLES: tuple[str, ...] = get_args(Role)
THREAT_TYPES: tuple[str, ...] = get_args(ThreatType)

CLOSED_STATUSES = frozenset({"resolved", "false_positive", "closed"})

_SEVERITY_RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}
_ROLE_RANK = {role: rank for rank, role in enumerate(ROLES)}


def severity_rank(severity: str) -> int:
    """0 for critical, growing downwards; unknown severities come after info."""
    return _SEVERITY_RANK.get(severity, len(SEVERITIES))


def is_open(status: str) -> bool:
    """Whether an alert or incident in `status` still wants attention; unknown statuses do."""
    return status not in CLOSED_STATUSES


def role_at_least(role: str, minimum: Role) -> bool:
    """Whether `role` ranks at or above `minimum`; an unknown role ranks below all."""
    return _ROLE_RANK.get(role, -1) >= _ROLE_RANK[minimum]
