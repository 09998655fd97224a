"""Break a connection as a network does: with RST, not with a polite end."""

import asyncio
import socket
import struct
from contextlib import suppress

_AT_ONCE = struct.pack("ii", 1, 0)


def reset(transport: asyncio.BaseTransport) -> None:
    """Reset a connection. With a linger of zero seconds, closing sends RST."""
    connection = transport.get_extra_info("socket")
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    assert isinstance(transport, asyncio.WriteTransport)
    transport.abort()
