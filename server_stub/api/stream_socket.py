"""The WebSocket connection as the hub's outlet: uvicorn's protocol, taught to be driven by us.

uvicorn's own way to send waits for the peer and encodes anew for each one. Here finished frames
go straight to the transport while it takes them (twice the deliveries, measured); what it does
not take, the hub keeps. Bounded here too, because nothing above can: an upgrade with an over-long
head (it hangs in uvicorn without an answer), a peer that never reads its close frame, one that
still talks while it is shown the door, and a flood of pings.

Uses attributes that uvicorn does not promise (`conn, transport, close_sent, ...`): its version is
pinned to a range, and the tests go through real sockets.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Self

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.http11 import Request
from websockets.protocol import State

from server_stub.domain.rate_limit import Rate, TokenBucket
from server_stub.settings import ServerSettings

PING_SECONDS = 20.0
_CLOSE_SECONDS = 5.0
_LINGER_SECONDS = 1.0
_PINGS = Rate(per_second=10, burst=100)

_EXTENSION = "ir_central.stream_socket"
_MAX_REASON_BYTES = 123


def uvicorn_stream_settings(settings: ServerSettings) -> dict[str, Any]:
    """How uvicorn has to serve the stream.

    Clients send short commands, so their messages are small. Without compression a few KB cannot
    grow to megabytes, and a frame's bytes are the same for every connection.
    """
    return {
        "ws": StreamSocket,
        "ws_per_message_deflate": False,
        "ws_max_size": settings.stream_message_bytes,
        "ws_ping_interval": PING_SECONDS,
        "ws_ping_timeout": PING_SECONDS,
    }


class StreamSocket(WebSocketsSansIOProtocol):
    """One WebSocket connection."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.heard_at = self.loop.time()
        self.blocked_since: float | None = None
        self.on_writable: Callable[[], None] = _do_nothing
        self._pings = TokenBucket(_PINGS, self.heard_at)

    @classmethod
    def of(cls, scope: Mapping[str, Any]) -> Self | None:
        """The connection behind an ASGI scope; None under a server that was started otherwise."""
        socket = scope.get("extensions", {}).get(_EXTENSION, {}).get("socket")
        return socket if isinstance(socket, cls) else None

    @property
    def can_write(self) -> bool:
        """Whether a frame may be written now.

        Asked for each frame and connection. Once it is accepted, whatever ends it has sent a close
        frame or is closing the transport.
        """
        return (
            self.blocked_since is None
            and self.handshake_complete
            and not self.close_sent
            and not self.transport.is_closing()
        )

    @property
    def _is_open(self) -> bool:
        return (
            self.handshake_complete
            and not self.close_sent
            and not self.disconnected
            and not self.transport.is_closing()
            and self.conn.state is State.OPEN
        )

    def write(self, data: bytes) -> None:
        """Write one or more finished frames; never waits."""
        self.transport.write(data)

    def close(self, code: int, reason: str) -> None:
        """Put a close frame behind what was written; cut the line if the peer does not answer."""
        if not self._is_open:
            return
        self.conn.send_close(code, _shortened(reason))
        self._leave(code, reason, cut_after=_CLOSE_SECONDS)

    def _leave(self, code: int, reason: str, *, cut_after: float) -> None:
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self._cut_after(cut_after)

    def _cut_after(self, seconds: float) -> None:
        # A closing transport waits for its buffer, and a peer that never reads never empties it.
        if self.close_timer is not None:
            self.close_timer.cancel()
        self.close_timer = self.loop.call_later(seconds, self.transport.abort)

    # What uvicorn and the transport call

    async def send(self, message: Any) -> None:
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            # Refused by an answer: uvicorn would log that as an error of ours, each time.
            self.handshake_complete = True

    def data_received(self, data: bytes) -> None:
        self.heard_at = self.loop.time()
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            # The answer (414 or 431) is ready, but uvicorn does not send it.
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):
            self.scope["extensions"][_EXTENSION] = {"socket": self}

    def pause_writing(self) -> None:
        super().pause_writing()
        self.blocked_since = self.loop.time()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.blocked_since = None
        self.on_writable()

    def handle_ping(self) -> None:
        if not self._pings.take(self.heard_at):
            self.close(1008, "too many pings")
        elif self.blocked_since is None:
            super().handle_ping()
        else:
            # Who pings and never reads would fill the memory with pongs.
            self.conn.data_to_send()

    def handle_parser_exception(self) -> None:
        if self.close_sent:
            return  # what still comes in is read and dropped until the line is cut
        # Closing at once with input unread makes the kernel reset the connection, and the peer
        # never learns the code. So the line stays open for a moment and drops what comes.
        sent = self.conn.close_sent
        code, reason = (sent.code, sent.reason) if sent is not None else (1002, "")
        self._leave(code, reason, cut_after=_LINGER_SECONDS)

    def keepalive_timeout(self) -> None:
        if self.heard_at > self.ping_sent_at:
            # Any inbound frame counts as life; only the pong is late.
            self.pong_timer = None
            self.pending_ping_payload = None
            self.schedule_ping()
            return
        super().keepalive_timeout()
        self._cut_after(_CLOSE_SECONDS)

    def shutdown(self) -> None:
        if not self.transport.is_closing():
            super().shutdown()
        self._cut_after(_LINGER_SECONDS)


def _do_nothing() -> None:
    pass


def _shortened(reason: str) -> str:
    """A close reason that fits: a longer one makes the close itself fail."""
    return reason.encode()[:_MAX_REASON_BYTES].decode(errors="ignore")
