"""Decide what the alert stream does next.

Holds the state, the count of failures, and the deadlines. Opens no socket and reads no clock:
callers say what happened and when, and carry out the returned effects.

    CONNECTING ──first frame──▶ LIVE            (the very first time: nothing was missed)
    CONNECTING ──first frame──▶ BACKFILLING ──▶ LIVE ──reader fell behind, drained──▶ BACKFILLING
                  (a fetch, or the server's replay)    ──the server said reset──▶ BACKFILLING
    any of them ──the connection ends──▶ WAITING ──time, or retry_now──▶ CONNECTING
    any of them ──closed by us, or beyond repair──▶ CLOSED
"""

from dataclasses import dataclass
from enum import Enum, auto

from ..errors import GaveUp, StreamError
from .backoff import Uniform, delay_seconds
from .endings import Ending, NoToken, Remedy, Unreachable, Verdict, judge
from .events import StateChanged
from .status import StreamState, StreamStatus


@dataclass(frozen=True, slots=True)
class StreamPolicy:
    """The patience of a stream, in seconds."""

    steady_seconds: float = 60.0  # live for so long, failures are forgotten
    ready_seconds: float = 10.0  # from an open socket to the first frame
    fresh_token_seconds: float = 60.0  # a token refused at this age will not be accepted later
    max_strikes: int = 3
    max_downtime_seconds: float | None = None


class Opening(Enum):
    """How a connection goes on after its first frame, where something may have been missed."""

    PLAIN = auto()  # it is ours to fetch
    REPLAY = auto()  # the server tells it
    RESET = auto()  # it is ours to fetch once the server says from when on it tells what comes


@dataclass(frozen=True, slots=True)
class Connect:
    """Open a connection; with another token when the last one was refused."""

    renew_token: bool


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Abort the connection and whatever is fetched for it."""


@dataclass(frozen=True, slots=True)
class Backfill:
    """Fetch what was missed, while live frames are kept aside."""


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell the reader of the stream."""

    change: StateChanged


@dataclass(frozen=True, slots=True)
class Fail:
    """End the stream with an error."""

    error: StreamError


Effect = Connect | Disconnect | Backfill | Announce | Fail
Effects = tuple[Effect, ...]

_CONNECTED = frozenset({StreamState.BACKFILLING, StreamState.LIVE})


class StreamProtocol:
    """The life of one stream. Every method takes the time and returns what to do."""

    def __init__(
        self, policy: StreamPolicy, uniform: Uniform, *, now: float, catches_up: bool = False
    ) -> None:
        self._policy = policy
        self._catches_up = catches_up
        self._uniform = uniform
        self.status = StreamStatus(StreamState.CONNECTING, since=now)
        self._failures = 0
        self._strikes = 0
        self._has_listened = False
        self._renew_token = False
        self._renewed_at: float | None = None
        self._ready_by: float | None = None
        self._live_since: float | None = None
        self._down_since: float | None = now
        self._planned_retry_at: float | None = None

    @property
    def state(self) -> StreamState:
        return self.status.state

    @property
    def deadline(self) -> float | None:
        """When `tick` must be called next, if nothing happens before."""
        if self.state is StreamState.CLOSED:
            return None
        waits = (self.status.retry_at, self._ready_by, self._gives_up_at)
        return min((wait for wait in waits if wait is not None), default=None)

    @property
    def _gives_up_at(self) -> float | None:
        if self._down_since is None or self._policy.max_downtime_seconds is None:
            return None
        return self._down_since + self._policy.max_downtime_seconds

    @property
    def has_history(self) -> bool:
        """Whether a connection may have to catch up: the first one only if that was asked for."""
        return self._has_listened or self._catches_up

    def start(self) -> Effects:
        """The first attempt."""
        return (Connect(renew_token=False),)

    def token_ready(self, now: float) -> None:
        """A token for this attempt is there."""
        if self._renew_token:
            self._renew_token = False
            self._renewed_at = now

    def opened(self, now: float) -> None:
        """The socket is open; it counts only once a frame has come."""
        self._ready_by = now + self._policy.ready_seconds

    def frame_arrived(self, now: float, *, opening: Opening = Opening.PLAIN) -> Effects:
        """A frame has come; the first one of a connection proves that it works."""
        if self.state is not StreamState.CONNECTING or self._ready_by is None:
            return ()
        catches_up, self._has_listened = self.has_history, True
        self._ready_by = self._down_since = self._planned_retry_at = None
        if not catches_up:
            return self._go_live(now)
        entered = self._enter(StreamState.BACKFILLING, now)
        if opening is Opening.RESET:
            self._ready_by = now + self._policy.ready_seconds
        return (*entered, Backfill()) if opening is Opening.PLAIN else entered

    def reset(self, now: float) -> Effects:
        """The server cannot tell what was missed; a fetch that runs begins anew."""
        if self.state not in _CONNECTED:
            return ()
        self._ready_by = None
        return (*self._enter(StreamState.BACKFILLING, now), Backfill())

    def backfilled(self, now: float) -> Effects:
        """What was missed has been handed over."""
        return self._go_live(now) if self.state is StreamState.BACKFILLING else ()

    def drained(self, now: float) -> Effects:
        """The reader, who had fallen behind, has caught up with what was kept for it."""
        if self.state is not StreamState.LIVE:
            return ()
        entered = self._enter(StreamState.BACKFILLING, now, reason="the reader fell behind")
        return (*entered, Backfill())

    def ended(self, ending: Ending, now: float) -> Effects:
        """The connection is gone, never came to be, or is to be given up."""
        if self.state in (StreamState.CLOSED, StreamState.WAITING):
            return ()
        return (Disconnect(), *self._after(ending, now))

    def _after(self, ending: Ending, now: float) -> Effects:
        verdict = judge(ending)
        self._note_end(now, is_token_missing=isinstance(ending, NoToken))
        match verdict.remedy:
            case Remedy.GIVE_UP:
                return self._fail(verdict, now)
            case Remedy.RENEW_TOKEN:
                return self._renew_or_fail(verdict, now)
            case Remedy.DOUBT if self._has_listened:
                return self._wait(verdict, now)
            case Remedy.STRIKE | Remedy.DOUBT:
                return self._strike(verdict, now)
            case Remedy.RETRY:
                return self._wait(verdict, now)

    def tick(self, now: float) -> Effects:
        """A deadline has passed."""
        if self.deadline is None or now < self.deadline:
            return ()
        if self._gives_up_at is not None and now >= self._gives_up_at:
            reason = self.status.reason or "no answer"
            return self.give_up(GaveUp(f"The stream was down for too long: {reason}"), now)
        if self.state is StreamState.WAITING:
            return self._connect(now, reason=self.status.reason)
        return self.ended(Unreachable("the server accepted the stream, then said nothing"), now)

    def retry_now(self, now: float) -> Effects:
        """Somebody does not want to wait any longer: an attempt beside the planned one."""
        if self.state is not StreamState.WAITING:
            return ()
        self._planned_retry_at = self.status.retry_at
        return self._connect(now, reason=self.status.reason)

    def close(self, now: float) -> Effects:
        """We are done."""
        if self.state is StreamState.CLOSED:
            return ()
        return (Disconnect(), *self._close(now, reason=""))

    def give_up(self, error: StreamError, now: float) -> Effects:
        """Going on is no use, for a reason that is not the connection's."""
        if self.state is StreamState.CLOSED:
            return ()
        return (Disconnect(), *self._close(now, reason=str(error)), Fail(error))

    def _note_end(self, now: float, *, is_token_missing: bool) -> None:
        steadily_live = (
            self._live_since is not None and now - self._live_since >= self._policy.steady_seconds
        )
        if steadily_live:
            self._failures = self._strikes = 0
        if self._down_since is None:
            self._down_since = now
        if not is_token_missing:
            self._renew_token = False
        self._ready_by = self._live_since = None

    def _renew_or_fail(self, verdict: Verdict, now: float) -> Effects:
        age = None if self._renewed_at is None else now - self._renewed_at
        if age is not None and age < self._policy.fresh_token_seconds:
            return self._fail(verdict, now)
        self._renew_token = True
        return self._connect(now, reason=verdict.reason)

    def _strike(self, verdict: Verdict, now: float) -> Effects:
        self._strikes += 1
        if self._strikes >= self._policy.max_strikes:
            return self._fail(verdict, now)
        return self._wait(verdict, now)

    def _wait(self, verdict: Verdict, now: float) -> Effects:
        planned, self._planned_retry_at = self._planned_retry_at, None
        if planned is not None and planned > now:
            # Who was impatient must not wait longer for it: the plan stands.
            retry_at = max(planned, now + verdict.wait_at_least)
        else:
            retry_at = now + max(
                verdict.wait_at_least, delay_seconds(self._failures, self._uniform)
            )
            self._failures += 1
        return self._enter(StreamState.WAITING, now, reason=verdict.reason, retry_at=retry_at)

    def _connect(self, now: float, *, reason: str) -> Effects:
        entered = self._enter(StreamState.CONNECTING, now, reason=reason)
        return (*entered, Connect(renew_token=self._renew_token))

    def _go_live(self, now: float) -> Effects:
        if self._live_since is None:
            self._live_since = now
        return self._enter(StreamState.LIVE, now)

    def _fail(self, verdict: Verdict, now: float) -> Effects:
        error = verdict.error or StreamError(verdict.reason)
        return (*self._close(now, reason=verdict.reason), Fail(error))

    def _close(self, now: float, *, reason: str) -> Effects:
        return self._enter(StreamState.CLOSED, now, reason=reason)

    def _enter(
        self, state: StreamState, now: float, *, reason: str = "", retry_at: float | None = None
    ) -> Effects:
        old = self.state
        self.status = StreamStatus(
            state, since=now, attempt=self._failures, retry_at=retry_at, reason=reason
        )
        if old is state:
            return ()
        return (Announce(StateChanged(old, state, self.status)),)
