"""Do work in order within a lane, and side by side across lanes.

Holds what was put in and is not done, and the tasks that do it. Bounded by who puts in: `room`
waits while too much is unfinished. Knows nothing of streams and handlers.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager, nullcontext
from typing import Generic, TypeVar

Job = TypeVar("Job")


class Lanes(Generic[Job]):
    """What is to be done, by `work`, for up to `concurrency` jobs at once."""

    def __init__(
        self, work: Callable[[Job], Awaitable[None]], *, concurrency: int, max_unfinished: int
    ) -> None:
        self._work = work
        self._slots = asyncio.Semaphore(concurrency)
        self._max_unfinished = max_unfinished
        self._lanes: dict[Hashable, deque[int]] = {}
        self._unfinished: dict[int, Job] = {}
        self._tickets = 0
        self._tasks: asyncio.TaskGroup | None = None
        self._workers: set[asyncio.Task[None]] = set()
        self._progress = asyncio.Event()
        self.running = 0

    @property
    def unfinished(self) -> tuple[Job, ...]:
        """What is not done, in the order in which it was put in."""
        return tuple(self._unfinished.values())

    @property
    def oldest(self) -> Job | None:
        """What was put in first of all that is not done."""
        return next(iter(self._unfinished.values()), None)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Work within this block; what is unfinished at its end is cancelled."""
        group = asyncio.TaskGroup()
        self._tasks = await group.__aenter__()
        try:
            yield
        finally:
            self.cancel()
            self._tasks = None
            # The block's own exception is not shown to the group, which would wrap it.
            await group.__aexit__(None, None, None)

    def put(self, job: Job, *, lane: Hashable, needs_slot: bool = True) -> None:
        """Have `job` done behind what is in its lane."""
        if self._tasks is None:
            raise RuntimeError("These lanes are not open")
        self._tickets += 1
        self._unfinished[self._tickets] = job
        if lane in self._lanes:
            self._lanes[lane].append(self._tickets)
        else:
            self._lanes[lane] = deque([self._tickets])
            worker = self._tasks.create_task(self._empty(lane, needs_slot=needs_slot))
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    async def room(self) -> None:
        """Wait until another job may be put in."""
        await self._until(lambda: len(self._unfinished) < self._max_unfinished)

    async def idle(self) -> None:
        """Wait until all that was put in is done."""
        await self._until(lambda: not self._unfinished)

    def cancel(self) -> None:
        """Give up what is not done."""
        for worker in self._workers:
            worker.cancel()
        for tickets in self._lanes.values():
            tickets.clear()
        self._lanes.clear()
        self._unfinished.clear()
        self._progress.set()

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._progress.clear()
            await self._progress.wait()

    async def _empty(self, lane: Hashable, *, needs_slot: bool) -> None:
        tickets = self._lanes[lane]
        while tickets:
            async with self._slots if needs_slot else nullcontext():
                self.running += 1
                try:
                    await self._work(self._unfinished[tickets[0]])
                finally:
                    self.running -= 1
            if tickets:  # work that does not let itself be cancelled ends after all was given up
                del self._unfinished[tickets.popleft()]
            self._progress.set()
        if self._lanes.get(lane) is tickets:
            del self._lanes[lane]
