"""A server without our extensions hears nothing of them, whatever the client is asked to do."""

from typing import Any

import httpx
import pytest

from ir_client import AlertUpdate, InitialData, IRClient, Resumed, errors
from ir_client.testing import FakeServer
from ir_client.wire.auth import EndpointTokenCreate
from tests.support.builders import NOON, a_draft

# What the contract lists without an X, and the one question by which a server is known as plain.
PATHS = {
    "/api/v1/meta",
    "/api/v1/auth/login",
    "/api/v1/auth/refresh",
    "/api/v1/auth/logout",
    "/api/v1/auth/me",
    "/api/v1/auth/users",
    "/api/v1/endpoint-tokens",
    "/api/v1/alerts/",
    "/api/v1/alerts/7",
    "/api/v1/alerts/single",
    "/api/v1/alerts/ingest",
}
PARAMS = {
    *("search", "severity", "status", "source", "threat_type", "assigned_analyst_id"),
    *("incident_id", "detected_after", "detected_before", "received_after", "received_before"),
    *("false_positives", "reported", "overdue_only", "page", "size", "sort_by", "sort_order"),
}
HEADERS = {
    *("host", "accept", "accept-encoding", "connection", "user-agent"),
    *("authorization", "content-type", "content-length"),
}


async def work_with_alerts(client: IRClient) -> None:
    async for _ in client.alerts.list(severity=["high"], received_after=NOON, size=500):
        pass
    await client.alerts.get(7)
    await client.alerts.update(7, AlertUpdate(status="closed"))
    await client.alerts.create(a_draft(source="edr"), idempotency_key="mine")
    await client.alerts.ingest("edr", [a_draft(external_alert_id="2")])
    await client.alerts.ingest_many("edr", [a_draft(external_alert_id="3")])
    await client.raw.alerts.get(7)


async def manage_logins(client: IRClient) -> None:
    await client.auth.me()
    for call in (
        client.auth.users(),
        client.tokens.list(),
        client.tokens.create(EndpointTokenCreate(token_name="siem")),
    ):
        with pytest.raises(errors.NotFound):  # the fake has none
            await call
    await client.auth.logout()


async def follow(server: FakeServer, client: IRClient) -> None:
    async with client.events() as stream:
        async for event in stream:
            if isinstance(event, InitialData):
                server.commit(7, status="triaged")
                server.break_lines()
                break
        async for event in stream:
            if isinstance(event, Resumed):
                break


def x_in(request: httpx.Request) -> list[str]:
    """What of a request a plain server does not know."""
    found = [f"path {request.url.path}"] if request.url.path not in PATHS else []
    found += [f"parameter {name}" for name in request.url.params if name not in PARAMS]
    found += [f"header {name}" for name in request.headers if name not in HEADERS]
    if int(request.url.params.get("size", 1)) > 100:
        found.append("a page of more than 100")
    return found


async def test_a_plain_server_is_sent_nothing_of_ours() -> None:
    async with FakeServer(features=None) as server:
        server.commit(7)
        async with IRClient(
            server.url, credentials=server.credentials, uniform=lambda low, high: 0.0
        ) as client:
            await follow(server, client)
            await work_with_alerts(client)
            server.expire_access_tokens()
            await manage_logins(client)
        assert [(str(one.url), x_in(one)) for one in server.requests if x_in(one)] == []
        assert {request.url.path for request in server.requests} >= PATHS - {"/api/v1/auth/login"}
        assert len(server.stream_queries) >= 2
        assert [set(query) for query in server.stream_queries] == [{"token"}] * len(
            server.stream_queries
        )


@pytest.mark.parametrize(
    ("feature", "call"),
    [
        ("if_match", lambda c: c.alerts.update(7, AlertUpdate(status="new"), if_revision=1)),
        ("comments", lambda c: c.alerts.comment(7, "hm")),
        ("timeline", lambda c: c.alerts.timeline(7)),
        ("ownership", lambda c: c.alerts.take(7)),
        ("updated_after", lambda c: anext(c.alerts.list(updated_after=NOON).pages())),
        ("query", lambda c: anext(c.alerts.list(query="severity: high").pages())),
        ("timeline", lambda c: c.raw.alerts.timeline(7)),
    ],
)
@pytest.mark.parametrize("features", [None, ("revision",)])
async def test_what_it_cannot_do_is_said_and_not_sent(
    feature: str, call: Any, features: tuple[str, ...] | None
) -> None:
    server = FakeServer(features=features)
    server.commit(7)
    async with server.client() as client:
        with pytest.raises(errors.MissingFeature, match=feature) as caught:
            await call(client)
    assert caught.value.feature == feature
    assert {request.url.path for request in server.requests} <= {"/api/v1/meta"}
    assert server.alerts[7].status == "new"
