import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from server_stub.errors import NotFound, Unavailable
from server_stub.storage.engine import create_private_file, writer_engine
from server_stub.storage.writer import Writer


@pytest.fixture
async def writer(tmp_path: Path) -> AsyncIterator[Writer]:
    path = tmp_path / "writer.db"
    create_private_file(path)
    engine = writer_engine(path, lock_seconds=0.1)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE line (text TEXT)")
    writer = Writer(engine, max_waiting=10)
    yield writer
    await writer.close()
    engine.dispose()


def add(text: str) -> "Job":
    return Job(text)


class Job:
    """Adds a line; can be held up, and can fail after it wrote."""

    def __init__(self, text: str, *, fails: bool = False) -> None:
        self.text = text
        self.fails = fails
        self.entered = threading.Event()
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def held(self) -> "Job":
        self.may_go_on.clear()
        return self

    def __call__(self, connection: Connection) -> str:
        self.entered.set()
        assert self.may_go_on.wait(10)
        connection.exec_driver_sql("INSERT INTO line VALUES (?)", (self.text,))
        if self.fails:
            raise NotFound(self.text)
        return self.text


def lines(connection: Connection) -> list[str]:
    return list(connection.exec_driver_sql("SELECT text FROM line ORDER BY rowid").scalars())


async def while_held(writer: Writer, *jobs: Job) -> list[str | BaseException]:
    """Run `jobs` so that all of them wait while another one is at work."""
    first = Job("first").held()
    async with asyncio.TaskGroup() as group:
        group.create_task(writer.run(first))
        await asyncio.to_thread(first.entered.wait, 10)
        waiting = asyncio.gather(*map(writer.run, jobs), return_exceptions=True)
        await asyncio.sleep(0)
        first.may_go_on.set()
        return await waiting


async def test_a_job_is_answered_with_its_result(writer: Writer) -> None:
    assert await writer.run(add("one")) == "one"
    assert await writer.run(lines) == ["one"]


async def test_jobs_that_wait_share_a_commit(writer: Writer) -> None:
    commits = []
    event.listen(writer._engine, "commit", commits.append)
    await while_held(writer, *map(add, "abcdef"))
    assert await writer.run(lines) == ["first", *"abcdef"]
    assert len(commits) < 7


async def test_a_job_that_fails_leaves_no_trace_and_takes_no_other_with_it(writer: Writer) -> None:
    answers = await while_held(writer, add("a"), Job("bad", fails=True), add("b"))
    assert answers[0] == "a"
    assert isinstance(answers[1], NotFound)
    assert answers[2] == "b"
    assert await writer.run(lines) == ["first", "a", "b"]


async def test_when_a_commit_fails_every_job_in_it_fails(writer: Writer) -> None:
    def refuse(_: Connection) -> None:
        raise Unavailable("no commit today")

    event.listen(writer._engine, "commit", refuse)
    answers = await asyncio.gather(
        writer.run(add("a")), writer.run(add("b")), return_exceptions=True
    )
    event.remove(writer._engine, "commit", refuse)
    assert all(isinstance(answer, Unavailable) for answer in answers)
    assert await writer.run(lines) == []


async def test_what_does_not_fit_into_the_queue_is_refused_at_once(writer: Writer) -> None:
    answers = await while_held(writer, *map(add, "abcdefghijklm"))
    refused = [answer for answer in answers if isinstance(answer, Unavailable)]
    assert len(refused) == 3
    assert len(await writer.run(lines)) == 11


async def test_a_cancelled_caller_holds_nobody_up(writer: Writer) -> None:
    first = Job("first").held()
    task = asyncio.ensure_future(writer.run(first))
    await asyncio.to_thread(first.entered.wait, 10)
    task.cancel()
    first.may_go_on.set()
    assert await writer.run(lines) == ["first"]
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_closing_finishes_what_waits_and_takes_nothing_more(writer: Writer) -> None:
    waiting = asyncio.gather(*(writer.run(add(text)) for text in "abc"))
    await asyncio.sleep(0)
    await writer.close()
    assert await waiting == ["a", "b", "c"]
    with pytest.raises(Unavailable):
        await writer.run(lines)


async def test_a_connection_that_cannot_even_roll_back_is_replaced_and_nobody_waits_for_ever(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Connection) -> sqlite3.Connection:
        raise sqlite3.OperationalError("disk I/O error")

    async with asyncio.timeout(120):
        await writer.run(add("before"))
        event.listen(writer._engine, "commit", broken)
        with monkeypatch.context() as patch:
            patch.setattr("server_stub.storage.writer.driver_of", broken)
            with pytest.raises(sqlite3.OperationalError):
                await writer.run(add("lost"))
        event.remove(writer._engine, "commit", broken)
        await writer.run(add("after"))
        assert await writer.run(lines) == ["before", "after"]


async def test_while_no_connection_can_be_opened_jobs_fail_and_later_ones_do_not(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_connection() -> Connection:
        raise sqlite3.OperationalError("unable to open database file")

    with monkeypatch.context() as patch:
        patch.setattr(writer._engine, "connect", no_connection)
        with pytest.raises(sqlite3.OperationalError):
            await writer.run(add("a"))
    assert await writer.run(add("b")) == "b"
