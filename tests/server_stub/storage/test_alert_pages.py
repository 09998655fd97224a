"""Lists go along the indexes that were made for them: few alerts would not show if not."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event

from ir_client.query import parse
from server_stub.access import Viewer
from server_stub.storage import alert_pages
from server_stub.storage.alert_pages import Route, Slice
from server_stub.storage.database import Database
from server_stub.storage.leads import sought
from server_stub.storage.query_sql import AlertFilter, AlertOrder
from tests.support.builders import NOON
from tests.support.server import MANAGER, a_row, store

ANALYST = Viewer("user", role="analyst", user_id=7, teams=frozenset({"blue"}))


async def plans(database: Database, viewer: Viewer, order: AlertOrder, **fields: Any) -> str:
    """How SQLite goes about the statements of a page, all in one."""
    wanted = AlertFilter(**fields)
    said: list[str] = []

    def read(connection: Connection) -> None:
        statements: list[tuple[str, Any]] = []

        def note(_: object, __: object, text: str, values: Any, *___: object) -> None:
            statements.append((text, values))

        event.listen(connection, "before_cursor_execute", note)
        route = Route.chosen(connection, sought(wanted, viewer, now=NOON), order)
        route.rows(connection, Slice(order, 50))
        route.count(connection, 100)
        event.remove(connection, "before_cursor_execute", note)
        for text, values in statements:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
            said.extend(row.detail for row in rows)

    await database.read(read)
    return "\n".join(said)


@pytest.mark.parametrize("viewer", [MANAGER, ANALYST])
@pytest.mark.parametrize(
    ("fields", "index"),
    [
        ({"status": ("new", "closed")}, "board (status=? AND severity_rank=?)"),
        ({"severity": ("low",)}, "board (status=? AND severity_rank=?)"),
        ({"query": parse("not status: closed")}, "board (status=? AND severity_rank=?)"),
        ({"query": parse("severity >= high")}, "board (status=? AND severity_rank=?)"),
        (
            {"status": ("new",), "received_after": NOON - timedelta(days=1)},
            "board (status=? AND severity_rank=? AND received_at>?)",
        ),
        ({"source": ("edr",)}, "source (source=?)"),
        ({"query": parse("source: EDR")}, "source (source=?)"),
        ({"assigned_analyst_id": 3}, "assigned_analyst_id (assigned_analyst_id=?)"),
        ({"query": parse("rule: r-1")}, "rule_name (folded_rule_name=?)"),
        ({"query": parse("rule_id: (r-1 or r-2)")}, "rule_id (folded_rule_id=?)"),
        ({"query": parse("source_ip: 10.0.0.1")}, "source_address (source_address=?)"),
        (
            {"query": parse("ip: 10.0.0.0/8")},
            "destination_address (destination_address>? AND destination_address<?)",
        ),
        ({"detected_after": NOON}, "detected_at (detected_at>?)"),
    ],
)
async def test_a_filter_is_answered_by_its_index_alone(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    viewer: Viewer,
    fields: dict[str, Any],
    index: str,
) -> None:
    # Else the first lead to the few that there are would do.
    monkeypatch.setattr(alert_pages, "_CHEAP", -1)
    await store(database, a_row(), a_row(external_alert_id="2"))
    plan = await plans(database, viewer, AlertOrder(), **fields)
    assert f"USING COVERING INDEX ix_alerts_{index}" in plan


@pytest.mark.parametrize(
    ("by", "index"),
    [
        ("received_at", "received_at"),
        ("detected_at", "detected_at"),
        ("severity", "severity_rank"),
        ("status", "status"),
        ("updated_at", "updated_at"),
    ],
)
async def test_all_alerts_are_read_in_the_order_of_an_index(
    database: Database, by: Any, index: str
) -> None:
    plan = await plans(database, MANAGER, AlertOrder(by))
    assert f"INDEX ix_alerts_{index}\n" in plan
