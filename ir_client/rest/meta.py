"""Ask a server what it can do."""

import asyncio
import logging

from ..errors import APIStatusError, InvalidResponse, IRError, TransportError
from ..wire.auth import ServerMeta
from .call import Call
from .failures import parsed
from .transport import Transport

logger = logging.getLogger("ir_client.rest")

# A plain server is not asked before each write; one that fails is asked again sooner.
PLAIN_SECONDS = 60.0
FAILED_SECONDS = 5.0
PLAIN_SERVER = ServerMeta()


class Meta:
    """What the server says about itself; a server that says something is asked once."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._known: ServerMeta | None = None

    @property
    def known(self) -> ServerMeta | None:
        """What the server said, if it said something."""
        return self._known

    async def fetch(
        self, *, max_attempts: int | None = None, transport: Transport | None = None
    ) -> ServerMeta:
        """The server's answer, or that of a plain server where there is none."""
        if self._known is None:
            call = Call("GET", "/meta", is_open=True, max_attempts=max_attempts)
            try:
                self._known = parsed(await (transport or self._transport).send(call), ServerMeta)
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


class Features:
    """Which extensions a server has, for calls that use one only where it is there.

    However many calls ask at once, the server is asked once, in a task of its own. Where it cannot
    be reached, after the usual retries, the calls fail with that: sent without knowing, a write
    could not be repeated, and a plain server might get what it does not know. One that answers
    with a failure of its own has said nothing, and lacks nothing.
    """

    def __init__(self, meta: Meta, *, tasks: asyncio.TaskGroup) -> None:
        self._meta = meta
        self._tasks = tasks
        self._asking: asyncio.Task[TransportError | None] | None = None
        self._ask_again_at = 0.0
        self._is_plain = False

    async def has(self, name: str) -> bool:
        """Whether the server has said that it can do this. Raises TransportError."""
        await self._ask_if_unknown()
        known = self._meta.known
        return known is not None and name in known.features

    async def lacks(self, name: str) -> bool:
        """Whether the server has said that it cannot, or is plain. Raises TransportError."""
        await self._ask_if_unknown()
        known = self._meta.known
        return self._is_plain if known is None else name not in known.features

    async def _ask_if_unknown(self) -> None:
        if self._meta.known is not None:
            # Forgotten later, it is asked for at once.
            self._ask_again_at, self._is_plain = 0.0, False
        elif asyncio.get_running_loop().time() >= self._ask_again_at:
            if self._asking is None or self._asking.done():
                self._asking = self._tasks.create_task(self._ask())
            failure = await asyncio.shield(self._asking)
            if failure is not None:
                raise failure.with_traceback(None)

    async def _ask(self) -> TransportError | None:
        wait, self._is_plain = FAILED_SECONDS, False
        try:
            await self._meta.fetch()
            wait, self._is_plain = PLAIN_SECONDS, self._meta.known is None
        except InvalidResponse:
            # Some servers have a page for every address: none of ours says nothing of itself.
            wait, self._is_plain = PLAIN_SECONDS, True
        except TransportError as error:
            return error
        except IRError as error:
            logger.debug("the server did not say what it can do: %s", error)
        except Exception:
            # Raised, it would end every other task of the client as well.
            logger.exception("Asking for features failed in a way that was not foreseen")
        if self._meta.known is None:
            self._ask_again_at = asyncio.get_running_loop().time() + wait
        return None
