import sqlite3
import stat
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from server_stub.errors import StorageFull, Unavailable
from server_stub.storage.database import Database
from server_stub.storage.events import read_head
from server_stub.storage.schema import alert_timeline, alerts, events
from tests.support.server import a_row, cheap_settings, opened_database, store


def count(connection: Connection, table: str = "alerts") -> int:
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


async def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    async with opened_database(tmp_path) as database:
        await store(database, a_row())
    async with opened_database(tmp_path) as database:
        assert await database.read(count) == 1


async def test_only_the_owner_may_read_the_files(tmp_path: Path) -> None:
    async with opened_database(tmp_path) as database:
        await store(database, a_row())
        assert modes_in(tmp_path) == {0o600}


def modes_in(directory: Path) -> set[int]:
    return {stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}


async def test_a_read_sees_one_snapshot(database: Database, tmp_path: Path) -> None:
    writer = sqlite3.connect(tmp_path / "server.db", isolation_level=None, check_same_thread=False)

    def read(connection: Connection) -> tuple[int, int]:
        before = count(connection, "log_identity")
        writer.execute("INSERT INTO log_identity VALUES ('another')")
        return before, count(connection, "log_identity")

    try:
        assert await database.read(read) == (1, 1)
    finally:
        writer.close()
    assert await database.read(lambda connection: count(connection, "log_identity")) == 2


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(Unavailable, match="cannot be read or written"):
        await database.read(lambda connection: connection.execute(alerts.delete()))


async def test_a_look_up_sees_the_newest_and_keeps_nothing_open(database: Database) -> None:
    seen = []
    for number in range(3):
        await store(database, a_row(external_alert_id=f"{number}"))
        seen.append(await database.look_up(read_head))
    assert seen == [1, 2, 3]


async def test_a_look_up_that_would_have_to_wait_is_a_read(database: Database) -> None:
    asked: list[str] = []

    def find(connection: Connection) -> int:
        asked.append(threading.current_thread().name.partition("_")[0])
        if len(asked) == 1:
            raise Unavailable("locked")
        return read_head(connection)

    assert await database.look_up(find) == 0
    assert asked == ["MainThread", "reader"]


async def test_a_read_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    )
    async with opened_database(tmp_path, read_seconds=0.05) as database:
        with pytest.raises(Unavailable):
            await database.read(lambda connection: connection.exec_driver_sql(endless).all())
        assert await database.read(count) == 0


async def test_a_database_that_another_process_holds_is_unavailable(tmp_path: Path) -> None:
    async with opened_database(tmp_path, lock_seconds=0.05) as database:
        other = sqlite3.connect(tmp_path / "server.db", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        try:
            with pytest.raises(Unavailable):
                await store(database, a_row())
        finally:
            other.execute("ROLLBACK")
            other.close()
        await store(database, a_row())


async def test_a_full_disk_stores_nothing_by_halves_and_says_so(tmp_path: Path) -> None:
    async with opened_database(tmp_path) as database:
        await store(database, a_row(external_alert_id="before"))
        pages = await database.write(
            lambda connection: connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        )
        await limit_pages(database, pages + 4)
        rows = [
            a_row(external_alert_id=f"big-{number}", description="x" * 9_000)
            for number in range(20)
        ]
        with pytest.raises(StorageFull):
            await store(database, *rows)
        for table in (alerts, alert_timeline, events):
            stored = await database.read(
                lambda connection, t=table: connection.execute(select(t)).all()
            )
            assert len(stored) == 1
        await limit_pages(database, 1_000_000)
        assert all(one.created for one in await store(database, *rows))


async def limit_pages(database: Database, pages: int) -> None:
    # Outside of a transaction the limit is the file's; the writer's connection keeps it.
    await database.write(
        lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}").all()
    )


async def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    async with opened_database(tmp_path):
        pass
    with sqlite3.connect(tmp_path / "server.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(Unavailable, match="newer version"):
        async with Database.opened(cheap_settings(tmp_path)):
            pass


async def test_reads_and_writes_end_with_the_database(tmp_path: Path) -> None:
    async with opened_database(tmp_path) as database:
        pass
    with pytest.raises(Unavailable):
        await store(database, a_row())


async def test_closing_does_not_wait_for_long(tmp_path: Path) -> None:
    async with opened_database(tmp_path):
        started = time.monotonic()
    assert time.monotonic() - started < 30
