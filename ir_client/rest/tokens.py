"""Endpoint tokens: what SIEMs and services log in with."""

from ..wire.auth import (
    EndpointToken,
    EndpointTokenCreate,
    EndpointTokenCreated,
    EndpointTokenList,
)
from .failures import parsed
from .transport import Call, Transport


class TokenCalls:
    """`client.tokens`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self) -> "list[EndpointToken]":
        """All endpoint tokens, without their values."""
        answer = await self._transport.send(Call("GET", "/endpoint-tokens"))
        return [*parsed(answer, EndpointTokenList).tokens]

    async def create(self, token: EndpointTokenCreate) -> EndpointTokenCreated:
        """Make an endpoint token; its value is in this answer and nowhere else."""
        body = token.model_dump(mode="json", exclude_unset=True)
        call = Call("POST", "/endpoint-tokens", body=body)
        return parsed(await self._transport.send(call), EndpointTokenCreated)
