import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select

from server_stub.domain.clocks import instant
from server_stub.storage.database import Database
from server_stub.storage.events import Changed, Events, log_changes
from server_stub.storage.log_trim import LogTrim, Retention, trim_log, trimming
from server_stub.storage.schema import events
from tests.support.builders import NOON
from tests.support.server import FakeClock


async def log(database: Database, *ages_in_hours: float) -> None:
    """An event of each age, in this order."""
    for age in ages_in_hours:
        at = instant(NOON - timedelta(hours=age))
        await database.write(
            lambda connection, at=at: log_changes(
                connection, [Changed("updated", 2, alert_id=1)], now=at
            )
        )


async def left(database: Database) -> list[int]:
    statement = select(events.c.seq).order_by(events.c.seq)
    return await database.read(lambda connection: list(connection.execute(statement).scalars()))


async def trim(database: Database, *, hours: float = 1000, keep: int = 1000) -> int:
    retention = Retention(timedelta(hours=hours), keep)
    return await LogTrim(database, FakeClock(), retention).trim()


async def test_an_empty_log_stays_empty(database: Database) -> None:
    assert await trim(database) == 0


async def test_events_are_removed_by_age(database: Database) -> None:
    await log(database, 50, 49, 10, 1)
    assert await trim(database, hours=24) == 2
    assert await left(database) == [3, 4]


async def test_events_are_removed_by_count(database: Database) -> None:
    await log(database, 5, 4, 3, 2, 1)
    assert await trim(database, keep=2) == 3
    assert await left(database) == [4, 5]


async def test_the_newest_event_stays_however_old_it_is(database: Database) -> None:
    await log(database, 50, 49)
    await trim(database, hours=24, keep=0)
    assert await left(database) == [2]
    assert await Events(database, epoch="epoch").head() == 2
    assert await trim(database, hours=24) == 0


async def test_an_old_time_among_young_ones_makes_no_hole(database: Database) -> None:
    await log(database, 50, 1, 50, 1)
    assert await trim(database, hours=24) == 1
    assert await left(database) == [2, 3, 4]


@pytest.mark.parametrize(("most", "expected"), [(2, [3, 4, 5, 6]), (5, [6])])
async def test_a_trim_takes_no_more_than_a_bite(
    database: Database, most: int, expected: list[int]
) -> None:
    await log(database, 50, 50, 50, 50, 50, 1)
    before = instant(NOON - timedelta(hours=24))
    await database.write(
        lambda connection: trim_log(connection, before=before, keep=1000, most=most)
    )
    assert await left(database) == expected


async def test_a_bite_bounds_the_trim_by_count_too(database: Database) -> None:
    await log(database, 5, 4, 3, 2, 1)
    await database.write(
        lambda connection: trim_log(connection, before=instant(NOON), keep=1, most=2)
    )
    assert await left(database) == [3, 4, 5]


@pytest.mark.looptime
async def test_trimming_goes_on_at_once_after_a_whole_bite_and_later_after_a_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    loop = asyncio.get_running_loop()
    trimmed_at: list[float] = []
    outcomes: list[int | Exception] = [5, 3, RuntimeError("disk"), 5, 0]

    async def trim() -> int:
        trimmed_at.append(loop.time())
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    with suppress(TimeoutError):
        async with asyncio.timeout(150):
            await trimming(trim, "the log", bite=5)
    assert trimmed_at == [0, 0, 60, 120, 120]
    assert "the log could not be trimmed" in caplog.text
