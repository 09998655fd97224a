"""One state an alert, the newest; bounded without losing any."""

import asyncio

import pytest

from ir_console.feed.inbox import Inbox
from ir_console.model.state import Arrival, Departure, Origin
from tests.support.builders import an_alert


async def test_states_of_one_alert_become_its_newest() -> None:
    inbox = Inbox()
    await inbox.put(Arrival(an_alert(revision=2, title="newer"), Origin.PUSHED))
    await inbox.put(Arrival(an_alert(revision=1, title="older"), Origin.FETCHED))
    (arrival,) = inbox.take(10)
    assert arrival.alert.title == "newer"
    assert arrival.origin is Origin.PUSHED


async def test_new_alert_that_changes_before_the_frame_is_still_new() -> None:
    inbox = Inbox()
    await inbox.put(Arrival(an_alert(), Origin.PUSHED_NEW))
    await inbox.put(Arrival(an_alert(revision=2, status="triaged"), Origin.PUSHED))
    (arrival,) = inbox.take(10)
    assert arrival.origin is Origin.PUSHED_NEW
    assert arrival.alert.status == "triaged"


async def test_without_revisions_the_later_state_wins() -> None:
    inbox = Inbox()
    await inbox.put(Arrival(an_alert(revision=None, title="first"), Origin.PUSHED))
    await inbox.put(Arrival(an_alert(revision=None, title="second"), Origin.PUSHED))
    assert inbox.take(1)[0].alert.title == "second"


async def test_longest_waiting_is_taken_first() -> None:
    inbox = Inbox()
    for number in (3, 1, 2):
        await inbox.put(Arrival(an_alert(id=number), Origin.PUSHED))
    assert [arrival.alert.id for arrival in inbox.take(2)] == [3, 1]
    assert len(inbox) == 1


async def test_full_inbox_makes_the_feed_wait_and_loses_nothing() -> None:
    inbox = Inbox(limit=2)
    taken: list[int] = []

    async def bring() -> None:
        for number in range(6):
            await inbox.put(Arrival(an_alert(id=number), Origin.PUSHED))

    async with asyncio.TaskGroup() as tasks:
        bringing = tasks.create_task(bring())
        while not bringing.done() or len(inbox):
            assert len(inbox) <= 2
            taken += [arrival.alert.id for arrival in inbox.take(1)]
            await asyncio.sleep(0)
    assert taken == list(range(6))


async def test_known_alert_needs_no_room() -> None:
    inbox = Inbox(limit=1)
    await inbox.put(Arrival(an_alert(), Origin.PUSHED))
    await asyncio.wait_for(inbox.put(Arrival(an_alert(revision=2), Origin.PUSHED)), 1)
    assert len(inbox) == 1


@pytest.mark.parametrize(
    ("first", "second", "stays"),
    [
        (Arrival(an_alert(revision=2), Origin.PUSHED), Departure(1, 3), "departure"),
        (Departure(1, 3), Arrival(an_alert(revision=3), Origin.FETCHED), "departure"),
        (Arrival(an_alert(revision=3), Origin.FETCHED), Departure(1, 3), "departure"),
        (Arrival(an_alert(revision=4), Origin.PUSHED), Departure(1, 3), "arrival"),
        (Departure(1, 3), Arrival(an_alert(revision=4), Origin.PUSHED), "arrival"),
    ],
)
async def test_of_a_state_and_a_departure_the_later_one_stays(
    first: Arrival | Departure, second: Arrival | Departure, stays: str
) -> None:
    inbox = Inbox()
    await inbox.put(first)
    await inbox.put(second)
    (left,) = inbox.take(10)
    assert isinstance(left, Departure) == (stays == "departure")
