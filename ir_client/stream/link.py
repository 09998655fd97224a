"""Open one WebSocket, and say in our words how it ended.

websockets logs the path and headers of a handshake, token included, when debugging; it gets a
logger that never does. Its exceptions may quote the address, so none of their texts is used.
"""

import logging
import ssl
from collections.abc import Mapping, MutableMapping
from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidMessage,
    InvalidStatus,
    ProxyError,
    WebSocketException,
)

from ..rest.network import Network
from .endings import Closed, Ending, Nonsense, Refused, TooLarge, Unreachable, Untrusted
from .receiving import Link

PING_INTERVAL_SECONDS = 15.0
PING_TIMEOUT_SECONDS = 10.0
CLOSE_TIMEOUT_SECONDS = 2.0
OPEN_TIMEOUT_SECONDS = 10.0


class _QuietLogger(logging.LoggerAdapter[logging.Logger]):
    """Passes warnings on and nothing below: the rest holds tokens and whole frames."""

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - the name that logging gives it
        return level >= logging.WARNING and super().isEnabledFor(level)

    def process(
        self, msg: Any, kwargs: MutableMapping[str, Any]
    ) -> tuple[Any, MutableMapping[str, Any]]:
        return msg, {key: value for key, value in kwargs.items() if key != "exc_info"}


_logger = _QuietLogger(logging.getLogger("ir_client.stream.link"), {})


class _Connect(connect):
    """A connection that follows no redirect: the token is for one server only."""

    async def __aenter__(self) -> Link:
        link = await super().__aenter__()
        assert isinstance(link, Link)
        return link

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


def open_link(
    network: Network,
    token: SecretStr,
    *,
    query: Mapping[str, str],
    bearer: bool,
    max_message_bytes: int,
) -> AbstractAsyncContextManager[Link]:
    """The connection to be entered; the token goes into a header where the server reads one."""
    secret = token.get_secret_value()
    headers = {"Authorization": f"Bearer {secret}"} if bearer else None
    fields = {**query} if bearer else {**query, "token": secret}
    return _Connect(
        network.stream_url + (f"?{urlencode(fields)}" if fields else ""),
        additional_headers=headers,
        ssl=network.tls,
        proxy=network.proxy,
        # Near by, compressing costs more than it saves.
        compression=None if network.is_near else "deflate",
        max_size=max_message_bytes,
        open_timeout=OPEN_TIMEOUT_SECONDS,
        ping_interval=PING_INTERVAL_SECONDS,
        ping_timeout=PING_TIMEOUT_SECONDS,
        close_timeout=CLOSE_TIMEOUT_SECONDS,
        create_connection=Link,
        logger=_logger,
    )


def latency_of(link: ClientConnection) -> float | None:
    """The seconds from ping to pong, once there was one."""
    return link.latency or None


def heard_at(link: ClientConnection) -> float | None:
    """When anything came last on a connection that `open_link` made."""
    return link.heard_at if isinstance(link, Link) else None


def ending_of(error: Exception, url: str) -> Ending:
    """How a connection ended, from what websockets or the socket raised."""
    match error:
        case ConnectionClosed():
            return _closed(error)
        case InvalidStatus():
            return Refused(error.response.status_code, _retry_after(error))
        case ssl.SSLCertVerificationError():
            return Untrusted(error.verify_message)
        case ProxyError():
            return Unreachable("the proxy refused to connect")
        case InvalidMessage() if isinstance(error.__cause__, EOFError | OSError):
            return Unreachable(f"{url} closed the connection without an answer")
        case InvalidHandshake():
            return Nonsense(f"{url} does not speak WebSocket ({type(error).__name__})")
        case TimeoutError():
            return Unreachable(f"{url} did not answer in time")
        case OSError():
            return Unreachable(f"cannot connect to {url}: {error.strerror or 'no connection'}")
        case _:
            return Nonsense(f"{url} cannot be used as a stream ({type(error).__name__})")


def _closed(error: ConnectionClosed) -> Ending:
    ours_first = error.sent is not None and not error.rcvd_then_sent
    if ours_first and error.sent is not None:
        if error.sent.code == 1009:
            return TooLarge()
        if error.sent.code == 1011:
            return Unreachable("the server no longer answers")
        return Closed(error.sent.code, error.sent.reason)
    if error.rcvd is None:
        return Closed(1006)
    return Closed(error.rcvd.code, error.rcvd.reason[:200])


def _retry_after(error: InvalidStatus) -> float | None:
    text = error.response.headers.get("Retry-After", "")
    return float(text[:9]) if text.isascii() and text.isdigit() else None


LINK_ERRORS = (WebSocketException, OSError, EOFError)
