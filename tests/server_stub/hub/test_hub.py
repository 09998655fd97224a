"""The hub at work: its doorbell, its clock, its failures. Time is virtual."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from server_stub.access import Viewer
from server_stub.domain.rate_limit import Rate
from server_stub.hub import Hub, StreamLimits, Subscriber, TooManyConnectionsError
from tests.support.stream import (
    MemoryOutlet,
    MemorySource,
    a_login,
    an_admin,
    an_analyst,
)

pytestmark = pytest.mark.looptime


class Running:
    """A hub that runs, its source, and connections to it."""

    def __init__(self, **limits: Any) -> None:
        self.source = MemorySource()
        self.clock = asyncio.get_running_loop().time
        self.hub = Hub(
            self.source, limits=StreamLimits(**limits), doorbell=asyncio.Event(), clock=self.clock
        )

    def connect(self, viewer: Viewer | None = None, outlet: MemoryOutlet | None = None) -> Any:
        viewer, outlet = viewer or an_admin(), outlet or MemoryOutlet(heard_at=self.clock())
        login = a_login(len(self.source.standing))
        self.source.standing[login] = viewer
        subscriber = Subscriber(
            outlet, viewer, login=login, limits=self.hub.limits, now=self.clock()
        )
        self.hub.join(subscriber)
        subscriber.go_live()
        return subscriber, outlet


@asynccontextmanager
async def a_running_hub(**limits: Any) -> AsyncIterator[Running]:
    running = Running(**limits)
    await running.hub.start()
    task = asyncio.create_task(running.hub.run())
    try:
        yield running
    finally:
        task.cancel()
        await asyncio.wait([task])


async def until(condition: Callable[[], bool], *, within: float) -> float:
    """Seconds until `condition` holds."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - what is waited for rings no bell
            await asyncio.sleep(0.005)
    return loop.time() - started


async def test_the_doorbell_brings_a_change_at_once() -> None:
    async with a_running_hub() as running:
        _, outlet = running.connect()
        running.source.put_alert(1)
        running.hub.ring()
        assert await until(lambda: outlet.types == ["new_alert"], within=1) < 0.1


async def test_a_lost_doorbell_costs_a_second_at_most() -> None:
    async with a_running_hub() as running:
        _, outlet = running.connect()
        await asyncio.sleep(0.5)
        running.source.put_alert(1)
        await until(lambda: outlet.types == ["new_alert"], within=1.1)


async def test_who_connects_hears_of_what_comes_and_not_of_what_was() -> None:
    async with a_running_hub() as running:
        running.source.put_alert(1)
        running.hub.ring()
        await asyncio.sleep(1.5)
        _, outlet = running.connect()
        running.source.put_alert(2)
        running.hub.ring()
        await asyncio.sleep(1.5)
        assert [frame["data"]["id"] for frame in outlet.frames] == [2]


async def test_a_log_that_cannot_be_read_is_read_again_and_nothing_is_lost(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with a_running_hub() as running:
        _, outlet = running.connect()
        running.source.fails_with += [OSError("no disk"), OSError("still none")]
        running.source.put_alert(1)
        running.hub.ring()
        await until(lambda: outlet.types == ["new_alert"], within=5)
    assert "tries again" in caplog.text


async def test_a_thousand_events_behind_are_caught_up_on_one_doorbell() -> None:
    async with a_running_hub() as running:
        _, outlet = running.connect()
        for number in range(1, 1_001):
            running.source.put_alert(number)
        running.hub.ring()
        assert await until(lambda: len(outlet.written) == 1_000, within=5) < 1


async def test_the_rate_limit_spreads_a_burst_over_time_and_ends_with_the_last_state() -> None:
    async with a_running_hub(broadcasts=Rate(per_second=10, burst=5)) as running:
        _, outlet = running.connect()
        for number in range(1, 26):
            running.source.put_alert(number)
        running.hub.ring()
        await until(lambda: len(outlet.written) == 5, within=0.1)
        running.source.put_alert(25)
        running.hub.ring()
        seconds = await until(lambda: len(outlet.written) == 25, within=10)
        assert seconds == pytest.approx(2.0, abs=0.2)
        assert outlet.told_of(25) == [2]


async def test_one_who_reads_nothing_is_ended_and_delays_nobody() -> None:
    async with a_running_hub(send_seconds=10.0) as running:
        stuck = MemoryOutlet(can_write=False, blocked_since=running.clock())
        running.connect(outlet=stuck)
        _, reader = running.connect()
        running.source.put_alert(1)
        running.hub.ring()
        assert await until(lambda: reader.types == ["new_alert"], within=1) < 0.1
        assert await until(lambda: stuck.closed_with is not None, within=20) < 12
        assert stuck.closed_with is not None
        assert stuck.closed_with[0] == 1013


async def test_an_outlet_that_takes_again_is_sent_what_waited() -> None:
    async with a_running_hub() as running:
        _, outlet = running.connect(outlet=MemoryOutlet(can_write=False))
        running.source.put_alert(1)
        running.source.put_alert(1)
        running.hub.ring()
        await asyncio.sleep(2)
        outlet.can_write = True
        running.hub.ring()
        await until(lambda: outlet.told_of(1) == [2], within=0.1)


async def test_an_outlet_that_breaks_is_ended_and_nobody_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken(MemoryOutlet):
        def write(self, data: bytes) -> None:
            raise RuntimeError("broken outlet")

    async with a_running_hub() as running:
        _, broken = running.connect(outlet=Broken())
        _, outlet = running.connect()
        running.source.put_alert(1)
        running.hub.ring()
        await until(lambda: outlet.types == ["new_alert"], within=1)
        assert broken.closed_with is not None
        assert broken.closed_with[0] == 4003
    assert "is ended" in caplog.text


async def test_a_login_that_ends_takes_its_connection_along_within_two_seconds() -> None:
    async with a_running_hub() as running:
        subscriber, outlet = running.connect()
        _, other = running.connect()
        await asyncio.sleep(0.3)
        del running.source.standing[subscriber.login]
        await until(lambda: outlet.closed_with is not None, within=2)
        assert outlet.closed_with == (4001, "the login has ended")
        assert other.closed_with is None


async def test_who_lost_the_right_before_a_change_does_not_hear_of_the_change() -> None:
    async with a_running_hub() as running:
        subscriber, outlet = running.connect(an_analyst(1, "red"))
        await asyncio.sleep(0.9)
        running.source.standing[subscriber.login] = an_analyst(1)
        running.source.put_alert(1, team="red")
        running.hub.ring()
        await asyncio.sleep(3)
        assert outlet.written == []


async def test_of_two_looks_at_the_rights_the_later_one_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with a_running_hub() as running:
        subscriber, _ = running.connect(an_analyst())
        read, delays = running.source.viewers, iter([0.3])

        async def read_slowly_first(logins: Any) -> Any:
            found = await read(logins)
            await asyncio.sleep(next(delays, 0))
            return found

        monkeypatch.setattr(running.source, "viewers", read_slowly_first)
        first = asyncio.create_task(running.hub.check_rights())
        await asyncio.sleep(0.1)
        running.source.standing[subscriber.login] = an_admin()
        await running.hub.check_rights()
        await first
        assert subscriber.viewer == an_admin()


async def test_silence_for_too_long_is_swept_within_five_minutes() -> None:
    async with a_running_hub() as running:
        _, silent = running.connect()
        _, other = running.connect()
        async with asyncio.timeout(300):
            while silent.closed_with is None:
                other.heard_at = running.clock()
                await asyncio.sleep(1)
        assert other.closed_with is None


async def test_too_many_connections_of_one_viewer_or_in_all_are_refused() -> None:
    async with a_running_hub(max_connections=3, max_connections_per_viewer=2) as running:
        running.connect(an_analyst(1))
        subscriber, _ = running.connect(an_analyst(1))
        with pytest.raises(TooManyConnectionsError):
            running.connect(an_analyst(1))
        running.connect(an_analyst(2))
        with pytest.raises(TooManyConnectionsError):
            running.connect(an_analyst(3))
        running.hub.leave(subscriber)
        running.connect(an_analyst(3))


async def test_states_that_do_not_fit_together_are_all_told_in_the_end() -> None:
    async with a_running_hub(max_rendered_bytes=200) as running:
        _, first = running.connect()
        _, second = running.connect()
        for number in range(1, 101):
            running.source.put_alert(number, description="x" * 100)
        running.hub.ring()
        await until(lambda: len(first.written) == len(second.written) == 100, within=30)
        assert sorted(frame["data"]["id"] for frame in second.frames) == list(range(1, 101))


async def test_what_waits_but_is_gone_from_storage_holds_up_nothing() -> None:
    async with a_running_hub(max_rendered_bytes=1) as running:
        _, outlet = running.connect(outlet=MemoryOutlet(can_write=False))
        running.source.put_alert(1)
        running.source.put_alert(2)
        running.hub.ring()
        await asyncio.sleep(0.1)
        del running.source.alert_rows[1]
        outlet.can_write = True
        running.hub.ring()
        await until(lambda: outlet.told_of(2) == [1], within=5)
        assert outlet.told_of(1) == []
