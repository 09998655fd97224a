"""A plain server, one without our extensions, in a thread of its own."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ir_client.testing import FakeServer


@contextmanager
def plain_server() -> Iterator[FakeServer]:
    """A `FakeServer` without features; what it holds may be set before it is asked."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="plain server")
    thread.start()
    server = FakeServer(features=None)
    try:
        asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(30)
        yield server
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result(30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
