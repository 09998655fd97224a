"""Endpoint tokens, as requests and answers."""

import json
from typing import Any

import httpx
import pytest

from ir_client import errors
from ir_client.rest.tokens import TokenCalls
from ir_client.wire.auth import EndpointTokenCreate, EndpointTokenUpdate
from tests.ir_client.rest.support import a_transport


async def test_tokens_are_listed_without_and_made_with_their_value() -> None:
    bodies: list[Any] = []

    def handle(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            bodies.append(json.loads(request.content))
            return httpx.Response(201, json={"id": 3, "token_name": "siem", "token": "ire_x"})
        return httpx.Response(200, json={"tokens": [{"id": 3, "token_name": "siem"}]})

    async with a_transport(handle) as transport:
        calls = TokenCalls(transport)
        wanted = EndpointTokenCreate(token_name="siem", rate_limit_per_minute=None)
        made = await calls.create(wanted)
        assert made.token.get_secret_value() == "ire_x"
        assert "ire_x" not in repr(made)
        assert [token.token_name for token in await calls.list()] == ["siem"]
    assert bodies == [{"token_name": "siem", "rate_limit_per_minute": None}]


async def test_a_token_is_changed_switched_and_removed_under_its_number() -> None:
    asked: list[tuple[str, str, bytes]] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append((request.method, request.url.path.removeprefix("/api/v1"), request.content))
        return httpx.Response(200, json={"id": 3, "token_name": "siem", "requests_left": 7})

    async with a_transport(handle) as transport:
        calls = TokenCalls(transport)
        assert (await calls.get(3)).token_name == "siem"
        await calls.update(3, EndpointTokenUpdate(allowed_ips=None, can_read_alerts=True))
        await calls.activate(3)
        await calls.deactivate(3)
        await calls.delete(3)
        assert (await calls.info()).requests_left == 7
    assert [(method, path) for method, path, _ in asked] == [
        ("GET", "/endpoint-tokens/3"),
        ("PUT", "/endpoint-tokens/3"),
        ("POST", "/endpoint-tokens/3/activate"),
        ("POST", "/endpoint-tokens/3/deactivate"),
        ("DELETE", "/endpoint-tokens/3"),
        ("GET", "/alerts/token/info"),
    ]
    assert json.loads(asked[1][2]) == {"allowed_ips": None, "can_read_alerts": True}


async def test_a_removal_whose_answer_is_lost_is_not_asked_for_again_without_a_key() -> None:
    asked: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        raise httpx.ReadError("gone")

    async with a_transport(handle) as transport:
        with pytest.raises(errors.ConnectError):
            await TokenCalls(transport).delete(3)
    assert asked == ["DELETE"]
