"""Write one job after another, many jobs to a commit.

One thread holds the one connection that writes. Jobs that wait while a commit runs share the
next one, so that the cost of making things durable is paid once for all of them. Each job runs
in a savepoint: one that fails leaves no trace and takes no other with it. A job is answered only
after its commit; if the commit fails, every job in it fails.

The queue is bounded: what does not fit is refused at once, since a wait would only end later.
"""

import asyncio
import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from server_stub.errors import Unavailable
from server_stub.storage.engine import driver_of, storage_errors

Answer = TypeVar("Answer")

_log = logging.getLogger(__name__)

_MAX_WAITING = 1_000
# A commit waits for no more jobs once its work took this long: others wait for their answers.
_GROUP_SECONDS = 0.05


@dataclass(slots=True)
class _Job:
    work: Callable[[Connection], Any]
    future: asyncio.Future[Any]
    answer: Any = None
    error: BaseException | None = None

    def settle(self) -> None:
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.answer)


class Writer:
    """The thread that writes. Start it in a running loop; close it before the loop ends."""

    def __init__(
        self,
        engine: Engine,
        *,
        check: Callable[[], None] = lambda: None,
        max_waiting: int = _MAX_WAITING,
    ) -> None:
        """`check` raises where nothing shall be written now; it is asked before each commit."""
        self._engine = engine
        self._check = check
        self._jobs: queue.Queue[_Job | None] = queue.Queue(max_waiting)
        self._loop = asyncio.get_running_loop()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[Connection], Answer]) -> Answer:
        """Run `work` in a transaction; its result comes when it is durable."""
        if self._closed:
            raise Unavailable("The server is shutting down.")
        job = _Job(work, self._loop.create_future())
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            raise Unavailable("The server has too much to write; try again in a moment.") from None
        answer: Answer = await job.future
        return answer

    @property
    def waiting(self) -> int:
        """How many jobs wait."""
        return self._jobs.qsize()

    async def close(self) -> None:
        """Finish what waits, then end the thread."""
        if not self._closed:
            self._closed = True
            await asyncio.to_thread(self._jobs.put, None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        connection: Connection | None = None
        ended = False
        while not ended and (job := self._jobs.get()) is not None:
            group = [job]
            try:
                with storage_errors():
                    connection = connection or self._engine.connect()
                    ended = self._commit_group(connection, group)
            except Exception as error:  # noqa: BLE001 - the thread's edge: handed to who waits
                connection = _abandoned(connection)
                _fail(group, error)
            self._loop.call_soon_threadsafe(_settle, group)
        if connection is not None:
            connection.close()

    def _commit_group(self, connection: Connection, group: list[_Job]) -> bool:
        """Run the first job and those that wait, and commit. True when told to end."""
        with connection.begin():
            self._check()
            until = time.monotonic() + _GROUP_SECONDS
            _run_job(connection, group[0])
            while time.monotonic() < until:
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    return False
                if job is None:
                    return True
                group.append(job)
                _run_job(connection, job)
        return False


def _run_job(connection: Connection, job: _Job) -> None:
    driver = driver_of(connection)
    driver.execute("SAVEPOINT job")
    try:
        with storage_errors():
            job.answer = job.work(connection)
    except Exception as error:
        if not driver.in_transaction:
            # SQLite rolled all of it back, as it does when the disk is full: the group is lost.
            raise
        job.error = error
        driver.execute("ROLLBACK TO job")
    driver.execute("RELEASE job")


def _abandoned(connection: Connection | None) -> Connection | None:
    """The connection without an open transaction; None when it can be used no more.

    A thread that ended here would leave all who write waiting for ever.
    """
    if connection is None:
        return None
    try:
        if connection.in_transaction():
            connection.rollback()
        # Also when it was the commit that failed.
        driver_of(connection).rollback()
    except Exception:  # noqa: BLE001 - whatever it is, there is another connection
        _log.exception("the connection that writes broke; the next write opens another")
        with contextlib.suppress(Exception):
            connection.invalidate()
            connection.close()
        return None
    return connection


def _fail(group: list[_Job], error: Exception) -> None:
    _log.error("a commit of %d jobs failed: %s", len(group), error)
    for job in group:
        job.error = job.error or error


def _settle(group: list[_Job]) -> None:
    for job in group:
        job.settle()
