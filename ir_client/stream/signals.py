"""Hear SIGINT and SIGTERM for as long as something runs that can be stopped.

The first one asks it to stop. Then the signals mean again what they meant before, so that a
second one ends a program that is too slow to stop.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from ..errors import ConfigError

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopping_on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` in the running event loop at the first SIGINT or SIGTERM in this block.

    ConfigError outside the main thread, the only one that hears signals.
    """
    if threading.current_thread() is not threading.main_thread():
        raise ConfigError("Signals are heard in the main thread only: leave handle_signals off")
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def restore() -> None:
        for number, handler in before.items():
            # None is a handler that was not set from Python, which Python cannot set again.
            signal.signal(number, handler or signal.SIG_DFL)
        before.clear()

    def heard(_number: int, _frame: FrameType | None) -> None:
        restore()
        loop.call_soon_threadsafe(stop)

    for number in _SIGNALS:
        signal.signal(number, heard)
    try:
        yield
    finally:
        restore()
