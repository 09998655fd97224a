"""Background work against processing in memory: its order, its failures, its bounds."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from server_stub.background import Background
from server_stub.errors import StorageFull, Unavailable

pytestmark = pytest.mark.looptime


class MemoryProcessing:
    """Alerts that wait for processing, and a diary of what was done."""

    def __init__(self) -> None:
        self.diary: list[str] = []
        self.unprocessed: list[int] = []
        self.poison: set[int] = set()
        self.fails_with: list[Exception] = []

    async def enrich(self, alert_ids: Sequence[int], /) -> Sequence[int]:
        if self.fails_with:
            raise self.fails_with.pop(0)
        if self.poison & set(alert_ids):
            raise ValueError("cannot be processed")
        self.diary.append(f"processed {list(alert_ids)}")
        self.unprocessed = [one for one in self.unprocessed if one not in alert_ids]
        return alert_ids

    async def unenriched(self) -> Sequence[int]:
        return self.unprocessed[:3]

    def ring(self) -> None:
        self.diary.append("rang")


@asynccontextmanager
async def running(
    processing: MemoryProcessing,
    *,
    doorbell: Callable[[], None] | None = None,
    max_waiting: int = 100,
) -> AsyncIterator[Background]:
    background = Background(processing, doorbell or processing.ring, max_waiting=max_waiting)
    task = asyncio.create_task(background.run())
    try:
        yield background
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_new_alerts_are_processed_and_then_broadcast() -> None:
    processing = MemoryProcessing()
    async with running(processing) as background:
        background.alerts_created([1, 2])
        await asyncio.sleep(0.1)
    assert processing.diary == ["processed [1, 2]", "rang"]


async def test_changed_alerts_are_broadcast() -> None:
    processing = MemoryProcessing()
    async with running(processing) as background:
        await asyncio.sleep(0.1)
        background.alerts_updated([1])
        await asyncio.sleep(0.1)
    assert processing.diary == ["rang"]


async def test_changed_incidents_are_broadcast() -> None:
    processing = MemoryProcessing()
    async with running(processing) as background:
        await asyncio.sleep(0.1)
        background.incidents_updated()
        background.incidents_updated()
        await asyncio.sleep(0.1)
    assert processing.diary == ["rang"]


async def test_new_alerts_are_broadcast_even_if_processing_fails(
    caplog: pytest.LogCaptureFixture,
) -> None:
    processing = MemoryProcessing()
    processing.fails_with.append(Unavailable("The database is busy."))
    async with running(processing) as background:
        background.alerts_created([1])
        await asyncio.sleep(0.1)
        assert processing.diary == ["rang"]
    assert "processing new alerts failed" in caplog.text


async def test_what_could_not_be_processed_for_now_is_processed_later() -> None:
    processing = MemoryProcessing()
    processing.fails_with += [Unavailable("busy"), Unavailable("still busy")]
    processing.unprocessed = [1]
    async with running(processing) as background:
        background.alerts_created([1])
        await asyncio.sleep(20)
    assert processing.diary == ["rang", "processed [1]", "rang"]


async def test_one_alert_that_cannot_be_processed_does_not_hold_up_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    processing = MemoryProcessing()
    processing.poison = {2}
    async with running(processing) as background:
        background.alerts_created([1, 2, 3])
        await asyncio.sleep(0.1)
    assert processing.diary == ["processed [1]", "processed [3]", "rang"]
    assert "new alert 2 cannot be processed" in caplog.text


async def test_a_doorbell_that_fails_is_logged_and_the_work_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    processing = MemoryProcessing()

    def broken() -> None:
        raise RuntimeError("no bell")

    async with running(processing, doorbell=broken) as background:
        background.alerts_created([1])
        await asyncio.sleep(0.1)
        background.alerts_updated([1])
        await asyncio.sleep(0.1)
        background.alerts_created([2])
        await asyncio.sleep(0.1)
    assert processing.diary == ["processed [1]", "processed [2]"]
    assert "broadcasting new alerts failed" in caplog.text
    assert "broadcasting changed alerts failed" in caplog.text


async def test_what_a_server_that_died_left_is_processed_at_the_next_start() -> None:
    processing = MemoryProcessing()
    processing.unprocessed = [1, 2, 3, 4]
    async with running(processing):
        await asyncio.sleep(0.1)
    assert processing.diary == ["processed [1, 2, 3]", "rang", "processed [4]", "rang"]


async def test_alerts_that_can_never_be_processed_are_not_tried_for_ever() -> None:
    processing = MemoryProcessing()
    processing.unprocessed, processing.poison = [1], {1}
    attempts = 0

    def counted() -> None:
        nonlocal attempts
        attempts += 1

    async with running(processing, doorbell=counted):
        await asyncio.sleep(60)
    assert attempts == 1


async def test_leaving_work_never_waits_and_what_is_too_much_is_found_again_in_storage() -> None:
    processing = MemoryProcessing()
    async with running(processing, max_waiting=2) as background:
        await asyncio.sleep(0.1)
        processing.unprocessed = [1, 2, 3]
        background.alerts_created([1, 2, 3])
        background.alerts_updated(range(1_000))
        await asyncio.sleep(0.1)
        assert background.left_out == 1 + 998
    assert processing.diary == ["processed [1, 2]", "rang", "rang", "processed [3]", "rang"]


async def test_a_disk_that_is_full_is_a_line_in_the_log_at_each_attempt_and_no_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    processing = MemoryProcessing()
    processing.fails_with.append(StorageFull("There is no space left."))
    async with running(processing) as background:
        background.alerts_created([1])
        await asyncio.sleep(0.1)
    (failure,) = [one for one in caplog.records if one.levelname == "ERROR"]
    assert "There is no space left." in failure.getMessage()
    assert failure.exc_info is None


async def test_a_database_that_breaks_in_an_unknown_way_ends_nothing() -> None:
    processing = MemoryProcessing()
    processing.fails_with += [sqlite3.DatabaseError("malformed")] * 2
    async with running(processing) as background:
        background.alerts_created([1])
        await asyncio.sleep(0.1)
        background.alerts_created([2])
        await asyncio.sleep(0.1)
    assert processing.diary == ["rang", "processed [2]", "rang"]
