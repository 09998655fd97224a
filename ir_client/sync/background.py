"""The event loop behind the sync clients: one thread a process, while a client needs it.

Holds what makes a blocking call safe: an interrupted call is cancelled, and has cleaned up, before
the interrupt leaves it; a call from the loop's own thread, which would wait for itself, is
refused; a forked child forgets the loop of its parent, whose thread it does not have.
"""

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, wait
from typing import Any, Generic, TypeVar

from ..errors import ClientClosedError

R = TypeVar("R")

WAIT_STEP_SECONDS = 0.5


class Background:
    """A running event loop in a thread of its own."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.users = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._stopping: asyncio.Event | None = None
        self._ready = threading.Event()
        self._submitting = threading.Lock()
        self._is_stopped = False
        # A daemon: a client that is never closed must not keep the program from ending.
        self._thread = threading.Thread(target=self._live, name="ir-client-sync", daemon=True)
        self._thread.start()
        self._ready.wait()

    def run(self, work: Callable[[], Coroutine[Any, Any, R]]) -> R:
        """What the coroutine made by `work` answers, waiting for it here."""
        if threading.current_thread() is self._thread:
            raise ClientClosedError(
                "A sync client cannot be called from its own event loop: it would wait for itself",
                hint="Use IRClient there, or call from another thread.",
            )
        assert self._tasks is not None
        call = _Call(work, self._tasks)
        try:
            self._submit(call.start)
            _wait_for(call.outcome)
            return call.outcome.result()
        except BaseException:
            if not self._is_stopped and not call.outcome.done():
                # Not the call's own error: we are interrupted, and wait for it to clean up.
                self._submit(call.cancel)
                _wait_for(call.outcome)
            raise

    def stop(self) -> None:
        """End the loop, its tasks and its thread."""
        assert self._stopping is not None
        self._submit(self._stopping.set, is_last=True)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _submit(self, callback: Callable[[], object], *, is_last: bool = False) -> None:
        # One after another: nothing may be left to a loop that ends before it gets there.
        with self._submitting:
            if self._loop is None or self._is_stopped:
                raise ClientClosedError("The client was closed")
            self._is_stopped = is_last
            self._loop.call_soon_threadsafe(callback)

    def _live(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        async with asyncio.TaskGroup() as self._tasks:
            self._ready.set()
            await self._stopping.wait()


class _Call(Generic[R]):
    """One coroutine on its way; its methods run in the loop."""

    def __init__(
        self, work: Callable[[], Coroutine[Any, Any, R]], tasks: asyncio.TaskGroup
    ) -> None:
        self.outcome: Future[R] = Future()
        self._work = work
        self._tasks = tasks
        self._task: asyncio.Task[None] | None = None
        self._is_cancelled = False

    def start(self) -> None:
        if not self._is_cancelled:
            self._task = self._tasks.create_task(self._run())
            self._task.add_done_callback(self._finish)

    def cancel(self) -> None:
        self._is_cancelled = True
        if self._task is None:
            self._finish()
        else:
            self._task.cancel()

    async def _run(self) -> None:
        try:
            result = await self._work()
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - it is raised in the thread that waits
            self.outcome.set_exception(error)
        else:
            self.outcome.set_result(result)

    def _finish(self, _: object = None) -> None:
        if not self.outcome.done():
            self.outcome.set_exception(ClientClosedError("The call was cancelled"))


def _wait_for(outcome: Future[R]) -> None:
    # In short steps: a signal that comes just before a wait begins does not end that wait, and on
    # some systems none does.
    while not wait((outcome,), timeout=WAIT_STEP_SECONDS).done:
        pass


_current: Background | None = None
_lock = threading.Lock()
_of_parents: list[Background] = []


def acquired() -> Background:
    """The loop of this process, started if there is none; to be given back."""
    global _current
    with _lock:
        if _current is None:
            _current = Background()
        _current.users += 1
        return _current


def released(background: Background) -> None:
    """Give the loop back; it ends with its last user."""
    global _current
    with _lock:
        background.users -= 1
        if background.users:
            return
        _current = None
    background.stop()


def _forget() -> None:
    """In a forked child: neither the thread nor what the lock guards is ours."""
    global _current, _lock
    if _current is not None:
        _of_parents.append(_current)  # held, so that nothing of it is finalised here
    _current = None
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
