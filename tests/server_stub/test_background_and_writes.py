"""Whatever happens behind a write, the write stands; and what was opened for it is closed."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event

from server_stub.background import Background
from server_stub.domain.clocks import Clock
from server_stub.hub import Hub, StorageSource
from server_stub.ingestion import Enrichment, EnrichmentRules
from server_stub.storage.database import Database
from server_stub.storage.events import LogEvent
from tests.support.server import an_alert_body
from tests.support.stream_server import PATIENCE_SECONDS, StreamServer, stream_server, until


class Sessions:
    """How many sessions with the database were begun, and how many of them were ended.

    A session is a transaction on a pooled connection, or on the one that the writer keeps.
    """

    def __init__(self) -> None:
        self.begun = 0
        self.ended = 0

    def begin(self, _: Connection) -> None:
        self.begun += 1

    def end(self, _: Connection) -> None:
        self.ended += 1

    @property
    def all_closed(self) -> bool:
        return self.begun == self.ended


@contextmanager
def counted_sessions() -> Iterator[Sessions]:
    sessions = Sessions()
    listeners = (("begin", sessions.begin), ("commit", sessions.end), ("rollback", sessions.end))
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    try:
        yield sessions
    finally:
        for name, listener in listeners:
            event.remove(Engine, name, listener)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[StreamServer]:
    async with stream_server(tmp_path) as server:
        yield server


@pytest.mark.parametrize(
    ("part", "call"),
    [
        (Hub, "turn"),
        (StorageSource, "read_after"),
        (StorageSource, "alerts"),
        (StorageSource, "viewers"),
    ],
)
async def test_a_hub_that_fails_harms_no_write_and_tells_of_it_when_it_works_again(
    server: StreamServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    part: type,
    call: str,
) -> None:
    async def broken(*_: object) -> bool:
        raise RuntimeError("the hub is broken")

    admin = await server.login()
    async with server.connected(admin) as client:
        with monkeypatch.context() as patch:
            patch.setattr(part, call, broken)
            created = await server.ingest(an_alert_body())
            changed = await server.http.put("/alerts/1", json={"status": "triaged"}, headers=admin)
            assert (created.status_code, changed.status_code) == (200, 200)
            await until(lambda: "the hub is broken" in caplog.text)
        told = await client.next_of("new_alert", "alert_updated")
        while told["data"]["status"] != "triaged":
            told = await client.next_of("alert_updated")
    stored = await server.http.get("/alerts/1", headers=admin)
    assert stored.json()["status"] == "triaged"


async def test_what_a_dead_log_reader_has_not_read_is_counted_and_made_up_for(
    server: StreamServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dead(*_: object) -> list[LogEvent]:
        raise RuntimeError("the log cannot be read")

    async def lag() -> float:
        answer = await server.http.get(f"http://127.0.0.1:{server.port}/metrics")
        (line,) = re.findall(r"^ir_stream_event_lag (\S+)$", answer.text, re.MULTILINE)
        return float(line)

    async with server.connected() as client:
        with monkeypatch.context() as patch:
            patch.setattr(StorageSource, "read_after", dead)
            for number in range(3):
                answer = await server.ingest(an_alert_body(external_alert_id=str(number)))
                assert answer.status_code == 200
            assert await lag() >= 3
        told = [(await client.next_of("new_alert"))["data"]["id"] for _ in range(3)]
        assert told == [1, 2, 3]
        await client.heard_until_pong()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await lag() > 0:
                server.hub.ring()


async def test_a_queue_that_is_always_full_harms_no_write_and_nothing_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server_stub.app.Background", partial(Background, max_waiting=0))
    async with stream_server(tmp_path) as server, server.connected() as client:
        admin = await server.login()
        created = await server.ingest(an_alert_body(severity="critical", risk_score=None))
        changed = await server.http.put("/alerts/1", json={"status": "triaged"}, headers=admin)
        assert (created.status_code, changed.status_code) == (200, 200)
        told = await client.next_of("new_alert")
        while (told["data"]["status"], told["data"]["risk_score"]) != ("triaged", 90):
            told = await client.next_of("alert_updated")


async def test_processing_that_fails_harms_no_write_and_no_broadcast(
    server: StreamServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(self: Enrichment, alert_ids: Sequence[int]) -> tuple[int, ...]:
        raise RuntimeError("processing is broken")

    monkeypatch.setattr(Enrichment, "enrich", broken)
    async with server.connected() as client:
        answer = await server.ingest(an_alert_body(risk_score=None))
        assert answer.json()["created_alert_ids"] == [1]
        assert (await client.next_of("new_alert"))["data"]["risk_score"] is None
        await until(lambda: "new alert 1 cannot be processed" in caplog.text)


async def test_alerts_that_a_dead_server_left_are_processed_by_the_next(tmp_path: Path) -> None:
    async def nothing(self: Enrichment, alert_ids: Sequence[int]) -> tuple[int, ...]:
        return ()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Enrichment, "enrich", nothing)
        async with stream_server(tmp_path) as server:
            await server.ingest(an_alert_body(severity="critical", risk_score=None))
    async with stream_server(tmp_path) as server:
        admin = await server.login()
        async with server.connected(admin) as client:
            alert = (await server.http.get("/alerts/1", headers=admin)).json()
            if alert["risk_score"] is None:
                alert = (await client.next_of("alert_updated"))["data"]
        assert alert["risk_score"] == 90


async def test_every_database_session_of_background_and_stream_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with counted_sessions() as sessions:
        async with stream_server(tmp_path) as server:
            admin = await server.login()
            async with server.connected(admin) as client:
                for number in range(5):
                    await server.ingest(an_alert_body(external_alert_id=f"ext-{number}"))
                await server.http.put("/alerts/1", json={"status": "closed"}, headers=admin)
                await client.send("get_alert_details", alert_id=10**6)
                await client.next_of("error")
            before = sessions.begun
            await until(lambda: sessions.begun > before + 1)  # the hub goes on looking
            await until(lambda: sessions.all_closed)
        assert sessions.all_closed
        assert sessions.begun > 20


async def test_sessions_are_closed_even_if_the_work_in_them_fails(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(Enrichment):
        def __init__(self, database: Database, clock: Clock, rules: EnrichmentRules) -> None:
            super().__init__(database, clock, rules)
            self.database = database

        async def enrich(self, alert_ids: Sequence[int]) -> tuple[int, ...]:
            await self.database.write(lambda _: 1 / 0)
            return ()

    with counted_sessions() as sessions, pytest.MonkeyPatch.context() as patch:
        patch.setattr("server_stub.app.Enrichment", Failing)
        async with stream_server(tmp_path) as server, server.connected() as client:
            await server.ingest(an_alert_body())
            await client.next_of("new_alert")
            await until(lambda: "cannot be processed" in caplog.text)
            await until(lambda: sessions.all_closed)
        assert sessions.all_closed
