"""Get ready for one attempt to connect: what the server can read, and a token made anew.

A token in the path ends up in logs of servers and proxies, so it goes into a header wherever the
server says that it reads one.
"""

from pydantic import SecretStr
from websockets.asyncio.client import connect

from ..errors import (
    APIStatusError,
    AuthenticationError,
    InvalidResponse,
    IRError,
    TLSError,
    TransportError,
)
from ..rest.meta import Meta
from ..rest.network import Network
from ..rest.session import Session
from .endings import Ending, Nonsense, NoToken, Untrusted
from .link import open_link


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

    async def dial(self, *, renew_token: bool) -> connect | Ending:
        """The connection to be entered, or why there cannot be one."""
        try:
            bearer = await self._reads_bearer(ask_again=renew_token)
            token = await self._next_token(renew=renew_token)
        except IRError as error:
            return ending_without_token(error)
        return open_link(
            self._network, token, bearer=bearer, max_message_bytes=self._max_message_bytes
        )

    async def _reads_bearer(self, *, ask_again: bool) -> bool:
        if ask_again:
            self._meta.forget()
        try:
            meta = await self._meta.fetch(max_attempts=1)
        except APIStatusError:
            return False  # it stands, but does not say what it can: plain, for this attempt
        return "stream_bearer" in meta.features

    async def _next_token(self, *, renew: bool) -> SecretStr:
        if renew and self._token is not None:
            self._token = await self._session.renewed(self._token)
        else:
            self._token = await self._session.token()
        return self._token


def ending_without_token(error: IRError) -> Ending:
    """What a failure before the handshake means for the stream."""
    match error:
        case TLSError():
            return Untrusted(str(error))
        case InvalidResponse():
            return Nonsense(str(error))
        case TransportError():
            return NoToken(str(error), is_final=False)
        case AuthenticationError():
            return NoToken(str(error), is_final=True, hint=error.hint)
        case _:
            return NoToken(str(error), is_final=not error.retryable, hint=error.hint)
