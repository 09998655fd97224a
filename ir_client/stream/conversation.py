"""Send commands on the connection that there is, and see to what comes back.

Holds what was asked and which alert the user views: that is said again on each new connection.
Waits for a connection, but never sends a command twice: what was on its way when the line broke
may have been carried out.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

from ..errors import ClientClosedError, ConnectError, IRError, RequestTimeout
from ..wire.commands import Command, Viewing, encode_command
from ..wire.events import StreamError
from .events import Event
from .questions import Answer, Questions

logger = logging.getLogger("ir_client.stream")

_LOOK_FIRST = "Whether it was done is not known: look, and ask again if need be."


class Conversation:
    """The commands of one stream; a listener of its connections."""

    hears_changes = False  # a change is no answer, whoever asked for it

    def __init__(
        self,
        send: Callable[[str], Awaitable[None]],
        *,
        spawn: Callable[[Callable[[], Awaitable[None]]], Any],
    ) -> None:
        self._send = send
        self._spawn = spawn
        self._questions = Questions()
        self._ids = count(1)
        self._speaks: int | None = None
        self._end: IRError | None = None
        self._news = asyncio.Event()
        self._viewed: int | None = None
        self._view_id: str | None = None

    async def send(self, command: Command) -> None:
        """Send a command and wait for no answer. ConnectError while not connected."""
        if self._speaks is None:
            raise ConnectError("The stream is not connected", hint="Wait until it is live again.")
        if self._speaks == 1:
            self._questions.note_unanswered()
        await self._send(encode_command(command))

    async def ask(self, command: Command, *, timeout_seconds: float) -> Answer:
        """Send a command and wait for its answer."""
        try:
            async with asyncio.timeout(timeout_seconds) as limit:
                await self._until_connected()
                return await self._answer_to(command)
        except TimeoutError:
            if not limit.expired():
                raise
            message = f"{command.type} was not answered within {timeout_seconds:g} s"
            raise RequestTimeout(message, hint=_LOOK_FIRST) from None

    async def view(self, alert_id: int | None) -> None:
        """Say which alert is viewed, now and on every connection to come."""
        self._viewed = alert_id
        await self._say_what_is_viewed()

    # What the stream says of its connections

    def opened(self, *, protocol: int) -> None:
        """A connection works."""
        self._speaks = protocol
        self._news.set()
        if self._viewed is not None:
            self._spawn(self._say_what_is_viewed)

    def heard(self, event: Event, request_id: str | None) -> None:
        """Something came in."""
        if request_id is not None and request_id == self._view_id:
            self._view_id = None
            if isinstance(event, StreamError):
                logger.info("the server does not let this alert be viewed: %s", event.data.message)
                self._viewed = None
        elif self._questions.has_any:  # most events answer nothing
            self._questions.heard(event, request_id)

    def lost(self) -> None:
        """The connection is gone."""
        self._speaks = self._view_id = None
        message = "The connection was lost before the answer came"
        self._questions.fail(ConnectError(message, hint=_LOOK_FIRST))

    def ended(self, error: IRError | None) -> None:
        """There will be no connection any more."""
        self._end = self._end or error or ClientClosedError("The stream was closed")
        self._news.set()

    async def _until_connected(self) -> None:
        while self._speaks is None:
            if self._end is not None:
                raise self._end.with_traceback(None)
            self._news.clear()
            await self._news.wait()

    async def _answer_to(self, command: Command) -> Answer:
        request_id = self._next_id() if self._speaks == 2 else None
        question = self._questions.ask(command, request_id=request_id)
        try:
            await self._send(encode_command(command, request_id=request_id))
            return await question.outcome
        finally:
            if not question.outcome.cancel() and not question.outcome.cancelled():
                question.outcome.exception()  # seen, also where sending failed first

    async def _say_what_is_viewed(self) -> None:
        if self._speaks != 2:
            return  # protocol 1 has no word for it, and a new connection says it anyway
        self._view_id = self._next_id()
        command = Viewing(alert_id=self._viewed)
        try:
            await self._send(encode_command(command, request_id=self._view_id))
        except ConnectError:
            logger.debug("the connection was lost before it was said what is viewed")

    def _next_id(self) -> str:
        return f"ir-{next(self._ids)}"
