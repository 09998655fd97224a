"""The filter language in SQL finds the alerts that the matcher finds."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, and_, select

from ir_client.query import Query, parse
from ir_client.query.tree import Node
from ir_client.wire.alerts import Alert
from ir_client.wire.base import rfc3339
from ir_client.wire.values import (
    ALERT_STATUSES,
    DISPOSITIONS,
    SEVERITIES,
    THREAT_TYPES,
    severity_rank,
)
from server_stub.access import Viewer
from server_stub.domain.clocks import instant
from server_stub.storage import alert_pages
from server_stub.storage.actors import SYSTEM
from server_stub.storage.alert_pages import Route, Slice
from server_stub.storage.alert_writes import change_alert
from server_stub.storage.alerts import find_alert, read_alerts
from server_stub.storage.database import Database
from server_stub.storage.filter_sql import query_condition
from server_stub.storage.leads import sought
from server_stub.storage.query_sql import AlertFilter, AlertOrder, matching, visible_alerts
from server_stub.storage.schema import alerts
from tests.support.builders import NOON
from tests.support.queries import ADDRESSES, KEYS, WORDS, nodes
from tests.support.server import MANAGER, a_row, opened_database, store, store_user

COUNT = 100
askers = st.sampled_from([None, 1, 2])
times = st.integers(-100, 100).map(lambda hours: NOON + timedelta(hours=hours))
_SCALARS = (None, True, False, 7, 443, 0.5, 100, "7", "true", "", "web", "WEB-01", "[]")


@dataclass(frozen=True)
class Stored:
    """A database, and what the matcher sees of each alert in it."""

    database: Database
    alerts: tuple[tuple[Alert, dict[str, Any]], ...]

    async def found(self, query: Query, *, now: datetime, me: int | None) -> set[int]:
        return await found_in(self.database, query, now=now, me=me)

    def matching(self, query: Query, *, now: datetime, me: int | None) -> set[int]:
        return {
            alert.id for alert, raw in self.alerts if query.matches(alert, now=now, me=me, raw=raw)
        }


async def found_in(
    database: Database, query: Query, *, now: datetime = NOON, me: int | None = None
) -> set[int]:
    """The alerts that the database finds."""
    statement = select(alerts.c.id).where(query_condition(query, now=now, me=me))
    return await database.read(lambda connection: set(connection.execute(statement).scalars()))


class Chance:
    """Alerts of which any field may be missing that an alert can miss, the same at each run."""

    def __init__(self) -> None:
        self._random = random.Random(23)

    def one(self, *values: Any) -> Any:
        return self._random.choice(values)

    def some(self, *values: Any) -> list[Any]:
        return self._random.sample(values, self._random.randint(0, 2))

    def moment(self) -> datetime:
        return NOON + timedelta(minutes=30 * self._random.randint(-200, 200))

    def json(self, depth: int = 0) -> dict[str, Any]:
        values = [*_SCALARS, self.some(*_SCALARS), [], {}, [[], {}]]
        if depth < 2:
            values += [self.json(depth + 1)] * 4
        return {key: self.one(*values) for key in self.some(*KEYS)}

    def draft(self) -> dict[str, Any]:
        texts = ("description", "rule_id", "rule_name", "affected_hostname", "affected_user")
        fields = {name: self.one(None, *WORDS, "") for name in texts}
        return fields | {
            "title": self.one(*WORDS),
            "severity": self.one(*SEVERITIES),
            "threat_type": self.one(*THREAT_TYPES),
            "source_ip": self.one(None, *ADDRESSES),
            "destination_ip": self.one(None, *ADDRESSES, "::ffff:10.0.0.1"),
            "source_port": self.one(None, 80, 443),
            "destination_port": self.one(None, 80, 443),
            "confidence_score": self.one(None, 0.0, 0.5, 1.0),
            "risk_score": self.one(None, 7.0, 70.0, 99.5),
            "tags": tuple(self.some(*WORDS)),
            "mitre_techniques": tuple(self.some(*WORDS)),
            "detected_at": self.moment(),
            "enrichment_data": self.json(),
            "raw_alert_data": self.json(),
        }

    def columns(self) -> dict[str, Any]:
        severity = self.one(*SEVERITIES)
        return {
            "severity": severity,
            "severity_rank": severity_rank(severity),
            "status": self.one(*ALERT_STATUSES),
            "assigned_analyst_id": self.one(None, 1, 2, 3),
            "incident_id": self.one(None, *WORDS),
            "team": self.one(None, *WORDS),
            "received_at": instant(self.moment()),
            "closed_at": self.one(None, instant(self.moment())),
            "reported": self.one(True, False),
            "occurrences": self.one(1, 7),
        }

    def document(self) -> dict[str, Any]:
        return {
            "disposition": self.one(None, *DISPOSITIONS),
            "disposition_reason": self.one(None, *WORDS),
            "requires_notification": self.one(True, False),
            "notification_deadline": self.one(
                None,
                rfc3339(self.moment()),
                rfc3339(NOON),
                rfc3339(NOON + timedelta(microseconds=5)),
            ),
            "estimated_financial_impact": self.one(None, 0.5, 7.0, 1e6),
        }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stored(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stored]:
    chance = Chance()
    directory: Path = tmp_path_factory.mktemp("queried")
    async with opened_database(directory) as database:
        for name in ("dana", "mo", "7"):
            await store_user(database, name)
        drafts = [chance.draft() for _ in range(COUNT)]
        await store(
            database,
            *(a_row(external_alert_id=f"x-{n}", **draft) for n, draft in enumerate(drafts)),
        )
        await database.write(lambda connection: _change_all(connection, chance))
        read = await database.read(
            lambda connection: read_alerts(connection, range(1, COUNT + 1), now=NOON)
        )
        pairs = [
            (read[n].model(), draft["raw_alert_data"]) for n, draft in enumerate(drafts, start=1)
        ]
        yield Stored(database, tuple(pairs))


def _change_all(connection: Connection, chance: Chance) -> None:
    for alert_id in range(1, COUNT + 1):
        change_alert(
            connection,
            find_alert(connection, alert_id, viewer=MANAGER, now=NOON),
            columns=chance.columns(),
            document=chance.document(),
            actor=SYSTEM,
            now=instant(chance.moment()),
        )


@pytest.mark.asyncio(loop_scope="module")
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None
)
@given(nodes, askers, times)
async def test_sql_and_the_matcher_agree_on_every_alert(
    stored: Stored, node: Node, me: int | None, now: datetime
) -> None:
    await agree(stored, node, me, now)


@pytest.mark.prove
@pytest.mark.asyncio(loop_scope="module")
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=4_000, deadline=None
)
@given(nodes, askers, times)
async def test_sql_and_the_matcher_agree_on_thousands_of_queries(
    stored: Stored, node: Node, me: int | None, now: datetime
) -> None:
    await agree(stored, node, me, now)


async def agree(stored: Stored, node: Node, me: int | None, now: datetime) -> None:
    query = Query(node)
    assert await stored.found(query, now=now, me=me) == stored.matching(query, now=now, me=me)
    # Below `not`, what is not there has to be no and not unknown.
    other = Query(parse(f"not ({query})").root)
    assert await stored.found(other, now=now, me=me) == stored.matching(other, now=now, me=me)


def _viewer(me: int | None, teams: frozenset[str], *, sees_all: bool) -> Viewer:
    return Viewer("user", role="manager" if sees_all else "analyst", user_id=me, teams=teams)


viewers = st.builds(
    _viewer, askers, st.frozensets(st.sampled_from(["web", "50%_a"])), sees_all=st.booleans()
)
plain_filters = st.fixed_dictionaries(
    {},
    optional={
        "severity": st.sampled_from([("high",), ("critical", "low")]),
        "status": st.sampled_from([("new",), ("closed", "new", "triaged")]),
        "source": st.sampled_from([("edr",), ("edr", "none")]),
        "assigned_analyst_id": st.sampled_from([1, 2]),
        "received_after": times,
        "received_before": times,
        "detected_after": times,
        "updated_after": times,
        "false_positives": st.booleans(),
        "overdue_only": st.booleans(),
    },
)
orders = st.builds(
    AlertOrder,
    st.sampled_from(["received_at", "detected_at", "severity", "status", "updated_at"]),
    st.sampled_from(["asc", "desc"]),
)
# Up to how many a lead is counted and its alerts are sorted: so that every way of reading is taken.
bounds = st.sampled_from([1, 10, 1_000])


@pytest.mark.asyncio(loop_scope="module")
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None
)
@given(st.none() | nodes, plain_filters, viewers, orders, bounds)
async def test_a_list_finds_the_same_by_whatever_index(
    stored: Stored,
    node: Node | None,
    plain: dict[str, Any],
    viewer: Viewer,
    order: AlertOrder,
    bound: int,
) -> None:
    wanted = AlertFilter(**plain, query=Query(node))
    passed = and_(visible_alerts(viewer), *matching(wanted, now=NOON, me=viewer.user_id))
    statement = select(alerts.c.id).where(passed).order_by(*order.clauses())
    with pytest.MonkeyPatch.context() as patch:
        for name in (
            "_COUNTED_LEAD",
            "_SORTED_IN_INDEX",
            "_SORTED_BY_LOOKUP",
            "_CHEAP",
            "_CHEAP_IN_ORDER",
        ):
            patch.setattr(alert_pages, name, bound)

        def read(connection: Connection) -> None:
            route = Route.chosen(connection, sought(wanted, viewer, now=NOON), order)
            ids = list(connection.execute(statement).scalars())
            rows = route.rows(connection, Slice(order, 7))
            assert [row.id for _, row in rows] == ids[:7]
            assert route.count(connection, 50) == min(len(ids), 51)
            if rows:
                key, last = rows[-1]
                rest = route.rows(connection, Slice(order, 200, after=(key, last.id)))
                assert [row.id for _, row in rest] == ids[7:]
                assert [row.id for _, row in route.rows(connection, Slice(order, 7, 7))] == ids[
                    7:14
                ]

        await stored.database.read(read)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "text",
    [
        "web",
        '"50%_a"',
        "X*Y",
        "severity: (critical or high) and not is_open: true",
        "severity <= medium",
        "overdue: true",
        "assignee: me",
        "assignee: D*",
        "not assignee: *",
        "source_ip: 10.0.0.0/8",
        "ip: 10.0.0.1",
        "ip: 10.0.0.0/9",
        "ip: 2001:db8::5",
        "host: STRAßE or rule_name: ST?AßE",
        "title: Stra?e",
        "ip: fe80::/10",
        "ip >= 10.0.0.200",
        "ip < 10.0.0.200",
        "ip: 10.*",
        "tags: web*",
        "title: UNIT or title: ÜNIT",
        "port: 443 and risk_score > 7",
        "received_at > now-1d",
        "received_at <= 2026-03-01",
        "received_at > 2026-03-01",
        "notification_deadline: 2026-03-01T12:00:00",
        "notification_deadline: 2026-03-01T12:00:00.000000",
        "notification_deadline > 2026-03-01T12:00:00.000004Z",
        "enrichment.kind: *",
        "enrichment.kind: (web* or 4*)",
        'raw."event.kind": (true or 7 or web)',
        "raw.n > 7",
        'enrichment.n: "7"',
    ],
)
async def test_a_query_finds_some_and_leaves_some(stored: Stored, text: str) -> None:
    query = parse(text)
    found = await stored.found(query, now=NOON, me=1)
    assert found == stored.matching(query, now=NOON, me=1)
    assert 0 < len(found) < COUNT


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("written", ["::ffff:10.20.30.40", "::FFFF:0a14:1e28", "10.20.30.40"])
async def test_an_address_is_found_however_it_was_sent(tmp_path: Path, written: str) -> None:
    async with opened_database(tmp_path) as database:
        await store(database, a_row(source_ip=written))
        for text in ("ip: 10.20.30.40", "ip: 10.20.0.0/15", "ip: 0.0.0.0/0", "ip < 11.0.0.0"):
            assert await found_in(database, parse(text)) == {1}, text


@pytest.mark.asyncio(loop_scope="module")
async def test_a_query_that_asks_nothing_finds_all(stored: Stored) -> None:
    assert len(await stored.found(parse(""), now=NOON, me=None)) == COUNT


@pytest.mark.asyncio(loop_scope="module")
async def test_the_largest_query_is_one_that_the_database_takes(stored: Stored) -> None:
    text = " or ".join(["(not raw.a: 7)"] * 100)
    assert len(await stored.found(parse(text), now=NOON, me=None)) == COUNT
    nested = "not " * 19 + "raw.a: 7"
    assert len(await stored.found(parse(nested), now=NOON, me=None)) == COUNT
