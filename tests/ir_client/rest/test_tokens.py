"""Endpoint tokens, as requests and answers."""

import json
from typing import Any

import httpx

from ir_client.rest.tokens import TokenCalls
from ir_client.wire.auth import EndpointTokenCreate
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
