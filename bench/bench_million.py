"""The first page of a million alerts, over HTTP, by everything that has an index.

Each question is asked by an admin, by an analyst of a large team and by one of a small team, in
turns; of each kind the slowest is what counts. The time is from asking to the last byte. A request
that asks nothing of the database goes between them: what that takes at worst is the machine's.
"""

import asyncio
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from bench.million_alerts import (
    ALERTS,
    ANALYSTS,
    DAYS,
    NARROW_NETWORK,
    RARE_ADDRESS,
    RARE_RULE,
    RARE_SOURCE,
    RARE_STATUS,
    stock,
)
from bench.own_server import ADMIN, ADMIN_PASSWORD, OwnServer, own_server
from bench.results import Measurement, percentile, write

ROUNDS = 100
GOAL_MS = 50.0
# Caches of pages and statements are full by then; what grows after it would grow for ever.
WARM_ROUNDS = 10
GOAL_GROWTH = 1.1
_PASSWORD = "a-long-enough-password"

Parameters = Mapping[str, str | int | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Question:
    """A list that is asked for; `kind` is the filter that it is one of."""

    kind: str
    text: str
    parameters: Parameters


@dataclass(slots=True)
class Asker:
    """Who asks, and how long each question took, in ms."""

    name: str
    headers: Mapping[str, str]
    times: dict[str, list[float]] = field(default_factory=dict)


def questions(now: datetime) -> list[Question]:
    """Common and rare values of each filter."""

    def ago(**units: float) -> str:
        return (now - timedelta(**units)).isoformat()

    def query(kind: str, text: str) -> Question:
        return Question(kind, text, {"query": text})

    def plain(kind: str, **parameters: str | int | Sequence[str]) -> Question:
        told = " ".join(f"{name}={value}" for name, value in parameters.items())
        return Question(kind, told or "all", parameters)

    middle, narrow = DAYS / 2, f"{NARROW_NETWORK}0/24"
    return [
        plain("none"),
        plain("status", status="closed"),
        plain("status", status="new"),
        plain("status", status=RARE_STATUS),
        plain("status", status=["new", "triaged", "investigating"]),
        query("status", "not status: closed"),
        query("status", "is_open: true"),
        plain("severity", severity="info"),
        plain("severity", severity="critical"),
        plain("severity", severity=["critical", "high"]),
        query("severity", "severity >= medium"),
        plain("source", source="edr"),
        plain("source", source=RARE_SOURCE),
        plain("source", source=["ldap", RARE_SOURCE]),
        query("source", "source: suricata"),
        plain("assignee", assigned_analyst_id=2),
        plain("assignee", assigned_analyst_id=ANALYSTS + 1),
        query("assignee", "assignee: me"),
        Question("time", "received in the last hour", {"received_after": ago(hours=1)}),
        Question("time", "received in the last 30 days", {"received_after": ago(days=30)}),
        Question("time", "received before the middle", {"received_before": ago(days=middle)}),
        Question("time", "detected in the last day", {"detected_after": ago(days=1)}),
        Question("time", "detected in the last 30 days", {"detected_after": ago(days=30)}),
        Question(
            "time",
            "detected on one day of the middle",
            {"detected_after": ago(days=middle), "detected_before": ago(days=middle - 1)},
        ),
        query("time", "received_at > now-1d"),
        query("rule", "rule: R-0000"),
        query("rule", "rule: R-0017"),
        query("rule", f"rule_id: {RARE_RULE.lower()}"),
        query("rule", 'rule_name: "office program starts script host, variant 17"'),
        query("rule", "rule: (R-0017 or R-0299)"),
        query("address", f"source_ip: {RARE_ADDRESS}"),
        query("address", f"ip: {RARE_ADDRESS}"),
        query("address", "ip: 203.0.113.7"),
        query("address", f"source_ip: {narrow}"),
        query("address", "source_ip: 10.7.0.0/16"),
        query("address", "source_ip: 10.0.0.0/8"),
        query("address", "ip: 10.0.0.0/8"),
        Question(
            "several",
            "critical or high, open, last 7 days",
            {
                "severity": ["critical", "high"],
                "status": ["new", "triaged", "investigating"],
                "received_after": ago(days=7),
            },
        ),
        Question(
            "several",
            "closed and critical, received before the middle",
            {"severity": "critical", "status": "closed", "received_before": ago(days=middle)},
        ),
        query(
            "several",
            "severity: (critical or high) and not status: closed and source_ip: 10.0.0.0/8",
        ),
        query("several", "rule: R-0000 and status: new"),
        query("several", "source: edr and severity: low and assignee: me"),
        *(
            plain("sort", sort_by=by, sort_order=order)
            for by in ("received_at", "detected_at", "updated_at", "severity", "status")
            for order in ("asc", "desc")
        ),
        plain("sort", status="new", sort_by="severity", sort_order="asc"),
    ]


def other_questions(now: datetime) -> list[Question]:
    """What has no index, or none for its order: told, and held to no goal."""
    middle = (now - timedelta(days=DAYS / 2)).isoformat()
    return [
        Question("search", "search=powershell, in none", {"search": "powershell"}),
        Question("search", "search=script host, in all", {"search": "script host"}),
        Question("search", "search=ws-0000, in some", {"search": "ws-0000.corp"}),
        Question(
            "host", "query=host: ws-0017.corp.example", {"query": "host: ws-0017.corp.example"}
        ),
        Question("late", "detected before the middle", {"detected_before": middle}),
    ]


async def _askers(http: httpx.AsyncClient) -> list[Asker]:
    admin = await _login(http, ADMIN, ADMIN_PASSWORD)
    for number in range(ANALYSTS):
        teams = {0: ["soc"], 1: ["exec"]}.get(number, ["cloud"])
        body = {"username": f"analyst{number}", "password": _PASSWORD, "role": "analyst"}
        answer = await http.post("/auth/users", json=body | {"teams": teams}, headers=admin)
        answer.raise_for_status()
    return [
        Asker("admin", admin),
        Asker("analyst", await _login(http, "analyst0", _PASSWORD)),
        Asker("small team", await _login(http, "analyst1", _PASSWORD)),
    ]


async def _ask_nothing(http: httpx.AsyncClient, server: OwnServer) -> float:
    began = time.perf_counter()
    (await http.get(f"{server.url}/healthz")).raise_for_status()
    return (time.perf_counter() - began) * 1000


async def _login(http: httpx.AsyncClient, username: str, password: str) -> dict[str, str]:
    body = {"username": username, "password": password}
    answer = await http.post("/auth/login", json=body)
    answer.raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def _ask(http: httpx.AsyncClient, question: Question, asker: Asker) -> None:
    parameters = {"size": 100, **question.parameters}
    began = time.perf_counter()
    answer = await http.get("/alerts", params=parameters, headers=asker.headers)
    took = (time.perf_counter() - began) * 1000
    if answer.status_code not in (200, 503) or (answer.status_code == 503 and took < 1000):
        raise RuntimeError(f"{question.text}: {answer.status_code} {answer.text[:200]}")
    asker.times.setdefault(question.text, []).append(took)


def _told(asked: Sequence[Question], askers: Sequence[Asker]) -> None:
    for question in asked:
        for asker in askers:
            times = asker.times[question.text]
            worst = percentile(times, 99) if len(times) > 1 else times[0]
            print(
                f"{question.kind:<9} {question.text:<76} {asker.name:<10}"
                f" p50 {percentile(times, 50):8.1f}  p99 {worst:8.1f} ms"
            )


def _by_kind(asked: Sequence[Question], askers: Sequence[Asker]) -> list[Measurement]:
    worst: dict[str, tuple[float, str]] = {}
    for question in asked:
        for asker in askers:
            p99 = percentile(asker.times[question.text], 99)
            found = (p99, f"{question.text}, {asker.name}")
            worst[question.kind] = max(worst.get(question.kind, found), found)
    measurements = []
    for kind, (p99, told) in worst.items():
        together = [
            one
            for question in asked
            for asker in askers
            if question.kind == kind
            for one in asker.times[question.text]
        ]
        for work, took in (
            (f"{kind}, worst p99 ({told})", p99),
            (f"{kind}, p99 of all", percentile(together, 99)),
        ):
            work = f"first page of {ALERTS} alerts, {work}"
            measurements.append(Measurement(work, took, "ms", "50 ms", GOAL_MS, goal=1.0))
    return measurements


async def measured(path: Path) -> list[Measurement]:
    """What the server says of the database at `path`."""
    async with (
        own_server(path) as server,
        httpx.AsyncClient(base_url=f"{server.url}/api/v1", timeout=60.0, trust_env=False) as http,
    ):
        askers = await _askers(http)
        now = datetime.now(UTC)
        asked, others = questions(now), other_questions(now)
        before = 0
        nothing: list[float] = []
        for done in range(ROUNDS):
            if done == WARM_ROUNDS:
                before = server.resident_kib()
            for asker in askers:
                for question in asked:
                    await _ask(http, question, asker)
                    nothing.append(await _ask_nothing(http, server))
        after = server.resident_kib()
        everything = [one for asker in askers for took in asker.times.values() for one in took]
        for question in others:
            await _ask(http, question, askers[0])
    _told(asked, askers)
    _told(others, askers[:1])
    return [
        *_by_kind(asked, askers),
        Measurement(
            "all of these requests, p99",
            percentile(everything, 99),
            "ms",
            "GET /healthz between them, p99",
            percentile(nothing, 99),
        ),
        Measurement(
            "memory of the server after all rounds of questions",
            after / 2**10,
            "MiB",
            f"after {WARM_ROUNDS} of {ROUNDS} rounds",
            before / 2**10,
            goal=GOAL_GROWTH,
        ),
    ]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-million-") as directory:
        path = Path(directory) / "million.db"
        began = time.perf_counter()
        stock(path)
        print(
            f"stocked in {time.perf_counter() - began:.0f} s, {path.stat().st_size / 2**30:.1f} GiB"
        )
        write("million", asyncio.run(measured(path)))


if __name__ == "__main__":
    main()
