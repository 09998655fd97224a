"""Follow the server and keep the connection's picture up to date.

Opens the stream first and then pages through the alerts, so that nothing falls between the two.
Says what happened in a `Link` and never raises: what ends the stream for good becomes a picture
with a hint, and waits for the analyst to try again. Calls `wake` when there is something to show,
and waits for its `turn` again and again where there is much to do.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from ir_client.errors import (
    AuthenticationError,
    AuthRejected,
    IRError,
    PermissionDenied,
    StreamError,
)
from ir_client.stream.events import Event, MalformedEvent, Resumed, StateChanged
from ir_client.stream.status import StreamState, StreamStatus
from ir_client.wire.alerts import Alert
from ir_client.wire.auth import User
from ir_client.wire.events import AlertUpdated, InitialData, NewAlert, RecentAlerts
from ir_client.wire.protocol2 import AlertRemoved, Presence, ViewerList
from ir_console.model.link import CaughtUp, Link, LinkState, Loading
from ir_console.model.state import Arrival, Departure, Origin
from ir_console.safe_text import safe_text

from .inbox import Inbox
from .incident_feed import IncidentFeed
from .ports import ConsoleClient, LiveStream

_log = logging.getLogger(__name__)

_PRESENCE_PROTOCOL = 2
_EVENTS_A_TURN = 25  # what has come already never waits: nobody else would have a turn
_PAGE_SIZE = 100  # what every server serves at once
_START_AGAIN = "Try again; if it comes back, start the console anew and report it."
_STATES = {
    StreamState.CONNECTING: LinkState.CONNECTING,
    StreamState.BACKFILLING: LinkState.CATCHING_UP,
    StreamState.LIVE: LinkState.LIVE,
    StreamState.WAITING: LinkState.WAITING,
    StreamState.CLOSED: LinkState.FAILED,
}


class Feed:
    """The alerts of a server, on their way to the screen."""

    def __init__(
        self,
        client: ConsoleClient,
        *,
        snapshot_limit: int,
        clock: Callable[[], float],
        wake: Callable[[], None],
        turn: Callable[[], Awaitable[None]],
    ) -> None:
        self.link = Link()
        self.me: User | None = None
        self.viewers: ViewerList | None = None
        self.tells_viewers: bool | None = None
        """Whether the server says who looks at what; None while it was not asked."""
        self._viewed: int | None = None
        self.inbox = Inbox()
        self.incidents = IncidentFeed()
        self._client = client
        self._snapshot_limit = snapshot_limit
        self._clock = clock
        self._wake = wake
        self._turn = turn
        self._stream: LiveStream | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._loader: asyncio.Task[None] | None = None
        self._is_loaded = False
        self._retry = asyncio.Event()

    async def run(self) -> None:
        """Follow the server until cancelled."""
        while True:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                failure = await self._follow()
                if self._loader is not None:
                    self._loader.cancel()
            # The next stream begins with its own moment: what came until then has to be loaded.
            self._is_loaded = False
            self.viewers = None
            self._show_failure(failure)
            self._retry.clear()
            await self._retry.wait()
            self._show(replace(self.link, state=LinkState.CONNECTING, reason="", hint=""))

    def retry(self) -> None:
        """Try again now whatever is waiting or has failed."""
        self._retry.set()
        if self._stream is not None:
            self._stream.retry_now()
        if self.link.load_problem and self.link.state is LinkState.LIVE:
            self._start_loading()

    async def view(self, alert_id: int | None) -> None:
        """Say which alert the user has open, now and on every stream to come; None for none."""
        self._viewed = alert_id
        if self._stream is not None:
            await self._stream.view(alert_id)
        if self.tells_viewers is None:
            with suppress(IRError):
                self.tells_viewers = _PRESENCE_PROTOCOL in (await self._client.meta()).protocols
                self._wake()

    def measure(self) -> None:
        """Look how fast the live connection answers, and when it was last heard."""
        if self._stream is not None and self.link.state is LinkState.LIVE:
            status = self._stream.status
            heard_at = status.last_heard_at or self.link.heard_at
            self.link = replace(self.link, latency=status.latency_seconds, heard_at=heard_at)

    async def watch(self, incident_id: int) -> None:
        """Hear of the changes of an incident that is open."""
        await self.incidents.watch(incident_id, None if self._stream is None else self._stream.send)

    def take(self, most: int) -> list[Arrival | Departure]:
        """Hand over up to `most` of what arrived."""
        return self.inbox.take(most)

    async def _follow(self) -> IRError:
        try:
            async with self._client.events() as stream:
                self._stream = stream
                if self._viewed is not None:
                    await stream.view(self._viewed)
                received = 0
                async for event in stream:
                    if self.incidents.receive(event):
                        self._wake()
                    await self._receive(event)
                    received += 1
                    if received % _EVENTS_A_TURN == 0:
                        await self._turn()
        except IRError as error:
            return error
        except Exception:  # noqa: BLE001 -- the edge of the task: a fault must not end the console
            _log.exception("the stream failed")
            return StreamError("The console failed to read the stream", hint=_START_AGAIN)
        finally:
            self._stream = None
        return StreamError("The stream ended", hint="Try again; the server may be restarting.")

    async def _receive(self, event: Event) -> None:
        match event:
            case StateChanged(status=status):
                self._show_status(status)
                if status.state is StreamState.LIVE:
                    await self._begin_live()
            case Resumed(recovered=missed, complete=is_complete):
                self._catch_up(CaughtUp(self._clock(), missed, is_complete))
            case NewAlert() | AlertUpdated():
                await self._put(event.alert, _origin(event))
            case AlertRemoved(data=removal):
                await self.inbox.put(Departure(removal.id, removal.revision))
                self._wake()
            case Presence():
                self.viewers = event.data
                self._wake()
            case InitialData():
                self.me = event.data.user
                await self._put_all(event.data.recent_alerts)
            case RecentAlerts():
                await self._put_all(event.data.alerts)
            case MalformedEvent():
                self._show(replace(self.link, unreadable=self.link.unreadable + 1))
            case _:
                _log.debug("event %s is not shown", type(event).__name__)

    def _catch_up(self, caught_up: CaughtUp) -> None:
        self._show(replace(self.link, caught_up=caught_up))
        if not caught_up.is_complete:
            self._start_loading_anew()

    async def _begin_live(self) -> None:
        if self._stream is not None:
            await self.incidents.watch_again(self._stream.send)
        if not self._is_loaded:
            self._start_loading()

    async def _put(self, alert: Alert, origin: Origin) -> None:
        await self.inbox.put(Arrival(alert, origin))
        self._wake()

    async def _put_all(self, alerts: tuple[Alert, ...]) -> None:
        for alert in alerts:
            await self._put(alert, Origin.FETCHED)

    def _start_loading(self) -> None:
        if self._tasks is not None and (self._loader is None or self._loader.done()):
            self._loader = self._tasks.create_task(self._load())

    def _start_loading_anew(self) -> None:
        # Pages that were read before the gap ended may lack what it swallowed.
        if self._loader is not None:
            self._loader.cancel()
            self._loader = None
        self._start_loading()

    async def _load(self) -> None:
        """Page through the alerts, newest first."""
        self._show(replace(self.link, loading=Loading(), load_problem=""))
        problem = ""
        try:
            await self._load_pages()
            self._is_loaded = True
        except IRError as error:
            problem = safe_text(f"{error} {error.hint}", 300)
        except Exception:  # noqa: BLE001 -- the edge of the task: the stream must go on
            _log.exception("loading the alerts failed")
            problem = f"The alerts could not be loaded. {_START_AGAIN}"
        self._show(replace(self.link, loading=None, load_problem=problem))

    async def _load_pages(self) -> None:
        loaded = 0
        if not self._snapshot_limit:
            return
        async for page in self._client.alerts.list(size=_PAGE_SIZE).pages():
            await self._put_all(page.alerts)
            loaded += len(page.alerts)
            await self._turn()
            total = min(page.pagination.total, self._snapshot_limit)
            self._show(replace(self.link, loading=Loading(loaded, total)))
            if loaded >= self._snapshot_limit:
                return

    def _show_status(self, status: StreamStatus) -> None:
        was_heard = self.link.state in (LinkState.LIVE, LinkState.CATCHING_UP)
        # The age of the data counts from the last moment at which it was current.
        heard_at = (status.last_heard_at or self._clock()) if was_heard else self.link.heard_at
        self._show(
            replace(
                self.link,
                state=_STATES[status.state],
                attempt=status.attempt,
                retry_at=status.retry_at,
                reason=self._reason(status),
                heard_at=heard_at,
            )
        )

    def _reason(self, status: StreamStatus) -> str:
        # While the next attempt runs, what ended the last one is still worth saying.
        is_live = status.state is StreamState.LIVE
        return safe_text(status.reason, 200) or ("" if is_live else self.link.reason)

    def _show_failure(self, failure: IRError) -> None:
        is_refused = isinstance(failure, AuthRejected | AuthenticationError | PermissionDenied)
        was_live = self.link.state is LinkState.LIVE
        self._show(
            replace(
                self.link,
                state=LinkState.REFUSED if is_refused else LinkState.FAILED,
                reason=safe_text(str(failure), 200),
                hint=safe_text(failure.hint, 200),
                heard_at=self._clock() if was_live else self.link.heard_at,
                retry_at=None,
                loading=None,
            )
        )

    def _show(self, link: Link) -> None:
        self.link = link
        self._wake()


def _origin(event: NewAlert | AlertUpdated) -> Origin:
    if event.origin == "backfill":
        return Origin.BACKFILLED
    return Origin.PUSHED_NEW if isinstance(event, NewAlert) else Origin.PUSHED
