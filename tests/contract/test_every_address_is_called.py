"""Whatever the server offers by REST, the SDK has a call for."""

import re
from collections.abc import Awaitable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
from fastapi.routing import APIRoute
from pydantic import SecretStr

from ir_client import AlertUpdate, IRClient, TokenCredentials, errors
from ir_client.wire.auth import (
    EndpointTokenCreate,
    EndpointTokenUpdate,
    UserCreate,
    UserUpdate,
)
from ir_client.wire.incidents import IncidentCreate, IncidentUpdate
from server_stub.api.meta import _META
from server_stub.app import create_app
from tests.support.builders import a_draft
from tests.support.server import cheap_settings

FOR_MACHINES = {"/healthz", "/readyz", "/metrics", "/alerts/health"}
FOR_READERS = {"/docs", "/openapi.json"}
USER = UserCreate(username="dana", password=SecretStr("a-long-enough-password"))


def offered(directory: Path) -> Iterator[tuple[str, str]]:
    """Method and address of all that the server offers, but for what only machines ask."""
    for included in create_app(cheap_settings(directory)).routes:
        routes: list[Any] = getattr(included, "original_router", included).routes
        for route in routes:
            if isinstance(route, APIRoute) and route.path not in FOR_MACHINES | FOR_READERS:
                for method in route.methods - {"HEAD"}:
                    yield method, re.sub(r"\{\w+\}", "7", route.path)


class Recorder:
    """A server that notes what it is asked and has nothing."""

    def __init__(self) -> None:
        self.asked: set[tuple[str, str]] = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/v1").rstrip("/")
        self.asked.add((request.method, path))
        if path == "/meta":
            return httpx.Response(200, content=_META.model_dump_json())
        return httpx.Response(404)


def calls(client: IRClient) -> Iterator[Awaitable[object]]:
    alerts, auth, tokens = client.alerts, client.auth, client.tokens
    yield anext(alerts.list().pages())
    yield from (alerts.get(7), alerts.timeline(7), alerts.take(7), alerts.comment(7, "hm"))
    yield from (alerts.update(7, AlertUpdate()), alerts.create(a_draft()))
    yield alerts.bulk_update(AlertUpdate(), alert_ids=[7])
    yield from (alerts.stats(), alerts.sources(), alerts.source_systems())
    yield from (alerts.ingest("edr", []), auth.stream_ticket())
    yield from (auth.me(), auth.users(), auth.create_user(USER), auth.update_user(7, UserUpdate()))
    yield from (tokens.list(), tokens.get(7), tokens.info(), tokens.delete(7))
    yield tokens.create(EndpointTokenCreate(token_name="siem"))
    yield tokens.update(7, EndpointTokenUpdate())
    yield from (tokens.activate(7), tokens.deactivate(7))
    yield from calls_about_incidents(client)
    yield auth.login("dana", "x")
    yield client._open.session.refreshed_pair(SecretStr("x"))
    yield from (auth.change_password("x", "y"), auth.logout_all(), auth.logout())


def calls_about_incidents(client: IRClient) -> Iterator[Awaitable[object]]:
    incidents = client.incidents
    yield anext(incidents.list().pages())
    yield from (incidents.get(7), incidents.timeline(7), incidents.owned(), incidents.stats())
    yield incidents.create(IncidentCreate(title="x", severity="high"))
    yield incidents.update(7, IncidentUpdate())
    yield from (incidents.set_status(7, "closed"), incidents.add_note(7, "hm"))


async def test_every_address_of_the_server_is_called_by_the_sdk(tmp_path: Path) -> None:
    server = Recorder()
    credentials = TokenCredentials(SecretStr("ire_for_tests"))
    async with IRClient(
        "http://test", credentials=credentials, handler=httpx.MockTransport(server)
    ) as client:
        for call in calls(client):
            with suppress(errors.IRError):
                await call
    addresses = set(offered(tmp_path))
    assert len(addresses) > 30
    assert addresses - server.asked == set()
