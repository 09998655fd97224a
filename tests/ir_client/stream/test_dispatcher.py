"""Handlers: in order for each alert, side by side across alerts, isolated, drained."""

import asyncio
import os
import signal
from collections import defaultdict
from typing import Any, Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ir_client import AlertUpdated, NewAlert, Resumed, StateChanged, StreamState, errors
from ir_client.stream.dispatcher import Dispatcher, HandlerFailure
from ir_client.stream.events import Event
from ir_client.stream.status import StreamStatus
from tests.support.builders import an_alert

pytestmark = pytest.mark.looptime


def now() -> float:
    return asyncio.get_running_loop().time()


def new(alert_id: int, **fields: Any) -> NewAlert:
    return NewAlert(data=an_alert(id=alert_id, **fields))


def updated(alert_id: int, revision: int) -> AlertUpdated:
    return AlertUpdated(data=an_alert(id=alert_id, revision=revision))


def turned(state: StreamState) -> StateChanged:
    return StateChanged(StreamState.CONNECTING, state, StreamStatus(state, since=0.0))


class Events:
    """A stream of events that a test makes up; it ends when it is left, as a real one does."""

    def __init__(self, *events: Event | Exception, last: Event | None = None) -> None:
        self._queue: asyncio.Queue[Event | Exception | None] = asyncio.Queue()
        self._last = last
        self.taken = 0
        for event in events:
            self._queue.put_nowait(event)

    def put(self, *events: Event | Exception) -> None:
        for event in events:
            self._queue.put_nowait(event)

    def __call__(self) -> Self:
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._last is not None:
            self._queue.put_nowait(self._last)
        self._queue.put_nowait(None)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        event = await self._queue.get()
        if event is None:
            raise StopAsyncIteration
        if isinstance(event, Exception):
            raise event
        self.taken += 1
        return event


class Work:
    """A handler that takes a second, and what it did when."""

    def __init__(self, seconds: float = 1.0) -> None:
        self.seconds = seconds
        self.began: list[tuple[Any, float]] = []
        self.done: list[Any] = []

    async def __call__(self, event: NewAlert | AlertUpdated) -> None:
        self.began.append(((event.alert.id, event.alert.revision), now()))
        await asyncio.sleep(self.seconds)
        self.done.append((event.alert.id, event.alert.revision))


async def finished(bot: Dispatcher, **options: Any) -> None:
    """Run until all that is there was handled."""
    asyncio.get_running_loop().call_later(0.1, bot.stop)
    await bot.run(**options)


async def test_events_of_one_alert_keep_their_order_and_other_alerts_do_not_wait() -> None:
    work = Work()
    bot = Dispatcher(Events(new(1, revision=1), updated(1, 2), updated(1, 3), new(2, revision=1)))
    bot.on(NewAlert)(work)
    bot.on(AlertUpdated)(work)
    await finished(bot)
    assert [one for one, _ in work.began] == [(1, 1), (2, 1), (1, 2), (1, 3)]
    assert now() == pytest.approx(3.0, abs=0.1)


async def test_no_more_than_so_many_handlers_run_at_once() -> None:
    work = Work()
    bot = Dispatcher(Events(*(new(number) for number in range(1, 11))), concurrency=3)
    bot.on(NewAlert)(work)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(bot.run())
        await asyncio.sleep(0.5)
        assert bot.stats.running == 3
        assert bot.stats.waiting == 7
        bot.stop()
    assert now() == pytest.approx(4.0, abs=0.1)
    assert bot.stats.handled == 10
    assert (bot.stats.running, bot.stats.waiting) == (0, 0)


async def test_a_busy_alert_does_not_keep_its_place_from_the_others() -> None:
    work = Work()
    busy = [updated(1, revision) for revision in range(1, 6)]
    bot = Dispatcher(Events(*busy, new(2)), concurrency=1)
    bot.on(NewAlert)(work)
    bot.on(AlertUpdated)(work)
    await finished(bot)
    assert [alert_id for alert_id, _ in work.done].index(2) == 1


async def test_the_stream_is_read_no_further_while_enough_waits() -> None:
    events = Events(*(new(number) for number in range(1, 101)))
    bot = Dispatcher(events, concurrency=1, max_unfinished=10)
    bot.on(NewAlert)(Work())
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(bot.run())
        await asyncio.sleep(5.5)
        assert events.taken == 15
        bot.stop()
    assert bot.stats.handled == 15


async def test_a_handler_hears_of_its_kind_and_of_what_it_wants_only() -> None:
    heard: list[tuple[str, Event]] = []
    bot = Dispatcher(Events(new(1), new(2, severity="critical"), updated(1, 2), Resumed(0, True)))

    @bot.on(NewAlert, where=lambda event: event.alert.severity == "critical")
    async def page(event: NewAlert) -> None:
        heard.append(("page", event))

    @bot.on(Resumed)
    def note(event: Resumed) -> None:
        heard.append(("note", event))

    await finished(bot)
    assert [(name, type(event)) for name, event in heard] == [("page", NewAlert), ("note", Resumed)]


@pytest.mark.parametrize("kind", ["NewAlert", str, lambda event: None, None, []])
async def test_what_is_no_kind_of_event_has_no_handler(kind: Any) -> None:
    with pytest.raises(errors.ConfigError, match="`kind`"):
        Dispatcher(Events()).on(kind)


async def test_a_handler_can_be_for_several_kinds() -> None:
    heard: list[object] = []
    bot = Dispatcher(Events(new(1), updated(1, 2), Resumed(1, complete=True)))
    either: Any = NewAlert | AlertUpdated
    bot.on(either)(heard.append)
    await finished(bot)
    assert heard == [new(1), updated(1, 2)]


async def test_without_a_handler_it_does_not_run() -> None:
    with pytest.raises(errors.ConfigError, match="no handler"):
        await Dispatcher(Events()).run()


async def test_handlers_of_one_event_run_in_the_order_of_their_registration() -> None:
    heard: list[str] = []
    bot = Dispatcher(Events(new(1)))
    for name in ("first", "second", "third"):
        bot.on(NewAlert)(lambda _, name=name: heard.append(name))
    await finished(bot)
    assert heard == ["first", "second", "third"]


async def test_a_handler_that_fails_stops_neither_the_others_nor_the_stream(
    caplog: pytest.LogCaptureFixture,
) -> None:
    failures: list[HandlerFailure] = []
    heard: list[int] = []
    bot = Dispatcher(Events(new(1), new(2), new(1)), on_error=failures.append)

    @bot.on(NewAlert)
    async def breaks(event: NewAlert) -> None:
        raise LookupError("no such host")

    bot.on(NewAlert)(lambda event: heard.append(event.alert.id))
    await finished(bot)
    assert sorted(heard) == [1, 1, 2]
    assert (bot.stats.handled, bot.stats.failed) == (3, 3)
    assert [type(failure.error) for failure in failures] == [LookupError] * 3
    assert failures[0].handler.endswith("breaks")
    assert "no such host" in caplog.text
    assert "in breaks" in caplog.text, "the traceback is shown"


async def test_a_condition_or_an_on_error_that_fails_is_logged_and_nothing_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def on_error(failure: HandlerFailure) -> None:
        raise ValueError("the pager is down")

    heard: list[int] = []
    bot = Dispatcher(Events(new(1)), on_error=on_error)
    bot.on(NewAlert, where=lambda event: 1 / 0 > 1)(Work())
    bot.on(NewAlert)(lambda event: heard.append(event.alert.id))
    await finished(bot)
    assert heard == [1]
    assert bot.stats.failed == 1
    assert "ZeroDivisionError" in caplog.text
    assert "the pager is down" in caplog.text


async def test_a_cancellation_that_escapes_a_handler_is_its_failure_and_ends_nothing() -> None:
    work = Work()
    bot = Dispatcher(Events(new(1), new(1)))

    @bot.on(NewAlert)
    async def cancels_its_own_work(event: NewAlert) -> None:
        inner = asyncio.ensure_future(asyncio.sleep(10))
        inner.cancel()
        await inner

    bot.on(NewAlert)(work)
    await finished(bot)
    assert len(work.done) == 2
    assert bot.stats.failed == 2


async def test_requirement_05_a_state_callback_that_raises_is_logged_and_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    work = Work()
    bot = Dispatcher(Events(turned(StreamState.LIVE), turned(StreamState.WAITING), new(1)))

    @bot.on_state
    def breaks(change: StateChanged) -> None:
        raise RuntimeError(f"cannot say {change.new.value}")

    bot.on(NewAlert)(work)
    await finished(bot)
    assert len(work.done) == 1
    assert bot.stats.failed == 2
    assert "cannot say waiting" in caplog.text


async def test_states_are_told_in_order_though_every_place_is_taken() -> None:
    heard: list[tuple[StreamState, float]] = []
    states = (StreamState.LIVE, StreamState.WAITING, StreamState.CONNECTING)
    bot = Dispatcher(Events(new(1), *map(turned, states)), concurrency=1)
    bot.on(NewAlert)(Work(seconds=60))

    @bot.on_state
    async def note(change: StateChanged) -> None:
        await asyncio.sleep(1)
        heard.append((change.new, round(now())))

    await finished(bot, drain_seconds=120)
    assert heard == [(StreamState.LIVE, 1), (StreamState.WAITING, 2), (StreamState.CONNECTING, 3)]


async def test_the_last_state_is_told_after_the_stream_was_left() -> None:
    heard: list[StreamState] = []
    bot = Dispatcher(Events(turned(StreamState.LIVE), last=turned(StreamState.CLOSED)))
    bot.on_state(lambda change: heard.append(change.new))
    await finished(bot)
    assert heard == [StreamState.LIVE, StreamState.CLOSED]


async def test_requirement_08_draining_finishes_what_runs_and_what_waits() -> None:
    work = Work(seconds=2)
    bot = Dispatcher(Events(*(new(number) for number in range(1, 11))), concurrency=2)
    bot.on(NewAlert)(work)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(bot.run(drain_seconds=60))
        await asyncio.sleep(1)
        await bot.drain(timeout_seconds=60)
        assert len(work.done) == 10


async def test_requirement_08_draining_for_too_short_says_what_was_not_done() -> None:
    work = Work(seconds=2)
    bot = Dispatcher(Events(*(new(number) for number in range(1, 6))), concurrency=2)
    bot.on(NewAlert)(work)
    with pytest.raises(errors.DrainTimeout) as caught:
        await finished(bot, drain_seconds=3)
    assert sorted(alert_id for alert_id, _ in work.done) == [1, 2]
    assert [event.alert.id for event in caught.value.unfinished] == [3, 4, 5]
    assert now() == pytest.approx(3.1, abs=0.1)


async def test_a_handler_that_does_not_let_itself_be_cancelled_breaks_nothing() -> None:
    ended: list[int] = []
    bot = Dispatcher(Events(new(1), new(1)))

    @bot.on(NewAlert)
    async def stubborn(event: NewAlert) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(1)
        ended.append(event.alert.id)

    with pytest.raises(errors.DrainTimeout) as caught:
        await finished(bot, drain_seconds=1)
    assert len(caught.value.unfinished) == 2
    assert ended == [1]


async def test_what_ends_the_stream_is_raised_after_what_was_taken_is_handled() -> None:
    work = Work()
    bot = Dispatcher(Events(new(1), new(2), errors.GaveUp("down for too long")))
    bot.on(NewAlert)(work)
    with pytest.raises(errors.GaveUp):
        await bot.run()
    assert len(work.done) == 2


async def test_a_stream_that_failed_and_handlers_that_do_not_end_are_both_told() -> None:
    bot = Dispatcher(Events(new(1), errors.GaveUp("down for too long")))
    bot.on(NewAlert)(Work(seconds=60))
    with pytest.raises(errors.DrainTimeout) as caught:
        await bot.run(drain_seconds=1)
    assert isinstance(caught.value.__cause__, errors.GaveUp)


async def test_cancelling_it_cancels_its_handlers_at_once() -> None:
    work = Work(seconds=60)
    bot = Dispatcher(Events(new(1), new(2)))
    bot.on(NewAlert)(work)
    running = asyncio.ensure_future(bot.run())
    await asyncio.sleep(1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert now() == pytest.approx(1.0, abs=0.1)
    assert work.done == []
    assert len(asyncio.all_tasks()) == 1


async def test_it_can_be_stopped_from_a_handler_and_run_again() -> None:
    events = Events(new(1), new(2))
    bot = Dispatcher(events, max_unfinished=1)
    heard: list[int] = []

    @bot.on(NewAlert)
    async def handle(event: NewAlert) -> None:
        heard.append(event.alert.id)
        bot.stop()
        bot.stop()

    await bot.run()
    assert heard == [1]
    events.put(new(3))
    await bot.run()
    assert heard == [1, 3]


async def test_a_stop_before_it_runs_is_not_lost() -> None:
    work = Work()
    bot = Dispatcher(Events(new(1)))
    bot.on(NewAlert)(work)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(bot.run())
        bot.stop()
    assert work.began == []


async def test_it_runs_once_at_a_time() -> None:
    bot = Dispatcher(Events())
    bot.on(NewAlert)(Work())
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(bot.run())
        await asyncio.sleep(1)
        with pytest.raises(errors.StreamAlreadyOpen):
            await bot.run()
        bot.stop()
    await bot.drain(0)


def test_it_needs_room_for_one_event_at_least() -> None:
    with pytest.raises(errors.ConfigError):
        Dispatcher(Events, concurrency=0)


@pytest.mark.looptime(False)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_it_when_asked_to_and_means_what_it_meant_afterwards(
    number: signal.Signals,
) -> None:
    before = signal.getsignal(number)
    done: list[int] = []
    bot = Dispatcher(Events(new(1)))

    @bot.on(NewAlert)
    async def slow(event: NewAlert) -> None:
        os.kill(os.getpid(), number)
        while signal.getsignal(number) != before:  # noqa: ASYNC110 - a signal rings no bell
            await asyncio.sleep(0)
        done.append(event.alert.id)

    async with asyncio.timeout(120):
        await bot.run(handle_signals=True)
    assert done == [1]
    assert signal.getsignal(number) == before


@pytest.mark.looptime(False)
async def test_signals_are_heard_in_the_main_thread_only() -> None:
    with pytest.raises(errors.ConfigError, match="main thread"):
        await asyncio.to_thread(asyncio.run, _run_with_signals())


async def _run_with_signals() -> None:
    bot = Dispatcher(Events())
    bot.on(NewAlert)(Work())
    await bot.run(handle_signals=True)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 5), st.floats(0, 3), st.booleans()), max_size=40),
    st.integers(1, 6),
)
def test_any_events_are_each_handled_once_and_in_order_for_each_alert(
    script: list[tuple[int, float, bool]], concurrency: int
) -> None:
    handled: defaultdict[int, list[int]] = defaultdict(list)
    most = 0

    async def run() -> None:
        events = [updated(alert_id, number) for number, (alert_id, *_) in enumerate(script)]
        bot = Dispatcher(Events(*events), concurrency=concurrency, max_unfinished=7)

        @bot.on(AlertUpdated)
        async def handle(event: AlertUpdated) -> None:
            nonlocal most
            most = max(most, bot.stats.running)
            _, yields, fails = script[event.alert.revision or 0]
            for _ in range(int(yields)):
                await asyncio.sleep(0)
            handled[event.alert.id].append(event.alert.revision or 0)
            if fails:
                raise ValueError("made up")

        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            tasks.create_task(bot.run())
            while bot.stats.handled + bot.stats.failed < len(script):  # noqa: ASYNC110 - no event for it
                await asyncio.sleep(0)
            bot.stop()

    asyncio.run(run())
    assert sorted(one for each in handled.values() for one in each) == list(range(len(script)))
    assert all(each == sorted(each) for each in handled.values())
    assert most <= concurrency
