"""What is to be done later is done, also when its moment is gone before anybody looks."""

import asyncio

import pytest
from textual.app import App

from ir_console.tui.after import after


@pytest.mark.parametrize("seconds", [0.0, 1e-9, 0.001])
async def test_it_calls_back_once(seconds: float) -> None:
    app: App[None] = App()
    called: asyncio.Queue[None] = asyncio.Queue()
    async with app.run_test():
        after(app, seconds, lambda: called.put_nowait(None))
        await called.get()
    assert called.empty()


async def test_it_can_be_given_up() -> None:
    app: App[None] = App()
    called: asyncio.Queue[str] = asyncio.Queue()
    async with app.run_test():
        after(app, 0.001, lambda: called.put_nowait("given up")).cancel()
        after(app, 0.002, lambda: called.put_nowait("done"))
        assert await called.get() == "done"
