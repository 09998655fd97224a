"""The connection that a stream has at the moment, if any: sending on it, and its pulse.

Holds when a frame came last and when anything did, also of a connection that is gone.
"""

import asyncio
from dataclasses import replace

from ..errors import ConnectError
from .link import LINK_ERRORS, heard_at, latency_of
from .receiving import Link
from .status import StreamStatus

SEND_TIMEOUT_SECONDS = 10.0


class Line:
    """What a stream is connected by."""

    def __init__(self) -> None:
        self._link: Link | None = None
        self._frame_at: float | None = None
        self._heard_at: float | None = None

    def holds(self, link: Link) -> bool:
        """Whether this is still the connection."""
        return self._link is link

    def join(self, link: Link) -> None:
        """The stream is connected."""
        self._link = link

    def leave(self) -> None:
        """It is no more."""
        self._heard_at = self._last_heard_at()
        self._link = None

    def note_frame(self, now: float) -> None:
        """A frame has come."""
        self._frame_at = now

    def completed(self, status: StreamStatus) -> StreamStatus:
        """What the protocol says of the stream, and what only its connection knows."""
        return replace(
            status,
            latency_seconds=latency_of(self._link) if self._link is not None else None,
            last_frame_at=self._frame_at,
            last_heard_at=self._last_heard_at(),
        )

    def _last_heard_at(self) -> float | None:
        heard = heard_at(self._link) if self._link is not None else None
        return heard or self._heard_at

    async def send(self, text: str) -> None:
        """Send a message. ConnectError while not connected, or when it does not leave in time."""
        link = self._link
        if link is None:
            raise _not_connected()
        try:
            async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                await link.send(text)
        except LINK_ERRORS:
            raise _not_connected() from None


def _not_connected() -> ConnectError:
    return ConnectError("The stream is not connected", hint="Wait until it is live again.")
