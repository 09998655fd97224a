"""Watch a stream and wait for what must appear in it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ir_client import Alert, EventStream, StreamState
    from ir_client.errors import IRError


class Watch:
    """The last state of each alert that a stream has told of, and the stream's own state.

    `run` reads the stream until it is cancelled; the others wait until something holds, or raise
    the error that ended the stream.
    """

    def __init__(self, stream: "EventStream") -> None:
        self._stream = stream
        self._alerts: dict[int, Alert] = {}
        self._new: set[int] = set()
        self._changed = asyncio.Event()
        self._error: IRError | None = None

    async def run(self) -> None:
        """Read the stream; ends when the stream does."""
        from ir_client import AlertUpdated, NewAlert
        from ir_client.errors import IRError

        try:
            async for event in self._stream:
                match event:
                    case NewAlert(data=alert):
                        self._new.add(alert.id)
                        self._alerts[alert.id] = alert
                    case AlertUpdated(data=alert):
                        self._alerts[alert.id] = alert
                    case _:
                        pass
                self._changed.set()
        except IRError as error:
            self._error = error
            self._changed.set()

    async def new_alerts(self, ids: set[int]) -> None:
        """Wait until all these alerts were announced as new."""
        await self._until(lambda: ids <= self._new)

    async def alert_with(self, alert_id: int, *, status: str) -> "Alert":
        """Wait until an alert is known with this status; returns it."""
        await self._until(lambda: self._status_of(alert_id) == status)
        return self._alerts[alert_id]

    async def known(self, ids: set[int]) -> None:
        """Wait until the stream has told of all these alerts, one way or another."""
        await self._until(lambda: ids <= self._alerts.keys())

    async def state(self, *wanted: "StreamState", look_seconds: float | None = None) -> None:
        """Wait until the stream is in one of these states.

        With `look_seconds` a stream that waits is told to try again that often.
        """
        while self._stream.status.state not in wanted:
            with suppress(TimeoutError):
                async with asyncio.timeout(look_seconds):
                    await self._until(lambda: self._stream.status.state in wanted)
            if look_seconds is not None:
                self._stream.retry_now()

    def _status_of(self, alert_id: int) -> str | None:
        alert = self._alerts.get(alert_id)
        return alert.status if alert is not None else None

    async def _until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            if self._error is not None:
                raise self._error
            self._changed.clear()
            await self._changed.wait()
