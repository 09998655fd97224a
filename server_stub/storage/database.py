"""The database of one server: opened and brought up to date, read, written, closed."""

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import Connection, Engine

from server_stub.errors import Unavailable
from server_stub.settings import ServerSettings
from server_stub.storage.engine import (
    create_private_file,
    driver_of,
    reader_engine,
    storage_errors,
    writer_engine,
)
from server_stub.storage.migrate import migrate
from server_stub.storage.writer import Writer

Answer = TypeVar("Answer")

_log = logging.getLogger(__name__)

Commit = Callable[[Callable[[Connection], Answer]], Awaitable[Answer]]
"""Runs work in a transaction: `Database.write`, or something around it."""

# How many of SQLite's steps pass between two looks at the time: about every millisecond.
_STEPS_BETWEEN_LOOKS = 100_000


class _File:
    """The file that was opened, for as long as its path leads to it.

    Connections outlive the name of their file: what they write then is on disk and yet gone at the
    next start, and a new connection would make a new, empty file without a word.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened = self._present()
        self._is_missed = False

    def require(self) -> None:
        """Raise Unavailable while something else, or nothing, is at the path."""
        if self._present() == self._opened:
            self._is_missed = False
            return
        if not self._is_missed:
            self._is_missed = True
            _log.error("the database file was moved, removed or replaced: %s", self._path)
        raise Unavailable("The database file is not where it was; see the server's log.")

    def _present(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self._path)
        except OSError:
            return None
        return found.st_dev, found.st_ino


class Database:
    """Reads run side by side on snapshots, writes one after another; both are awaited."""

    def __init__(
        self,
        writer: Writer,
        readers: Engine,
        at_once: Connection,
        file: _File,
        settings: ServerSettings,
    ) -> None:
        self._writer = writer
        self._readers = readers
        self._file = file
        self._at_once = at_once
        self._read_seconds = settings.read_seconds
        # One thread per connection: a read never waits for a connection inside its thread.
        self._threads = ThreadPoolExecutor(settings.readers, thread_name_prefix="reader")

    @classmethod
    @asynccontextmanager
    async def opened(cls, settings: ServerSettings) -> AsyncIterator[Self]:
        """Open the database of `settings`, making it or bringing it up to date first."""
        path = settings.database_path
        writing = writer_engine(path, lock_seconds=settings.lock_seconds)
        reading = reader_engine(path, lock_seconds=settings.lock_seconds, readers=settings.readers)
        looking_up = reader_engine(path, lock_seconds=0, readers=1)
        try:
            await asyncio.to_thread(_prepare, writing, settings)
            await asyncio.to_thread(_open_all, reading, settings.readers)
            with storage_errors():
                at_once = looking_up.connect()
            file = _File(path)
            database = cls(Writer(writing, check=file.require), reading, at_once, file, settings)
            try:
                yield database
            finally:
                await database._close()
        finally:
            for engine in (writing, reading, looking_up):
                engine.dispose()

    @property
    def waiting(self) -> int:
        """How many writes wait."""
        return self._writer.waiting

    async def write(self, work: Callable[[Connection], Answer]) -> Answer:
        """Run `work` in a transaction of the one writer; its result comes when it is durable."""
        return await self._writer.run(work)

    async def read(self, work: Callable[[Connection], Answer]) -> Answer:
        """Run `work` on one snapshot, in a thread, for no longer than a read may take."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._read, work)

    async def look_up(self, work: Callable[[Connection], Answer]) -> Answer:
        """Read one row by an index, with the driver's own connection, in the event loop.

        For what every request asks for: a thread costs ten times as much as the row. It waits for
        no lock; where there is one, a thread does.
        """
        try:
            with storage_errors():
                return work(self._at_once)
        except Unavailable:
            return await self.read(work)

    def _read(self, work: Callable[[Connection], Answer]) -> Answer:
        self._file.require()
        with storage_errors(), self._readers.connect() as connection, connection.begin():
            driver = driver_of(connection)
            until = time.monotonic() + self._read_seconds
            driver.set_progress_handler(lambda: time.monotonic() > until, _STEPS_BETWEEN_LOOKS)
            try:
                return work(connection)
            finally:
                driver.set_progress_handler(None, 0)

    async def _close(self) -> None:
        await self._writer.close()
        self._at_once.close()
        await asyncio.to_thread(self._threads.shutdown)


def _open_all(engine: Engine, readers: int) -> None:
    """Open and use all connections that read, now: later there may be no descriptors for them."""
    with storage_errors(), ExitStack() as opened:
        for _ in range(readers):
            connection = opened.enter_context(engine.connect())
            connection.exec_driver_sql("SELECT version_num FROM alembic_version").all()


def _prepare(engine: Engine, settings: ServerSettings) -> None:
    create_private_file(settings.database_path)
    with storage_errors(), engine.begin() as connection:
        migrate(connection)
