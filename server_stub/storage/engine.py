"""How connections to SQLite are opened, and what its errors mean to us.

WAL lets readers read while one writes. `synchronous=FULL` is what makes a commit survive a power
cut. A transaction that reads first and writes later fails at once when another wrote in between,
whatever the busy timeout says: so writers begin IMMEDIATE, and readers may not write.
"""

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from server_stub.errors import Refusal, StorageFull, Unavailable

_log = logging.getLogger(__name__)

# The parameters of a failed statement may hold a password hash or an alert: never in a message.
_QUIET = {"hide_parameters": True}

# Bulk inserts come in many lengths, each a statement of its own; the driver keeps 128.
_KEPT_STATEMENTS = 512

# An alert is in a dozen indexes: a page of them that changes often goes to its place less often,
# at up to 16 MB of log.
_PAGES_OF_WAL = 4_000

_BUSY_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_INTERRUPT}


def writer_engine(path: Path, *, lock_seconds: float) -> Engine:
    """The engine of the one connection that writes."""
    engine = create_engine(
        _url(path), poolclass=NullPool, connect_args=_arguments(lock_seconds), **_QUIET
    )
    # What a statement of many rows may have to take back is kept in memory: in a file, each of them
    # makes one, and none when there is no descriptor or space left for it.
    pragmas = ("synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY")
    checkpoint = f"wal_autocheckpoint={_PAGES_OF_WAL}"
    _prepare(engine, begin="BEGIN IMMEDIATE", pragmas=(*pragmas, checkpoint))
    return engine


def reader_engine(path: Path, *, lock_seconds: float, readers: int) -> Engine:
    """The engine of the connections that only read, each transaction on one snapshot."""
    engine = create_engine(
        _url(path),
        poolclass=QueuePool,
        pool_size=readers,
        max_overflow=0,
        connect_args=_arguments(lock_seconds),
        **_QUIET,
    )
    _prepare(engine, begin="BEGIN", pragmas=("query_only=ON",))
    return engine


def create_private_file(path: Path) -> None:
    """Make sure that the database file is there, and that a new one is its owner's alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def driver_of(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection, for what Core takes too long to do."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn what the database refuses for now into a refusal that says so."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        # A connection that cannot even be opened raises the driver's own error.
        if refusal := _refusal(error.orig if isinstance(error, DBAPIError) else error):
            raise refusal from error
        raise


def _refusal(error: BaseException | None) -> Refusal | None:
    code = getattr(error, "sqlite_errorcode", None)
    if not isinstance(error, sqlite3.Error) or code is None:
        return None
    primary = code & 0xFF
    if primary == sqlite3.SQLITE_FULL:
        return StorageFull("There is no space left to store this; free some and send it again.")
    if primary in _BUSY_CODES:
        return Unavailable("The database is busy; try again in a moment.")
    if primary in {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}:
        _log.error("the database cannot be used: %s", error)
        return Unavailable("The database cannot be read or written; see the server's log.")
    if primary in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        _log.error("the database cannot be used: %s", error)
        return Unavailable("The database file is damaged or none of ours; restore a backup.")
    return None


def _url(path: Path) -> URL:
    return URL.create("sqlite", database=str(path))


def _arguments(lock_seconds: float) -> dict[str, object]:
    return {
        "timeout": lock_seconds,
        "check_same_thread": False,
        "cached_statements": _KEPT_STATEMENTS,
        "isolation_level": None,
    }


def _prepare(engine: Engine, *, begin: str, pragmas: tuple[str, ...]) -> None:
    def on_connect(connection: sqlite3.Connection, _: object) -> None:
        for pragma in ("journal_mode=WAL", *pragmas):
            connection.execute(f"PRAGMA {pragma}").close()

    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
