from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from server_stub.access import Viewer
from server_stub.errors import NotFound
from server_stub.storage import alerts as alerts_module
from server_stub.storage.alerts import AlertListing, AlertListRequest, Alerts
from server_stub.storage.cursors import decode_cursor
from server_stub.storage.database import Database
from server_stub.storage.query_sql import AlertFilter, AlertOrder, SortField, SortOrder
from tests.support.builders import NOON
from tests.support.server import MANAGER, FakeClock, a_row, store

BLUE = Viewer("user", teams=frozenset({"blue"}), user_id=77)
NOBODYS = Viewer("user", user_id=78)


@pytest.fixture
def alerts(database: Database, clock: FakeClock) -> Alerts:
    return Alerts(database, clock)


def wanted(size: int = 50, order: AlertOrder | None = None, **fields: Any) -> AlertListRequest:
    return AlertListRequest(AlertFilter(**fields), order or AlertOrder(), size)


def names(listing: AlertListing) -> list[str]:
    return [alert.model().external_alert_id for alert in listing.alerts]


async def found(alerts: Alerts, viewer: Viewer = MANAGER, **fields: Any) -> set[str]:
    return set(names(await alerts.list(wanted(**fields), viewer=viewer)))


@pytest.fixture
async def three(database: Database) -> None:
    await store(database, a_row(external_alert_id="a", severity="critical", title="100% alpha"))
    await store(
        database,
        a_row(external_alert_id="b", severity="low", title="beta_x", threat_type="malware"),
        now=NOON + timedelta(minutes=1),
    )
    await store(
        database,
        a_row(external_alert_id="c", severity="high", title="gamma", team="blue", source="ids"),
        now=NOON + timedelta(minutes=2),
    )


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "abc"),
        ({"search": "ALPHA"}, "a"),
        ({"search": "100%"}, "a"),
        ({"search": "%"}, "a"),
        ({"search": "a_x"}, "b"),
        ({"search": "\\"}, ""),
        ({"search": "' OR 1=1 --"}, ""),
        ({"severity": ("critical", "low")}, "ab"),
        ({"status": ("new",)}, "abc"),
        ({"status": ("closed",)}, ""),
        ({"source": ("ids",)}, "c"),
        ({"threat_type": ("malware",)}, "b"),
        ({"received_after": NOON + timedelta(minutes=1)}, "bc"),
        ({"received_before": NOON + timedelta(minutes=1)}, "ab"),
        ({"updated_after": NOON + timedelta(minutes=2)}, "c"),
        ({"detected_after": NOON + timedelta(seconds=1)}, ""),
        ({"assigned_analyst_id": 4}, ""),
        ({"incident_id": "INC-1"}, ""),
        ({"false_positives": True}, ""),
        ({"false_positives": False}, "abc"),
        ({"reported": True}, ""),
        ({"overdue_only": True}, ""),
    ],
)
async def test_a_filter_finds_what_it_says(
    alerts: Alerts, fields: dict[str, Any], expected: str
) -> None:
    assert await found(alerts, **fields) == set(expected)


@pytest.mark.usefixtures("three")
async def test_overdue_alerts_are_found_by_the_clock(alerts: Alerts, clock: FakeClock) -> None:
    clock.advance(hours=24, seconds=90)
    assert await found(alerts, overdue_only=True) == {"a", "b"}


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("by", "order", "expected"),
    [
        ("received_at", "desc", "cba"),
        ("received_at", "asc", "abc"),
        ("severity", "asc", "acb"),
        ("severity", "desc", "bca"),
        ("updated_at", "desc", "cba"),
        ("detected_at", "asc", "abc"),
        ("status", "asc", "abc"),
    ],
)
async def test_a_list_is_sorted_as_asked(
    alerts: Alerts, by: SortField, order: SortOrder, expected: str
) -> None:
    listing = await alerts.list(wanted(order=AlertOrder(by, order)), viewer=MANAGER)
    assert names(listing) == list(expected)


@pytest.mark.usefixtures("three")
async def test_totals_and_rows_leave_out_what_the_viewer_may_not_see(alerts: Alerts) -> None:
    listing = await alerts.list(wanted(), viewer=NOBODYS)
    assert (set(names(listing)), listing.total) == ({"a", "b"}, 2)
    assert (await alerts.list(wanted(), viewer=BLUE)).total == 3


@pytest.mark.usefixtures("three")
async def test_what_one_may_not_see_is_not_there(alerts: Alerts) -> None:
    with pytest.raises(NotFound):
        await alerts.get(3, viewer=NOBODYS)
    with pytest.raises(NotFound):
        await alerts.timeline(3, viewer=NOBODYS)
    assert (await alerts.get(3, viewer=BLUE)).team == "blue"


@pytest.mark.parametrize("by", ["received_at", "severity", "status"])
@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_following_cursors_finds_everything_once(
    alerts: Alerts, database: Database, by: SortField, order: SortOrder
) -> None:
    severities = ("critical", "high", "low")
    for number in range(23):
        await store(
            database,
            a_row(external_alert_id=f"{number:02}", severity=severities[number % 3]),
            now=NOON + timedelta(seconds=number // 4),
        )
    request = wanted(size=5, order=AlertOrder(by, order))
    whole = names(await alerts.list(replace(request, size=100), viewer=MANAGER))
    pages: list[str] = []
    while True:
        listing = await alerts.list(request, viewer=MANAGER)
        pages += names(listing)
        if listing.next_cursor is None:
            break
        request = replace(request, cursor=decode_cursor(listing.next_cursor))
    assert pages == whole
    assert len(pages) == 23


async def test_a_cursor_is_not_moved_by_what_arrives_meanwhile(
    alerts: Alerts, database: Database
) -> None:
    await store(database, *(a_row(external_alert_id=name) for name in "abcd"))
    first = await alerts.list(wanted(size=2), viewer=MANAGER)
    await store(database, a_row(external_alert_id="new"), now=NOON + timedelta(hours=1))
    cursor = decode_cursor(first.next_cursor or "")
    second = await alerts.list(replace(wanted(size=2), cursor=cursor), viewer=MANAGER)
    assert names(first) + names(second) == list("dcba")


async def test_a_list_knows_the_log_position_of_its_snapshot(
    alerts: Alerts, database: Database
) -> None:
    empty = await alerts.list(wanted(), viewer=MANAGER)
    await store(database, a_row(), a_row(external_alert_id="2"))
    full = await alerts.list(wanted(), viewer=MANAGER)
    assert (empty.position.epoch, empty.position.seq) == ("epoch", 0)
    assert full.position.seq == 2


async def test_beyond_a_bound_the_total_is_at_least_that(
    alerts: Alerts, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts_module, "COUNTED_TOTAL", 3)
    await store(database, *(a_row(external_alert_id=name) for name in "abc"))
    exact = await alerts.list(wanted(), viewer=MANAGER)
    await store(database, *(a_row(external_alert_id=name) for name in "defg"))
    many = await alerts.list(wanted(), viewer=MANAGER)
    assert (exact.total, exact.total_exact) == (3, True)
    assert (many.total, many.total_exact) == (4, False)


async def test_recent_alerts_are_the_newest_that_nobody_has(
    alerts: Alerts, database: Database
) -> None:
    rows = [a_row(external_alert_id=f"{number}") for number in range(55)]
    await store(database, *rows, a_row(external_alert_id="blue", team="blue"))
    recent = await alerts.recent_unassigned(NOBODYS)
    assert len(recent) == 50
    assert recent[0].model().external_alert_id == "54"


async def test_many_alerts_are_read_at_once_and_missing_ones_left_out(
    alerts: Alerts, database: Database
) -> None:
    await store(database, a_row(external_alert_id="a"), a_row(external_alert_id="b", team="blue"))
    assert set(await alerts.get_many([1, 2, 99])) == {1, 2}
    assert await alerts.get_many([]) == {}
