"""A database of a million alerts, 1.7 KB each as they are sent, some values common and some rare.

Old alerts are closed and new ones open; a few rules, sources, teams and hosts have most of them.
Filled by plain inserts with the indexes made at the end: by the server's own way it takes ten
times as long. No log of changes is written, and no history of the alerts.
"""

import json
import random
import sqlite3
from bisect import bisect
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

from ir_client.wire.values import severity_rank
from server_stub.domain.clocks import instant
from server_stub.storage.alert_rows import DOCUMENT_FIELDS, FOUND_BY, alert_search_text, found_by
from server_stub.storage.engine import create_private_file, writer_engine
from server_stub.storage.migrate import migrate

ALERTS = 1_000_000
DAYS = 90
ANALYSTS = 24
RARE = 12
"""How many alerts have each of the rare values."""

RARE_SOURCE = "badge-reader"
RARE_RULE = "R-0299"
RARE_ADDRESS = "10.1.2.3"
NARROW_NETWORK = "10.66.6."
RARE_STATUS = "contained"

_ROWS_AT_ONCE = 5_000
_OPEN_DAYS = 4


class Skewed:
    """Draws of a few values, each with its weight."""

    def __init__(self, weights: dict[Any, float]) -> None:
        self._values = tuple(weights)
        self._bounds = tuple(accumulate(weights.values()))

    def draw(self, chance: random.Random) -> Any:
        return self._values[bisect(self._bounds, chance.random() * self._bounds[-1])]


_SEVERITIES = Skewed({"info": 40, "low": 30, "medium": 20, "high": 8.5, "critical": 1.5})
_FRESH = Skewed({"new": 60, "triaged": 15, "investigating": 15, "in_progress": 10})
_OLD = Skewed(
    {"closed": 70, "resolved": 20, "false_positive": 9, "investigating": 0.7, "escalated": 0.3}
)
_SOURCES = Skewed({"edr": 45, "suricata": 30, "waf": 15, "mail-gateway": 8, "ldap": 2})
_TEAMS = Skewed({None: 2, "soc": 55, "cloud": 33, "ot": 9.9, "exec": 0.1})
_ANALYSTS = Skewed({number + 2: 1 / (number + 1) for number in range(ANALYSTS)})
_RULES = Skewed({number: 1 / (number + 3) for number in range(299)})
_HOSTS = Skewed({number: 1 / (number + 20) for number in range(5_000)})
_THREATS = Skewed({"malware": 5, "intrusion": 3, "phishing": 2, "web_attack": 1})
_EMPTY = dict.fromkeys(DOCUMENT_FIELDS) | {"reported_to": [], "requires_notification": False}


def stock(path: Path, *, count: int = ALERTS) -> None:
    """Make the database at `path`."""
    create_private_file(path)
    engine = writer_engine(path, lock_seconds=5)
    with engine.begin() as connection:
        migrate(connection)
    engine.dispose()
    database = sqlite3.connect(path, isolation_level=None)
    try:
        for setting in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-262144"):
            database.execute(f"PRAGMA {setting}")
        indexes = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'alerts' AND type = 'index'"
            " AND sql IS NOT NULL"
        ).fetchall()
        database.execute("BEGIN")
        for name, _ in indexes:
            database.execute(f"DROP INDEX {name}")
        _fill(database, count)
        for _, statement in indexes:
            database.execute(statement)
        database.execute("COMMIT")
    finally:
        database.close()


def _fill(database: sqlite3.Connection, count: int) -> None:
    rows = _rows(count)
    first = next(rows)
    marks = ", ".join("?" * len(first))
    statement = f"INSERT INTO alerts ({', '.join(first)}) VALUES ({marks})"  # noqa: S608 # our names
    database.execute(statement, tuple(first.values()))
    database.executemany(statement, (tuple(row.values()) for row in rows))
    database.execute(
        "INSERT OR IGNORE INTO alert_origins SELECT DISTINCT origin_team, source, '' FROM alerts"
    )


def _rows(count: int) -> Iterator[dict[str, object]]:
    chance = random.Random(7)
    now = datetime.now(UTC)
    step = timedelta(days=DAYS) / count
    begins = now - timedelta(days=DAYS)
    rare = set(range(0, count, count // RARE))
    for number in range(count):
        received = begins + step * number
        is_fresh = now - received < timedelta(days=_OPEN_DAYS)
        yield _row(number, chance, received, is_fresh=is_fresh, is_rare=number in rare)


def _row(
    number: int, chance: random.Random, received: datetime, *, is_fresh: bool, is_rare: bool
) -> dict[str, object]:
    severity = _SEVERITIES.draw(chance)
    status = RARE_STATUS if is_rare else (_FRESH if is_fresh else _OLD).draw(chance)
    source = RARE_SOURCE if is_rare else _SOURCES.draw(chance)
    team = _TEAMS.draw(chance)
    document = _document(number, chance, is_rare=is_rare)
    external_id = f"SIEM-2026-{number:08d}"
    at = instant(received)
    return {
        "id": number + 1,
        "origin_team": team or "",
        "source": source,
        "external_alert_id": external_id,
        "team": team,
        "severity": severity,
        "severity_rank": severity_rank(severity),
        "status": status,
        "threat_type": _THREATS.draw(chance),
        "assigned_analyst_id": None if status == "new" else _ANALYSTS.draw(chance),
        "correlation_key": f"{team}|{document['rule_id']}|{document['affected_hostname']}",
        "risk_score": chance.randrange(1, 100),
        "reported": 0,
        "detected_at": instant(received - timedelta(seconds=chance.expovariate(1 / 60))),
        "received_at": at,
        "updated_at": at if status == "new" else instant(received + timedelta(hours=1)),
        "occurrences": 1,
        "last_seen_at": at,
        "revision": 1 if status == "new" else 4,
        "human_revision": 0,
        "search_text": alert_search_text(document, external_id, source),
        "document": json.dumps(document, separators=(",", ":")),
        "processed": 1,
    } | dict(zip(FOUND_BY, found_by(document), strict=True))


def _document(number: int, chance: random.Random, *, is_rare: bool) -> dict[str, Any]:
    host = f"ws-{_HOSTS.draw(chance):04d}.corp.example"
    rule = _RULES.draw(chance)
    bits = chance.getrandbits(64)
    return _EMPTY | {
        "title": f"Suspicious process tree on {host} ({number})",
        "description": "An Office program started a script host, which opened a connection to an "
        f"address that nobody in the company had spoken to before ({bits:016x}).",
        "rule_id": RARE_RULE if is_rare else f"R-{rule:04d}",
        "rule_name": f"Office program starts script host, variant {299 if is_rare else rule}",
        "source_ip": RARE_ADDRESS if is_rare else _source_ip(number, bits),
        "destination_ip": f"203.0.113.{bits >> 40 & 255}",
        "source_port": 1024 + (bits & 0x7FFF),
        "destination_port": 443,
        "protocol": "tcp",
        "affected_hostname": host,
        "affected_user": f"user{bits % 8_000:04d}",
        "confidence_score": (bits & 127) / 128,
        "enrichment_data": {"geo": {"country": "NL", "asn": 64500}, "seen": bits % 900},
        "tags": ["office", f"wave-{bits % 40}"],
        "mitre_techniques": ["T1059.001", "T1566"],
    }


def _source_ip(number: int, bits: int) -> str | None:
    if number % 12 == 0:
        return None
    if number % 311 == 0:
        return f"{NARROW_NETWORK}{bits & 255}"
    if number % 7 == 0:
        return f"198.51.{bits & 255}.{bits >> 8 & 255}"
    return f"10.{bits & 255}.{bits >> 8 & 255}.{bits >> 16 & 255}"
