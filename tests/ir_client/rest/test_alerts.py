"""The calls about alerts, as requests and answers."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from ir_client import AlertUpdate, errors
from ir_client.query import parse
from ir_client.rest.alerts import AlertCalls
from ir_client.testing import FakeServer
from ir_client.wire.cursor import StreamPosition
from tests.ir_client.rest.support import Handler, a_transport
from tests.support.builders import NOON, a_draft, an_alert


class Desk:
    """Answers every request with the next answer, and keeps the requests."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    @property
    def sent(self) -> tuple[str, str, Any]:
        (request,) = self.requests
        path = request.url.path.removeprefix("/api/v1")
        return request.method, path, json.loads(request.content) if request.content else None


async def asked(handler: Handler, work: Any) -> Any:
    async with a_transport(handler) as transport:
        return await work(AlertCalls(transport))


def a_page(ids: list[int], *, pages: int = 1, cursor: str | None = None) -> dict[str, Any]:
    alerts = [an_alert(id=number).model_dump(mode="json") for number in ids]
    pagination = {"page": 1, "size": 2, "total": 9, "total_pages": pages}
    return {"alerts": alerts, "pagination": pagination, "next_cursor": cursor}


async def ids_of(calls: AlertCalls, **filters: Any) -> list[int]:
    return [alert.id async for alert in calls.list(**filters)]


async def test_a_list_goes_from_cursor_to_cursor() -> None:
    desk = Desk(a_page([1, 2], cursor="c1"), a_page([3, 4], cursor="c2"), a_page([5]))
    assert await asked(desk, ids_of) == [1, 2, 3, 4, 5]
    places = [dict(request.url.params) for request in desk.requests]
    assert [place.get("cursor") for place in places] == [None, "c1", "c2"]
    assert {request.url.path for request in desk.requests} == {"/api/v1/alerts/"}


async def test_a_walk_by_cursor_ends_with_the_cursors_whatever_the_count_of_pages() -> None:
    desk = Desk(a_page([1, 2], cursor="c1", pages=9), a_page([3], pages=9))
    assert await asked(desk, ids_of) == [1, 2, 3]
    assert len(desk.requests) == 2


async def test_without_cursors_it_goes_by_number_and_shows_no_alert_twice() -> None:
    desk = Desk(a_page([1, 2], pages=3), a_page([2, 3], pages=3), a_page([4], pages=3))
    assert await asked(desk, ids_of) == [1, 2, 3, 4]
    assert [request.url.params["page"] for request in desk.requests] == ["1", "2", "3"]


async def test_an_empty_list_asks_once() -> None:
    desk = Desk(a_page([], pages=0))
    assert await asked(desk, ids_of) == []


async def test_filters_are_written_as_the_contract_has_them() -> None:
    desk = Desk(a_page([]))
    await asked(
        desk,
        lambda calls: ids_of(
            calls, severity=["high", "low"], updated_after=NOON, overdue_only=True, size=7
        ),
    )
    assert desk.requests[0].url.params.multi_items() == [
        ("sort_by", "received_at"),
        ("sort_order", "desc"),
        ("size", "7"),
        ("severity", "high"),
        ("severity", "low"),
        ("updated_after", "2026-03-01T12:00:00Z"),
        ("overdue_only", "true"),
        ("page", "1"),
    ]


async def test_a_page_tells_where_the_servers_log_stood() -> None:
    headers = {"X-Stream-Epoch": "e", "X-Stream-Seq": "41"}
    desk = Desk(httpx.Response(200, json=a_page([1]), headers=headers), a_page([1]))

    async def positions(calls: AlertCalls) -> list[StreamPosition | None]:
        return [
            page.position for query in (calls.list(), calls.list()) async for page in query.pages()
        ]

    assert await asked(desk, positions) == [StreamPosition("e", 41), None]


async def test_a_real_walk_over_changing_rows_misses_none() -> None:
    server = FakeServer()
    server.access_tokens = {""}
    for number in range(1, 8):
        server.commit(number)

    async def walk(calls: AlertCalls) -> list[int]:
        return await ids_of(calls, sort_by="updated_at", sort_order="asc", size=2)

    server.before_page = lambda page: server.commit(1) if page == 1 else None  # type: ignore[assignment, return-value]
    assert set(await asked(server.handle, walk)) == set(range(1, 8))


async def test_an_update_sends_only_what_is_set_and_its_revision() -> None:
    desk = Desk(an_alert(revision=4).model_dump(mode="json"))
    update = AlertUpdate(status="closed", analyst_comments=None)
    alert = await asked(desk, lambda calls: calls.update(7, update, if_revision=3))
    assert alert.revision == 4
    assert desk.sent == ("PUT", "/alerts/7", {"status": "closed", "analyst_comments": None})
    assert desk.requests[0].headers["If-Match"] == '"3"'


async def test_a_conditional_update_is_not_sent_twice() -> None:
    # The second would find the change that the first one made, and seem refused.
    def fail(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        raise httpx.ReadError("reset")

    sent: list[httpx.Request] = []
    with pytest.raises(errors.ConnectError):
        await asked(fail, lambda calls: calls.update(7, AlertUpdate(status="new"), if_revision=3))
    assert len(sent) == 1


async def test_someone_elses_change_comes_with_the_alert_as_it_is() -> None:
    body = {
        "detail": "x",
        "code": "changed_since",
        "current": an_alert(id=7).model_dump(mode="json"),
    }
    desk = Desk(httpx.Response(412, json=body))
    with pytest.raises(errors.ChangedSince) as caught:
        await asked(desk, lambda calls: calls.update(7, AlertUpdate(), if_revision=1))
    assert caught.value.current == an_alert(id=7)


ENTRY = {
    "id": 1,
    "alert_id": 7,
    "at": NOON.isoformat(),
    "actor": {"kind": "user", "id": 1, "name": "dana"},
    "action": "commented",
    "comment": "hm",
}


async def test_a_comment_comes_back_as_an_entry_of_the_timeline() -> None:
    desk = Desk(ENTRY)
    entry = await asked(desk, lambda calls: calls.comment(7, "hm"))
    assert entry.comment == "hm"
    assert desk.sent == ("POST", "/alerts/7/comments", {"content": "hm"})


async def test_the_timeline_is_a_list() -> None:
    desk = Desk({"timeline": [ENTRY]})
    entries = await asked(desk, lambda calls: calls.timeline(7))
    assert [entry.actor.name for entry in entries] == ["dana"]


async def test_taking_an_alert_gives_it_and_its_incident() -> None:
    incident = {
        "id": 1,
        "incident_id": "INC-1",
        "title": "x",
        "severity": "high",
        "priority": "P2",
        "status": "new",
        "created_at": NOON.isoformat(),
        "updated_at": NOON.isoformat(),
    }
    desk = Desk({"alert": an_alert(id=7).model_dump(mode="json"), "incident": incident})
    owned = await asked(desk, lambda calls: calls.take(7, notes="mine"))
    assert (owned.alert.id, owned.incident.incident_id) == (7, "INC-1")
    assert desk.sent == ("POST", "/alerts/7/ownership", {"notes": "mine"})


async def test_an_alert_is_created_from_what_its_draft_sets() -> None:
    desk = Desk(an_alert(id=7).model_dump(mode="json"))
    draft = a_draft(raw_alert_data={"a": None}, detected_at=NOON + timedelta(hours=1))
    await asked(desk, lambda calls: calls.create(draft))
    method, path, body = desk.sent
    assert (method, path) == ("POST", "/alerts/single")
    assert body == {
        "external_alert_id": "ext-1",
        "title": "Suspicious PowerShell",
        "severity": "high",
        "source": "edr",
        "detected_at": "2026-03-01T13:00:00Z",
        "raw_alert_data": {"a": None},
    }


async def test_drafts_and_plain_records_are_ingested_alike() -> None:
    desk = Desk({"success": True, "processed_count": 2, "failed_count": 0})
    drafts = [a_draft(), {"title": "unchecked"}]
    report = await asked(desk, lambda calls: calls.ingest("suricata", drafts))
    assert report.processed_count == 2
    _, path, body = desk.sent
    assert path == "/alerts/ingest"
    assert body["source_system"] == "suricata"
    assert [alert["title"] for alert in body["alerts"]] == ["Suspicious PowerShell", "unchecked"]


async def test_a_query_is_sent_as_it_is_understood_and_answered() -> None:
    server = FakeServer()
    server.commit(7, severity="critical", source_ip="10.1.2.3")
    server.commit(8, severity="critical")
    server.commit(9, severity="low", source_ip="10.1.2.3")
    wanted = parse("severity >= high")
    async with server.client() as client:
        found = [one.id async for one in client.alerts.list(query="Severity>=high ip:10.0.0.0/8")]
        assert found == [7]
        assert [one.id async for one in client.alerts.list(query=wanted)] == [8, 7]
    sent = server.requests[-2].url.params["query"]
    assert sent == "severity >= high and ip: 10.0.0.0/8"


async def test_a_mistake_in_a_query_is_told_before_anything_is_sent() -> None:
    server = FakeServer()
    async with server.client() as client:
        with pytest.raises(errors.QueryError, match="hihg"):
            client.alerts.list(query="severity: hihg")
    assert server.requests == []
