"""A disk that is full, a database that is locked or gone: said in one shape, and got over."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.support.server import ADMIN_PASSWORD, an_alert_body
from tests.support.stream_server import StreamClient, StreamServer, stream_server

Headers = dict[str, str]
Write = Callable[[StreamServer, Headers], Awaitable[httpx.Response]]

BIG = "x" * 50_000


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[StreamServer]:
    async with stream_server(tmp_path, lock_seconds=0.05) as server:
        await server.ingest(an_alert_body(external_alert_id="before"))
        yield server


async def ingest(server: StreamServer, _: Headers) -> httpx.Response:
    return await server.ingest(an_alert_body(external_alert_id="bulk", description=BIG))


async def single(server: StreamServer, _: Headers) -> httpx.Response:
    body = an_alert_body(external_alert_id="single", source="edr", description=BIG)
    return await server.http.post("/alerts/single", headers=server.token, json=body)


async def change(server: StreamServer, admin: Headers) -> httpx.Response:
    changes = {"investigation_notes": BIG}
    return await server.http.put("/alerts/1", headers=admin, json=changes)


async def comment(server: StreamServer, admin: Headers) -> httpx.Response:
    return await server.http.post("/alerts/1/comments", headers=admin, json={"content": BIG})


async def change_many(server: StreamServer, admin: Headers) -> httpx.Response:
    wanted = {"alert_ids": [1], "updates": {"analyst_comments": BIG}}
    return await server.http.put("/alerts/bulk/update", headers=admin, json=wanted)


async def make_incident(server: StreamServer, admin: Headers) -> httpx.Response:
    wanted = {"title": "i", "severity": "high", "description": BIG}
    return await server.http.post("/incidents", headers=admin, json=wanted)


WRITES: list[Write] = [ingest, single, change, comment, change_many, make_incident]


async def log_in(server: StreamServer) -> httpx.Response:
    who = {"username": "admin", "password": ADMIN_PASSWORD}
    return await server.http.post("/auth/login", json=who)


def assert_refused_for_now(answer: httpx.Response, status: int, code: str) -> None:
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert problem.keys() == {"detail", "code"}
    assert answer.headers["Retry-After"] == "1"
    assert answer.headers["X-Request-ID"]


async def assert_all_is_well(server: StreamServer, admin: Headers, client: StreamClient) -> None:
    """Every write goes through, once, and an open stream has heard of what it made."""
    for write in WRITES:
        assert (await write(server, admin)).is_success
    told = {(await client.next_of("new_alert"))["data"]["external_alert_id"] for _ in range(2)}
    assert told == {"bulk", "single"}
    assert (await log_in(server)).status_code == 200


async def assert_reads_go_on(server: StreamServer, admin: Headers) -> None:
    root = f"http://127.0.0.1:{server.port}"
    for path in ("/alerts", "/alerts/1/timeline", f"{root}/readyz", f"{root}/metrics"):
        assert (await server.http.get(path, headers=admin)).status_code == 200


async def limit_pages(server: StreamServer, more: int) -> None:
    """Let the database grow by so many pages from what it has now, as a disk would."""
    database = server.services.database
    used = await database.write(lambda c: c.exec_driver_sql("PRAGMA page_count").scalar_one())
    await database.write(
        lambda c: c.exec_driver_sql(f"PRAGMA max_page_count = {used + more}").all()
    )


async def test_every_write_to_a_full_disk_is_507_and_goes_through_when_there_is_space(
    server: StreamServer,
) -> None:
    admin = await server.login()
    async with server.connected(admin) as client:
        await limit_pages(server, 0)
        for write in WRITES:
            assert_refused_for_now(await write(server, admin), 507, "storage_full")
        await assert_reads_go_on(server, admin)
        await limit_pages(server, 1_000_000)
        await assert_all_is_well(server, admin, client)


async def test_every_write_to_a_locked_database_is_503_and_goes_through_when_it_is_free(
    server: StreamServer, tmp_path: Path
) -> None:
    admin = await server.login()
    async with server.connected(admin) as client:
        with closing(sqlite3.connect(tmp_path / "server.db", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            for write in WRITES:
                assert_refused_for_now(await write(server, admin), 503, "unavailable")
            # Not 401: nobody is to think that the password was wrong.
            assert_refused_for_now(await log_in(server), 503, "unavailable")
            await assert_reads_go_on(server, admin)
            other.execute("ROLLBACK")
        await assert_all_is_well(server, admin, client)


async def test_a_database_file_that_is_moved_away_is_noticed_and_no_new_one_is_made(
    server: StreamServer, tmp_path: Path
) -> None:
    admin = await server.login()
    path, elsewhere = tmp_path / "server.db", tmp_path / "elsewhere.db"
    async with server.connected(admin) as client:
        path.rename(elsewhere)
        for write in WRITES:
            assert_refused_for_now(await write(server, admin), 503, "unavailable")
        root = f"http://127.0.0.1:{server.port}"
        ready = await server.http.get(f"{root}/readyz")
        assert_refused_for_now(ready, 503, "unavailable")
        assert "ir_stream_event_lag NaN" in (await server.http.get(f"{root}/metrics")).text
        assert (await server.http.get(f"{root}/healthz")).status_code == 200
        assert not path.exists()
        elsewhere.rename(path)
        await assert_all_is_well(server, admin, client)
