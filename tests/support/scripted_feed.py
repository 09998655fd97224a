"""The console over a server in memory that tells a small story: for looking at it by hand.

python -m tests.support.scripted_feed [--rate 2] [--alerts 300] [--theme dark] [--faults]
"""

import argparse
import asyncio
import itertools
import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from ir_client.wire.alerts import Alert
from ir_client.wire.auth import UserRef
from ir_console.settings import ConsoleSettings
from ir_console.tui.app import ConsoleApp
from tests.support.builders import an_alert
from tests.support.memory_server import MemoryServer

RULES: tuple[tuple[str, str, str], ...] = (
    ("critical", "Ransomware note written on {host}", "ransomware"),
    ("critical", "Domain controller: krbtgt hash dumped on {host}", "credential_access"),
    ("high", "Suspicious PowerShell: encoded command on {host}", "malware"),
    ("high", "Beacon to known C2 address {ip} from {host}", "command_and_control"),
    ("high", "Brute force: 214 failed logins for {user}", "credential_access"),
    ("medium", "Port scan of 10.20.0.0/16 from {host}", "reconnaissance"),
    ("medium", "New scheduled task by {user} on {host}", "suspicious_activity"),
    ("medium", "Unsigned driver loaded on {host}", "suspicious_activity"),
    ("low", "Login of {user} from a new country", "suspicious_activity"),
    ("low", "Expired certificate on {host}", "policy_violation"),
    ("info", "USB device attached on {host}", "policy_violation"),
    ("info", "Agent restarted on {host}", "unknown"),
)
HOSTS = ("web-01", "web-02", "dc-01", "fin-laptop-17", "hr-laptop-03", "db-main", "mail-gw")
USERS = ("m.okafor", "s.lindqvist", "j.tanaka", "svc-backup", "a.rossi")
SOURCES = ("suricata", "crowdstrike", "okta", "defender")
ANALYSTS = (UserRef(id=8, username="lee"), UserRef(id=9, username="priya"))
WEIGHTS = (1, 1, 4, 3, 4, 8, 7, 5, 10, 6, 9, 8)


def made_alert(alert_id: int, when: datetime, chance: random.Random) -> Alert:
    """One believable alert."""
    severity, title, threat = chance.choices(RULES, WEIGHTS)[0]
    host, user = chance.choice(HOSTS), chance.choice(USERS)
    address = f"203.0.113.{chance.randint(2, 250)}"
    fields: dict[str, Any] = {}
    if chance.random() < 0.3:
        analyst = chance.choice(ANALYSTS)
        fields = {"assigned_analyst": analyst, "assigned_analyst_id": analyst.id}
        fields["status"] = chance.choice(("investigating", "triaged", "contained", "closed"))
    return an_alert(
        id=alert_id,
        title=title.format(host=host, user=user, ip=address),
        rule_name=title.partition("{")[0].strip(" :"),
        description=f"{title.split('{')[0].strip()} was seen by the sensor.\nCheck the process "
        "tree and recent logins before isolating the host.",
        severity=severity,
        threat_type=threat,
        source=chance.choice(SOURCES),
        affected_hostname=host,
        affected_user=user,
        source_ip=f"10.20.{chance.randint(0, 9)}.{chance.randint(2, 250)}",
        destination_ip=address,
        destination_port=chance.choice((22, 443, 445, 3389)),
        protocol="TCP",
        risk_score=chance.randint(10, 99),
        confidence_score=round(chance.random(), 2),
        mitre_techniques=("T1059.001",) if severity in ("critical", "high") else (),
        tags=("prod",),
        received_at=when,
        detected_at=when - timedelta(seconds=3),
        created_at=when,
        updated_at=when,
        **fields,
    )


def a_filled_server(alerts: int, *, seed: int = 7) -> MemoryServer:
    """A server with a morning's alerts."""
    server, chance = MemoryServer(), random.Random(seed)
    now = datetime.now(UTC)
    for alert_id in range(1, alerts + 1):
        age = timedelta(seconds=(alerts - alert_id) * chance.uniform(20, 24))
        server.hold(made_alert(alert_id, now - age, chance))
    return server


async def tell_story(server: MemoryServer, *, rate: float, faults: bool) -> None:
    """New alerts, changes by others, now and then a broken line."""
    chance = random.Random(11)
    missed: list[Alert] = []
    for number in itertools.count(1):
        await asyncio.sleep(1 / rate)
        alert = made_alert(len(server.stored) + 1, datetime.now(UTC), chance)
        if server.is_up:
            server.publish(alert)
        else:
            server.hold(alert)
            missed.append(alert)
        if number % 5 == 0 and server.is_up:
            analyst = chance.choice(ANALYSTS)
            other = max(1, len(server.stored) - chance.randint(1, 20))
            server.change(
                other,
                by=analyst.username,
                status="investigating",
                assigned_analyst_id=analyst.id,
                assigned_analyst=analyst,
            )
        if faults and number % 40 == 20:
            server.go_down()
        elif faults and number % 40 == 39 and server.stream is not None:
            server.come_back(missed=missed)
            missed.clear()


async def main(arguments: argparse.Namespace) -> None:
    server = a_filled_server(arguments.alerts)
    settings = ConsoleSettings(theme=arguments.theme)
    app = ConsoleApp(server, settings=settings, profile="demo", wall_clock=time.time)
    async with asyncio.TaskGroup() as tasks:
        story = tasks.create_task(tell_story(server, rate=arguments.rate, faults=arguments.faults))
        await app.run_async()
        story.cancel()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, default=2)
    parser.add_argument("--alerts", type=int, default=300)
    parser.add_argument("--theme", default="dark")
    parser.add_argument("--faults", action="store_true")
    asyncio.run(main(parser.parse_args()))
