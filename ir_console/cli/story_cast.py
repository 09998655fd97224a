"""The cast of the demo, and how one beat of a plot becomes the fields of an alert.

Outside addresses and domains are those reserved for documentation: nothing points at anyone.
"""

import re
from dataclasses import dataclass
from random import Random
from typing import Any

from ir_client.wire.values import Severity, ThreatType

_PEOPLE = (
    "a.lindqvist", "b.okafor", "c.moreau", "d.tanaka", "e.novak", "f.rossi", "g.haddad",
    "h.jensen", "i.popescu", "k.meyer", "l.santos", "m.keller", "n.kaya", "o.brien", "p.silva",
)  # fmt: skip
_SERVERS = (
    "dc01", "dc02", "fs-finance", "mail-gw", "vpn-edge", "web-shop-1", "web-shop-2", "sql-erp",
    "jump-01", "backup-02", "ci-runner-3", "git-internal",
)  # fmt: skip
_MAIL_GATEWAY = "mail-gw"
_DEPARTMENTS = ("fin", "hr", "eng", "sales", "legal")
_ATTACKER_NETS = ("192.0.2", "198.51.100", "203.0.113")
_DOMAINS = (
    "cdn-sync.example", "invoice-portal.example", "login-verify.example", "updates-core.example",
    "telemetry-eu.example", "fileshare-fast.example",
)  # fmt: skip


# What names the cast in a title: without it, the title is the name of the rule.
_NAMING = re.compile(r" (?:against|by|for|from|of|on|to) \{\w+\}")


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays in one story."""

    user: str
    workstation: str
    workstation_ip: str
    server: str
    server_ip: str
    attacker_ip: str
    domain: str


def cast_for(random: Random) -> Cast:
    """Choose a cast; every member stays the same throughout a story."""
    number = random.randrange(10, 250)
    return Cast(
        user=random.choice(_PEOPLE),
        workstation=f"ws-{random.choice(_DEPARTMENTS)}-{number:03}",
        workstation_ip=f"10.20.{random.randrange(1, 40)}.{number}",
        server=random.choice(_SERVERS),
        server_ip=f"10.10.{random.randrange(1, 6)}.{random.randrange(10, 60)}",
        attacker_ip=f"{random.choice(_ATTACKER_NETS)}.{random.randrange(2, 254)}",
        domain=random.choice(_DOMAINS),
    )


@dataclass(frozen=True, slots=True)
class Beat:
    """One alert of a plot; `{...}` in its texts names a member of the cast.

    `flow` says between whom: `in` attacker → server, `out` workstation → attacker, `side`
    workstation → server, `mail` attacker → mail gateway, `local` within the workstation.
    """

    plot: str
    source: str
    rule: str
    title: str
    severity: Severity
    threat: ThreatType
    techniques: tuple[str, ...] = ()
    flow: str = "local"
    port: int | None = None
    tags: tuple[str, ...] = ()
    confidence: float = 0.7
    description: str = ""

    def fields(self, cast: Cast) -> dict[str, Any]:
        """The fields of the alert, told with this cast."""
        names = {name: getattr(cast, name) for name in Cast.__slots__}
        fields: dict[str, Any] = {
            "title": self.title.format(**names),
            "description": self.description.format(**names) or None,
            "severity": self.severity,
            "source": self.source,
            "source_system": "demo",
            "threat_type": self.threat,
            "rule_id": f"{self.source.upper()}-{self.rule}",
            "rule_name": _NAMING.sub("", self.title),
            "confidence_score": self.confidence,
            "mitre_techniques": list(self.techniques),
            "tags": list(self.tags),
            **_flow(self, cast),
        }
        return {key: value for key, value in fields.items() if value not in (None, [])}


def _flow(beat: Beat, cast: Cast) -> dict[str, Any]:
    on_server = {"affected_hostname": cast.server, "asset_criticality": "high"}
    on_workstation = {"affected_hostname": cast.workstation, "affected_user": cast.user}
    network = {"destination_port": beat.port, "protocol": "TCP" if beat.port else None}
    match beat.flow:
        case "in":
            ends = {"source_ip": cast.attacker_ip, "destination_ip": cast.server_ip}
            return {**on_server, **ends, **network}
        case "out":
            ends = {"source_ip": cast.workstation_ip, "destination_ip": cast.attacker_ip}
            return {**on_workstation, **ends, **network}
        case "side":
            ends = {"source_ip": cast.workstation_ip, "destination_ip": cast.server_ip}
            return {**on_server, "affected_user": cast.user, **ends, **network}
        case "mail":
            received = {"affected_hostname": _MAIL_GATEWAY, "affected_user": cast.user}
            return {**received, "source_ip": cast.attacker_ip, **network}
        case _:
            return {**on_workstation, "source_ip": cast.workstation_ip}
