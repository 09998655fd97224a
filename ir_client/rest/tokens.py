"""Endpoint tokens: what SIEMs and services log in with."""

from ..wire.auth import (
    EndpointToken,
    EndpointTokenCreate,
    EndpointTokenCreated,
    EndpointTokenInfo,
    EndpointTokenList,
    EndpointTokenUpdate,
)
from .call import Call
from .failures import parsed
from .transport import Transport


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

    async def get(self, token_id: int) -> EndpointToken:
        """One endpoint token, without its value."""
        call = Call("GET", f"/endpoint-tokens/{token_id}")
        return parsed(await self._transport.send(call), EndpointToken)

    async def update(self, token_id: int, update: EndpointTokenUpdate) -> EndpointToken:
        """Change the fields that are set in `update`; they hold from the next request on."""
        body = update.model_dump(mode="json", exclude_unset=True)
        call = Call("PUT", f"/endpoint-tokens/{token_id}", body=body)
        return parsed(await self._transport.send(call), EndpointToken)

    async def activate(self, token_id: int) -> EndpointToken:
        """Let an endpoint token be used again."""
        call = Call("POST", f"/endpoint-tokens/{token_id}/activate", idempotent=True)
        return parsed(await self._transport.send(call), EndpointToken)

    async def deactivate(self, token_id: int) -> EndpointToken:
        """Let an endpoint token be used no more, until it is activated."""
        call = Call("POST", f"/endpoint-tokens/{token_id}/deactivate", idempotent=True)
        return parsed(await self._transport.send(call), EndpointToken)

    async def delete(self, token_id: int) -> None:
        """Remove an endpoint token for good (admins)."""
        # Sent twice without a key, the second would find nothing there.
        call = Call("DELETE", f"/endpoint-tokens/{token_id}", idempotent=False)
        await self._transport.send(call)

    async def info(self) -> EndpointTokenInfo:
        """What the endpoint token that we are may do, and what is left of its minute."""
        return parsed(
            await self._transport.send(Call("GET", "/alerts/token/info")), EndpointTokenInfo
        )
