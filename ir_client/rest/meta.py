"""Ask a server what it can do."""

from ..errors import APIStatusError
from ..wire.auth import ServerMeta
from .failures import parsed
from .transport import Call, Transport

PLAIN_SERVER = ServerMeta()


class Meta:
    """What the server says about itself; a server that says something is asked once."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._known: ServerMeta | None = None

    async def fetch(self, *, max_attempts: int | None = None) -> ServerMeta:
        """The server's answer, or that of a plain server where there is none."""
        if self._known is None:
            call = Call("GET", "/meta", is_open=True, max_attempts=max_attempts)
            try:
                self._known = parsed(await self._transport.send(call), ServerMeta)
            except APIStatusError as error:
                if error.retryable:
                    raise
                # Plain servers refuse an address they do not have with 404, 405, 401 or 403. So
                # does a proxy whose server restarts: it is no answer to be remembered.
                return PLAIN_SERVER
        return self._known

    def forget(self) -> None:
        """Ask again next time: the server may be another one by now."""
        self._known = None
