"""Incidents, as requests and answers."""

import json
from typing import Any

import httpx
import pytest

from ir_client import Incident, IncidentCreate, IncidentUpdate, errors
from ir_client.rest.incidents import IncidentCalls
from tests.ir_client.rest.support import Handler, a_transport


def an_incident(number: int = 1, **fields: Any) -> dict[str, Any]:
    """An incident of a plain server: a time without a zone, no revision."""
    times = dict.fromkeys(("created_at", "updated_at"), "2026-03-01 12:00:00")
    words = {"title": "t", "severity": "high", "priority": "P2", "status": "new"}
    return {"id": number, "incident_id": f"INC-{number}", **words, **times, **fields}


class Recorder:
    """Answers everything alike and keeps what it was asked."""

    def __init__(self, answer: Any, status: int = 200) -> None:
        self.requests: list[httpx.Request] = []
        self._answer = answer
        self._status = status

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(self._status, json=self._answer)

    @property
    def said(self) -> tuple[str, str, Any]:
        request = self.requests[-1]
        body = json.loads(request.content) if request.content else None
        return request.method, request.url.raw_path.decode(), body


async def asked(handler: Handler, work: Any) -> Any:
    async with a_transport(handler) as transport:
        return await work(IncidentCalls(transport))


def pages_of(count: int, *, exact: bool) -> Handler:
    """A server with so many incidents, the newest first."""

    def handle(request: httpx.Request) -> httpx.Response:
        page, size = (int(request.url.params[name]) for name in ("page", "size"))
        numbers = [*range(count, 0, -1)][(page - 1) * size : page * size]
        total = count if exact else min(count, size + 1)
        pagination = {"page": page, "size": size, "total": total}
        pagination |= {"total_pages": -(-total // size), "total_exact": exact}
        found = [an_incident(number) for number in numbers]
        return httpx.Response(200, json={"incidents": found, "pagination": pagination})

    return handle


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("count", [0, 1, 2, 4, 5])
async def test_a_list_walks_all_pages_also_when_their_count_is_an_estimate(
    count: int, exact: bool
) -> None:
    async def work(calls: IncidentCalls) -> list[int]:
        return [incident.id async for incident in calls.list(size=2)]

    assert await asked(pages_of(count, exact=exact), work) == [*range(count, 0, -1)]


async def test_an_incident_that_is_pushed_onto_the_next_page_comes_once() -> None:
    count = 3

    def handle(request: httpx.Request) -> httpx.Response:
        nonlocal count
        answer = pages_of(count, exact=True)(request)
        count += 1
        assert isinstance(answer, httpx.Response)
        return answer

    async def work(calls: IncidentCalls) -> list[int]:
        return [incident.id async for incident in calls.list(size=2)]

    assert await asked(handle, work) == [3, 2, 1]


async def test_filters_are_sent_as_they_are_repeated_for_several_values() -> None:
    recorder = Recorder({"incidents": [], "pagination": dict.fromkeys(PAGING, 0)})

    async def work(calls: IncidentCalls) -> None:
        query = calls.list(search="a b", status=["new", "active"], owner_id=3)
        assert [page.incidents async for page in query.pages()] == [()]

    await asked(recorder, work)
    sent = recorder.requests[0].url
    assert sent.path == "/api/v1/incidents/"
    assert sent.params.multi_items() == [
        ("size", "100"),
        ("search", "a b"),
        ("status", "new"),
        ("status", "active"),
        ("owner_id", "3"),
        ("page", "1"),
    ]


PAGING = ("page", "size", "total", "total_pages")


async def test_a_plain_servers_incident_is_understood() -> None:
    read: Incident = await asked(Recorder(an_incident(x=1)), lambda calls: calls.get("INC-1"))
    assert read.created_at.isoformat() == "2026-03-01T12:00:00+00:00"
    assert (read.revision, read.incident_timeline, read.owner) == (None, (), None)


@pytest.mark.parametrize(
    ("name", "path"),
    [(7, "7"), ("INC-2026-000007", "INC-2026-000007"), ("../users?x#y", "..%2Fusers%3Fx%23y")],
)
async def test_a_name_cannot_lead_elsewhere(name: int | str, path: str) -> None:
    recorder = Recorder(an_incident())
    await asked(recorder, lambda calls: calls.get(name))
    assert recorder.said == ("GET", f"/api/v1/incidents/{path}", None)


async def test_only_what_was_set_is_sent() -> None:
    recorder = Recorder(an_incident())
    incident = IncidentCreate(title="t", severity="high", alert_ids=(1, 2))
    await asked(recorder, lambda calls: calls.create(incident))
    body: dict[str, Any] = {"title": "t", "severity": "high", "alert_ids": [1, 2]}
    assert recorder.said == ("POST", "/api/v1/incidents", body)
    await asked(recorder, lambda calls: calls.update(7, IncidentUpdate(category=None)))
    assert recorder.said == ("PUT", "/api/v1/incidents/7", {"category": None})
    assert "If-Match" not in recorder.requests[-1].headers
    await asked(recorder, lambda calls: calls.set_status(7, "closed"))
    assert recorder.said == ("PUT", "/api/v1/incidents/7/status", {"status": "closed"})
    await asked(recorder, lambda calls: calls.set_status(7, "closed", "done"))
    assert recorder.said[2] == {"status": "closed", "notes": "done"}
    await asked(recorder, lambda calls: calls.add_note(7, "hm"))
    assert recorder.said == ("POST", "/api/v1/incidents/7/notes", {"content": "hm"})
    await asked(recorder, lambda calls: calls.add_note(7, "hm", note_type="x", is_internal=True))
    assert recorder.said[2] == {"content": "hm", "note_type": "x", "is_internal": True}


async def test_an_incident_that_changed_comes_with_the_error() -> None:
    body = {"detail": "changed", "code": "changed_since", "current": an_incident(revision=4)}
    recorder = Recorder(body, 412)
    update = IncidentUpdate(title="x")
    with pytest.raises(errors.ChangedSince) as caught:
        await asked(recorder, lambda calls: calls.update("INC-1", update, if_revision=3))
    assert recorder.requests[0].headers["If-Match"] == '"3"'
    assert caught.value.current is None
    assert caught.value.current_incident is not None
    assert caught.value.current_incident.revision == 4


async def test_owned_incidents_and_counts_of_a_server_that_says_little() -> None:
    recorder = Recorder({"incidents": [an_incident()], "total": 1})
    owned = await asked(recorder, lambda calls: calls.owned(status=["new", "active"]))
    assert [incident.id for incident in owned] == [1]
    assert recorder.said[1] == "/api/v1/incidents/owned?status=new&status=active"
    stats = await asked(recorder, lambda calls: calls.stats())
    assert (stats.total, stats.open, stats.average_time_to_resolution) == (1, 0, None)
