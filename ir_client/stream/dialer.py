"""Get ready for one attempt to connect: what the server can read, and a token made anew.

A token in the path ends up in logs of servers and proxies, so it goes into a header wherever the
server says that it reads one.
"""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from pydantic import SecretStr

from ..errors import (
    APIStatusError,
    AuthenticationError,
    InvalidResponse,
    IRError,
    TLSError,
    TransportError,
)
from ..rest.meta import PLAIN_SERVER, Meta
from ..rest.network import Network
from ..rest.session import Session
from ..wire.auth import ServerMeta
from ..wire.cursor import StreamPosition
from .endings import Ending, Nonsense, NoToken, Untrusted
from .link import open_link
from .receiving import Link

PLAIN_PROTOCOL, RESUMING_PROTOCOL = 1, 2


@dataclass(frozen=True, slots=True)
class Dialled:
    """A connection to be entered, and the protocol that was asked for."""

    connection: AbstractAsyncContextManager[Link]
    protocol: int


class Dialer:
    """Prepares the connections of one stream."""

    def __init__(
        self, network: Network, session: Session, meta: Meta, *, max_message_bytes: int
    ) -> None:
        self._network = network
        self._session = session
        self._meta = meta
        self._max_message_bytes = max_message_bytes
        self._token: SecretStr | None = None

    async def dial(
        self, *, renew_token: bool, resume_from: StreamPosition | None = None
    ) -> Dialled | Ending:
        """The connection to be entered, or why there cannot be one."""
        try:
            meta = await self._ask(again=renew_token)
            token = await self._next_token(renew=renew_token)
        except IRError as error:
            return ending_without_token(error)
        protocol, query = _speaking(meta, resume_from)
        connection = open_link(
            self._network,
            token,
            query=query,
            bearer="stream_bearer" in meta.features,
            max_message_bytes=self._max_message_bytes,
        )
        return Dialled(connection, protocol)

    async def _ask(self, *, again: bool) -> ServerMeta:
        if again:
            self._meta.forget()
        try:
            return await self._meta.fetch(max_attempts=1)
        except APIStatusError:
            return PLAIN_SERVER  # it stands, but does not say what it can: plain, for this attempt

    async def _next_token(self, *, renew: bool) -> SecretStr:
        if renew and self._token is not None:
            self._token = await self._session.renewed(self._token)
        else:
            self._token = await self._session.token()
        return self._token


def _speaking(meta: ServerMeta, position: StreamPosition | None) -> tuple[int, dict[str, str]]:
    """The best protocol of both, and what to say for it."""
    if RESUMING_PROTOCOL not in meta.protocols:
        return PLAIN_PROTOCOL, {}
    query = {"protocol": str(RESUMING_PROTOCOL)}
    if position is not None:
        query |= {"epoch": position.epoch, "resume_from": str(position.seq)}
    return RESUMING_PROTOCOL, query


def ending_without_token(error: IRError) -> Ending:
    """What a failure before the handshake means for the stream."""
    match error:
        case TLSError():
            return Untrusted(str(error), hint=error.hint)
        case InvalidResponse():
            return Nonsense(str(error))
        case TransportError():
            return NoToken(str(error), is_final=False)
        case AuthenticationError():
            return NoToken(str(error), is_final=True, hint=error.hint)
        case _:
            return NoToken(str(error), is_final=not error.retryable, hint=error.hint)
