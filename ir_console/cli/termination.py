"""Let SIGTERM end a program in good order, as Ctrl-C does."""

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

Done = TypeVar("Done")


async def terminated_as_interrupted(work: Coroutine[Any, Any, Done]) -> Done:
    """Do the work of an event loop's main task; SIGTERM does meanwhile what Ctrl-C does.

    The loop takes the first one as a wish to cancel the task, and the second one ends the program.
    """
    if threading.current_thread() is not threading.main_thread():
        return await work  # signals are for the main thread alone
    before = signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))
    try:
        return await work
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def signals_stop(stop: Callable[[], None]) -> Iterator[None]:
    """Have the first signal end reading; the second ends the program as it stands."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)

    def stop_once() -> None:
        for one in signals:
            loop.remove_signal_handler(one)
        stop()

    # Signals are for the main thread alone.
    with suppress(ValueError, RuntimeError, NotImplementedError):
        for one in signals:
            loop.add_signal_handler(one, stop_once)
    try:
        yield
    finally:
        with suppress(ValueError, RuntimeError, NotImplementedError):
            for one in signals:
                loop.remove_signal_handler(one)
