"""What the stream does next, in tables and in any order of events."""

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ir_client.errors import AuthRejected, GaveUp, ProtocolError, StreamError
from ir_client.stream.endings import (
    BackfillFailed,
    Closed,
    Ending,
    Nonsense,
    NoToken,
    Refused,
    TooLarge,
    Unreachable,
)
from ir_client.stream.protocol import (
    Announce,
    Backfill,
    Connect,
    Disconnect,
    Effects,
    Fail,
    StreamPolicy,
    StreamProtocol,
)
from ir_client.stream.status import StreamState

BROKEN = Unreachable("the line broke")
CONNECTING, BACKFILLING, LIVE, WAITING, CLOSED = (
    StreamState.CONNECTING,
    StreamState.BACKFILLING,
    StreamState.LIVE,
    StreamState.WAITING,
    StreamState.CLOSED,
)


def longest(low: float, high: float) -> float:
    return high


def a_protocol(**policy: Any) -> StreamProtocol:
    protocol = StreamProtocol(StreamPolicy(**policy), longest, now=0.0)
    protocol.start()
    return protocol


def connected(protocol: StreamProtocol, now: float) -> Effects:
    protocol.token_ready(now)
    protocol.opened(now)
    return protocol.frame_arrived(now)


def a_live_protocol(now: float = 0.0, **policy: Any) -> StreamProtocol:
    protocol = a_protocol(**policy)
    connected(protocol, now)
    return protocol


def of(kind: type[Any], effects: Effects) -> list[Any]:
    return [effect for effect in effects if isinstance(effect, kind)]


def failure(effects: Effects) -> StreamError:
    (fail,) = of(Fail, effects)
    error = fail.error
    assert isinstance(error, StreamError)
    return error


def wait_over(protocol: StreamProtocol) -> tuple[float, Effects]:
    """The time at which the wait ends, and what follows."""
    now = protocol.deadline
    assert now is not None
    return now, protocol.tick(now)


def test_the_first_attempt_begins_at_once() -> None:
    assert StreamProtocol(StreamPolicy(), longest, now=5.0).start() == (Connect(False),)


def test_requirement_02_an_open_socket_is_not_live_until_a_frame_has_come() -> None:
    protocol = a_protocol()
    protocol.token_ready(0.0)
    protocol.opened(1.0)
    assert protocol.state is CONNECTING
    protocol.frame_arrived(2.0)
    assert protocol.state is LIVE


def test_requirement_02_a_server_that_accepts_and_says_nothing_counts_as_a_failed_attempt() -> None:
    protocol = a_protocol(ready_seconds=10.0)
    protocol.opened(1.0)
    assert protocol.deadline == 11.0
    effects = protocol.tick(11.0)
    assert of(Disconnect, effects)
    assert protocol.state is WAITING
    assert protocol.status.attempt == 1


def test_the_first_connection_fetches_nothing() -> None:
    assert not of(Backfill, connected(a_protocol(), 1.0))


def test_every_later_connection_fetches_what_was_missed_before_it_is_live() -> None:
    protocol = a_live_protocol()
    protocol.ended(BROKEN, 1.0)
    now, _ = wait_over(protocol)
    assert of(Backfill, connected(protocol, now))
    assert protocol.state is BACKFILLING
    protocol.backfilled(now + 1)
    assert protocol.state is LIVE


def test_a_reader_that_fell_behind_makes_a_fetch_without_a_new_connection() -> None:
    protocol = a_live_protocol()
    effects = protocol.drained(3.0)
    assert of(Backfill, effects)
    assert not of(Connect, effects)
    assert not of(Disconnect, effects)
    assert protocol.state is BACKFILLING


def test_the_end_of_a_connection_stops_its_fetch() -> None:
    protocol = a_live_protocol()
    protocol.drained(3.0)
    assert of(Disconnect, protocol.ended(BackfillFailed("503"), 4.0))


def test_delays_double_while_nothing_is_live() -> None:
    protocol = a_protocol()
    now, delays = 0.0, []
    for _ in range(9):
        protocol.ended(BROKEN, now)
        assert protocol.status.retry_at is not None
        delays.append(protocol.status.retry_at - now)
        now, _ = wait_over(protocol)
    assert delays == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]


@pytest.mark.parametrize(("live_seconds", "delay"), [(59.9, 4.0), (60.0, 0.5)])
def test_requirement_13_failures_are_forgotten_after_a_minute_of_being_live(
    live_seconds: float, delay: float
) -> None:
    # A server that accepts and then closes must not be asked in a tight loop.
    protocol = a_protocol()
    now = 0.0
    for _ in range(3):
        protocol.ended(BROKEN, now)
        now, _ = wait_over(protocol)
    connected(protocol, now)
    now += live_seconds
    protocol.ended(Closed(1012), now)
    assert protocol.status.retry_at == now + delay


def test_a_fetch_in_between_does_not_interrupt_the_minute() -> None:
    protocol = a_protocol()
    protocol.ended(BROKEN, 0.0)
    now, _ = wait_over(protocol)
    connected(protocol, now)
    protocol.drained(now + 50)
    protocol.backfilled(now + 55)
    protocol.ended(BROKEN, now + 61)
    assert protocol.status.retry_at == now + 61.5


def test_requirement_13_accept_then_close_makes_fewer_than_ten_attempts_in_thirty_seconds() -> None:
    # At the average of the jitter.
    protocol = StreamProtocol(StreamPolicy(), lambda low, high: high / 2, now=0.0)
    protocol.start()
    now, attempts = 0.0, 1
    while now < 30.0:
        connected(protocol, now)
        protocol.ended(Closed(1000), now)
        now, effects = wait_over(protocol)
        attempts += len(of(Connect, effects))
    assert attempts < 10


def test_a_server_that_asks_to_wait_longer_is_obeyed() -> None:
    protocol = a_protocol()
    protocol.ended(Refused(503, retry_after=30.0), 0.0)
    assert protocol.status.retry_at == 30.0


def test_requirement_09_a_refused_token_is_renewed_at_once_and_once() -> None:
    protocol = a_live_protocol()
    effects = protocol.ended(Closed(4001), 100.0)
    assert of(Connect, effects) == [Connect(renew_token=True)]
    protocol.token_ready(100.5)
    protocol.opened(100.6)
    assert isinstance(failure(protocol.ended(Closed(4001), 101.0)), AuthRejected)
    assert protocol.state is CLOSED


def test_a_token_that_was_renewed_long_ago_is_renewed_again() -> None:
    protocol = a_live_protocol()
    protocol.ended(Closed(4001), 100.0)
    connected(protocol, 100.5)
    effects = protocol.ended(Closed(4001), 161.0)
    assert of(Connect, effects) == [Connect(renew_token=True)]


def test_requirement_09_a_renewal_that_met_a_dead_network_is_asked_for_again() -> None:
    # Never back to the token that was refused.
    protocol = a_live_protocol()
    protocol.ended(Closed(4001), 100.0)
    protocol.ended(NoToken("no route", is_final=False), 101.0)
    assert protocol.state is WAITING
    _, effects = wait_over(protocol)
    assert of(Connect, effects) == [Connect(renew_token=True)]


def test_three_breaches_of_the_protocol_are_an_error() -> None:
    protocol = a_protocol()
    now = 0.0
    for _ in range(2):
        connected(protocol, now)
        assert not of(Fail, protocol.ended(Closed(1002), now))
        now, _ = wait_over(protocol)
    connected(protocol, now)
    assert isinstance(failure(protocol.ended(Closed(1002), now)), ProtocolError)


def test_what_never_was_a_stream_is_an_error_after_three_attempts() -> None:
    protocol = a_protocol()
    protocol.ended(Nonsense("html"), 0.0)
    protocol.tick(1.0)
    protocol.ended(Refused(404), 1.0)
    protocol.tick(3.0)
    assert isinstance(failure(protocol.ended(Refused(404), 3.0)), ProtocolError)


def test_a_proxy_that_answers_for_a_restarting_server_is_waited_out() -> None:
    protocol = a_live_protocol()
    protocol.ended(Closed(1012), 1.0)
    for _ in range(20):
        now, _ = wait_over(protocol)
        assert not of(Fail, protocol.ended(Refused(404), now))


def test_requirement_17_a_frame_that_is_too_long_ends_the_stream_without_another_attempt() -> None:
    protocol = a_live_protocol()
    effects = protocol.ended(TooLarge(), 1.0)
    assert of(Fail, effects)
    assert not of(Connect, effects)
    assert protocol.deadline is None


def test_it_gives_up_after_the_downtime_that_was_allowed() -> None:
    protocol = a_live_protocol(max_downtime_seconds=10.0)
    now = 500.0
    protocol.ended(BROKEN, now)
    effects: Effects = ()
    while not of(Fail, effects):
        now, effects = wait_over(protocol)
        if of(Connect, effects):
            protocol.ended(BROKEN, now)
    error = failure(effects)
    assert isinstance(error, GaveUp)
    assert "the line broke" in str(error)
    assert now == 510.0


def test_without_a_limit_it_never_gives_up() -> None:
    protocol = a_live_protocol()
    now = 1.0
    for _ in range(500):
        assert not of(Fail, protocol.ended(Refused(502), now))
        now, _ = wait_over(protocol)
    assert now > 20_000


def test_who_does_not_want_to_wait_need_not() -> None:
    protocol = a_live_protocol()
    protocol.ended(BROKEN, 1.0)
    assert of(Connect, protocol.retry_now(1.1))
    assert not protocol.retry_now(1.2)


def test_an_attempt_out_of_turn_does_not_lengthen_the_wait() -> None:
    protocol = a_live_protocol()
    protocol.ended(BROKEN, 1.0)
    planned, attempt = protocol.status.retry_at, protocol.status.attempt
    for press in range(5):
        protocol.retry_now(1.1 + press / 100)
        protocol.ended(BROKEN, 1.1 + press / 100)
    assert (protocol.status.retry_at, protocol.status.attempt) == (planned, attempt)


def test_an_attempt_out_of_turn_that_outlasts_the_plan_takes_its_place() -> None:
    protocol = a_live_protocol()
    protocol.ended(BROKEN, 1.0)
    attempt = protocol.status.attempt
    protocol.retry_now(1.1)
    protocol.ended(BROKEN, 11.0)
    assert protocol.status.retry_at is not None
    assert protocol.status.retry_at > 11.0
    assert protocol.status.attempt == attempt + 1


def test_the_status_tells_why_and_until_when() -> None:
    protocol = a_live_protocol()
    protocol.ended(BROKEN, 10.0)
    status = protocol.status
    assert (status.state, status.since, status.retry_at) == (WAITING, 10.0, 10.5)
    assert "the line broke" in status.reason
    now, _ = wait_over(protocol)
    connected(protocol, now)
    protocol.backfilled(now)
    assert protocol.status.reason == ""


@pytest.mark.parametrize("prepare", [a_protocol, a_live_protocol])
def test_requirement_06_closing_is_said_once_and_nothing_follows(prepare: Any) -> None:
    protocol = prepare()
    assert len(of(Announce, protocol.close(1.0))) == 1
    assert protocol.close(1.0) == protocol.ended(BROKEN, 2.0) == protocol.retry_now(2.0) == ()
    assert protocol.frame_arrived(2.0) == protocol.backfilled(2.0) == protocol.drained(2.0) == ()
    assert protocol.deadline is None


ALLOWED = {
    (CONNECTING, BACKFILLING),
    (CONNECTING, LIVE),
    (CONNECTING, WAITING),
    (BACKFILLING, LIVE),
    (BACKFILLING, WAITING),
    (BACKFILLING, CONNECTING),
    (LIVE, BACKFILLING),
    (LIVE, WAITING),
    (LIVE, CONNECTING),
    (WAITING, CONNECTING),
} | {(state, CLOSED) for state in StreamState if state is not CLOSED}

ENDINGS: st.SearchStrategy[Ending] = st.one_of(
    st.builds(Closed, st.integers(1000, 4999)),
    st.builds(Refused, st.integers(200, 599), st.none() | st.floats(0, 500)),
    st.sampled_from(
        [BROKEN, TooLarge(), Nonsense("html"), NoToken("", is_final=False), BackfillFailed("")]
    ),
)


class AnyLife(RuleBasedStateMachine):
    """Whatever happens, in whatever order: the promises of the protocol hold."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.protocol = StreamProtocol(StreamPolicy(), longest, now=0.0)
        self.state = CONNECTING
        self.has_link = False
        self.is_fetching = False
        self.is_open = False
        self.was_connected = False
        self.failures = 0
        self.perform(self.protocol.start())

    def perform(self, effects: Effects) -> None:
        for effect in effects:
            match effect:
                case Announce(change):
                    assert change.old is self.state
                    assert (change.old, change.new) in ALLOWED  # requirement 27
                    assert change.status == self.protocol.status
                    self.state = change.new
                case Connect():
                    assert not self.has_link  # requirement 15: never two sockets
                    self.has_link, self.is_open = True, False
                case Disconnect():
                    self.has_link = self.is_fetching = self.is_open = False
                case Backfill():
                    assert self.has_link
                    assert self.was_connected
                    assert not self.is_fetching
                    self.is_fetching = True
                case Fail():
                    self.failures += 1

    @rule(seconds=st.floats(0.0, 200.0))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        while (deadline := self.protocol.deadline) is not None and deadline <= self.now:
            self.perform(self.protocol.tick(self.now))

    @precondition(lambda self: self.has_link and not self.is_open)
    @rule()
    def handshake_succeeds(self) -> None:
        self.protocol.token_ready(self.now)
        self.protocol.opened(self.now)
        self.is_open = True

    @precondition(lambda self: self.is_open)
    @rule()
    def frame_arrives(self) -> None:
        self.perform(self.protocol.frame_arrived(self.now))
        self.was_connected = True

    @precondition(lambda self: self.is_fetching)
    @rule()
    def fetch_is_done(self) -> None:
        self.is_fetching = False
        self.perform(self.protocol.backfilled(self.now))

    @rule()
    def reader_has_drained(self) -> None:
        self.perform(self.protocol.drained(self.now))

    @precondition(lambda self: self.has_link)
    @rule(ending=ENDINGS)
    def connection_ends(self, ending: Ending) -> None:
        self.perform(self.protocol.ended(ending, self.now))

    @rule()
    def reader_is_impatient(self) -> None:
        self.perform(self.protocol.retry_now(self.now))

    @precondition(lambda self: self.now > 100)
    @rule()
    def reader_closes(self) -> None:
        self.perform(self.protocol.close(self.now))

    @invariant()
    def the_state_is_what_was_announced(self) -> None:
        assert self.protocol.state is self.state

    @invariant()
    def something_always_comes_next(self) -> None:
        if self.state is CLOSED:
            assert not self.has_link
            assert self.protocol.deadline is None
        elif self.state is WAITING:
            assert not self.has_link
            assert self.protocol.deadline is not None
        else:
            assert self.has_link
        assert self.failures <= (self.state is CLOSED)

    @invariant()
    def no_wait_is_longer_than_the_server_may_ask_for(self) -> None:
        status = self.protocol.status
        if status.retry_at is not None:
            assert status.retry_at <= status.since + 120.0  # a difference would be rounded


AnyLife.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestAnyLife = AnyLife.TestCase
