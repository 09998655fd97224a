"""pytest fixtures, loaded by pytest itself (an entry point of the distribution).

It is loaded in every run of pytest wherever the SDK is installed, so it imports nothing of it.
"""

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ..client import IRClient
    from .server import FakeServer

try:
    from pytest_asyncio import fixture as _of_asyncio
except ImportError:
    # anyio's plugin, which httpx brings along, runs ordinary fixtures that are coroutines.
    _async_fixture: Callable[..., Any] = pytest.fixture
else:
    _async_fixture = _of_asyncio


@_async_fixture
async def ir_server() -> "AsyncIterator[FakeServer]":
    """A `FakeServer` that listens, with no alerts."""
    from .server import FakeServer

    async with FakeServer() as server:
        yield server


@_async_fixture
async def ir_client(ir_server: "FakeServer") -> "AsyncIterator[IRClient]":
    """An open client of `ir_server`."""
    async with ir_server.client() as client:
        yield client
