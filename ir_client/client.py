"""The client of an IR Central server: where the parts of the SDK meet.

A part is loaded when it is first used: who imports the client to make one call does not wait
for the stream, nor for httpx before there is a connection.
"""

from __future__ import annotations

import asyncio
import copy
import random
from collections.abc import Callable, Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from .config import Profile, load_profile
from .errors import ClientClosedError, ConfigError
from .rest.network import Network, network_for
from .rest.retry import RetryPolicy
from .stream.limits import CONCURRENCY, MAX_EVENTS, MAX_MESSAGE_BYTES, MAX_UNFINISHED

if TYPE_CHECKING:
    from types import TracebackType

    import httpx

    from .credentials import Credentials, CredentialStore, Vault
    from .opened import Opened
    from .rest.alerts import AlertCalls
    from .rest.auth import AuthCalls
    from .rest.incidents import IncidentCalls
    from .rest.raw import RawClient
    from .rest.tokens import TokenCalls
    from .rest.transport import Transport
    from .stream.backoff import Uniform
    from .stream.beginning import Since
    from .stream.dispatcher import Dispatcher, HandlerFailure
    from .stream.driver import EventStream
    from .stream.events import Event
    from .stream.overflow import OverflowPolicy
    from .stream.waiting import E
    from .wire.auth import ServerMeta


def _utc_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the clock is injected here, where parts are wired


@dataclass(frozen=True, slots=True)
class _Options:
    """How patient the calls of a client are, where that differs from how it was made."""

    timeout_seconds: float | None = None
    retry: RetryPolicy | None = None


class IRClient:
    """An IR Central server, as one user or service sees it.

        async with IRClient("https://soc.example", credentials=...) as client:
            async for alert in client.alerts.list(severity=["high", "critical"]):
                print(alert.id, alert.title)

    Open it with `async with` and use it in the event loop that opened it. Every call raises an
    error of `ir_client.errors` when it fails. `handler` and `uniform` stand in for the network
    and for chance, for tests.
    """

    def __init__(
        self,
        url: str,
        *,
        credentials: Credentials | None = None,
        verify: bool | str = True,
        proxy: str | None = None,
        timeout_seconds: float = 15.0,
        retry: RetryPolicy | None = None,
        vault: Vault | None = None,
        handler: httpx.AsyncBaseTransport | None = None,
        uniform: Uniform = random.uniform,
    ) -> None:
        if not timeout_seconds > 0:
            raise ConfigError("timeout_seconds must be more than 0")
        self.network: Network = network_for(url, verify=verify, proxy=proxy)
        self.timeout_seconds = timeout_seconds
        self.retry = retry or RetryPolicy()
        self._credentials = credentials
        self._vault = vault
        self._handler = handler
        self._uniform = uniform
        self._stack: AsyncExitStack | None = None
        self._parts: Opened | None = None
        self._root = self
        self._options = _Options()

    @classmethod
    def from_profile(
        cls,
        profile: Profile | str | None = None,
        *,
        credentials: Credentials | None = None,
        store: CredentialStore | None = None,
    ) -> Self:
        """The client of a profile, logged in with what is kept for it.

        Credentials come from the argument, then `IR_TOKEN`, then the store; a login from the store
        goes on being kept there when its tokens rotate.
        """
        from .credentials import CredentialStore, token_from_environment

        if not isinstance(profile, Profile):
            profile = load_profile(profile)
        vault = None
        chosen = credentials or token_from_environment()
        if chosen is None:
            store = store or CredentialStore.default()
            vault = store.vault(profile)
            chosen = vault.load()
        return cls(
            profile.url,
            credentials=chosen,
            verify=profile.verify,
            proxy=profile.proxy,
            timeout_seconds=profile.timeout_seconds,
            vault=vault,
        )

    def __repr__(self) -> str:
        state = "open" if self._root._parts is not None else "closed"
        return f"<IRClient {self.network.url} {state}>"

    async def __aenter__(self) -> Self:
        if self._stack is not None or self._root is not self:
            raise ClientClosedError("The client is open already")
        from .opened import Opened

        async with AsyncExitStack() as stack:
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            self._parts = Opened(
                self.network,
                tasks,
                credentials=self._credentials,
                vault=self._vault,
                timeout_seconds=self.timeout_seconds,
                retry=self.retry,
                handler=self._handler,
                uniform=self._uniform,
            )
            stack.push_async_callback(self._parts.aclose)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        stack, self._stack, self._parts = self._stack, None, None
        if stack is not None:
            # The caller's exception is not shown to the task group, which would wrap it.
            await stack.aclose()

    @property
    def _open(self) -> Opened:
        parts = self._root._parts
        if parts is None:
            raise ClientClosedError("The client is not open")
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            raise ClientClosedError("The client is used outside of its event loop") from None
        if parts.loop is not loop:
            raise ClientClosedError("The client was opened in another event loop")
        return parts

    @property
    def _transport(self) -> Transport:
        options, transport = self._options, self._open.transport
        if options == _Options():
            return transport
        return transport.with_options(timeout_seconds=options.timeout_seconds, policy=options.retry)

    def with_options(
        self, *, timeout_seconds: float | None = None, retry: RetryPolicy | None = None
    ) -> Self:
        """The same client, whose calls wait or try for longer, or less long.

            patient = client.with_options(timeout_seconds=60, retry=RetryPolicy(max_attempts=8))

        It shares connections, login, stream and retry budget with the client it was made from, and
        is open for as long as that one is: it is not entered, nor closed. `timeout_seconds` is
        for one attempt. What is not given stays as it is.
        """
        other = copy.copy(self)
        other._options = _Options(
            timeout_seconds or self._options.timeout_seconds, retry or self._options.retry
        )
        return other

    @property
    def url(self) -> str:
        """The server's address."""
        return self.network.url

    @property
    def alerts(self) -> AlertCalls:
        """Alerts: list, get, update, comment, take, create, ingest."""
        from .rest.alerts import AlertCalls

        return AlertCalls(self._transport)

    @property
    def auth(self) -> AuthCalls:
        """Logins and users."""
        from .rest.auth import AuthCalls

        return AuthCalls(self._transport, self._open.session)

    @property
    def incidents(self) -> IncidentCalls:
        """Incidents: list, get, create, update, move, note."""
        from .rest.incidents import IncidentCalls

        return IncidentCalls(self._transport)

    @property
    def tokens(self) -> TokenCalls:
        """Endpoint tokens."""
        from .rest.tokens import TokenCalls

        return TokenCalls(self._transport)

    @property
    def raw(self) -> RawClient:
        """The calls with the server's own answers, and `call` for any address."""
        from .rest.raw import RawClient

        return RawClient(self._transport, self._open.session)

    async def meta(self) -> ServerMeta:
        """What the server says it can do."""
        return await self._open.meta.fetch(transport=self._transport)

    def events(
        self,
        *,
        since: Since = None,
        types: Collection[type[Event]] | type[Event] | None = None,
        query: str | None = None,
        overflow: OverflowPolicy = "resync",
        max_downtime_seconds: float | None = None,
        max_message_bytes: int = MAX_MESSAGE_BYTES,
        max_buffered_events: int = MAX_EVENTS,
    ) -> EventStream:
        """The live stream; use it with `async with`, then iterate over it.

        It begins with now: `InitialData`, then live frames. After an interruption the last state
        of each alert that changed comes (`origin == "backfill"`), then `Resumed` says how many.

        `since` lets it begin earlier: with a time (in UTC where it has no zone), with a
        `FileCheckpoint`, which also keeps how far it was read, or with the text that
        `stream.bookmark` was. `types` are the only classes of events that are handed out, `Resumed`
        and `StateChanged` included; only what tells of a loss always is: `Gap`, and `Resumed` where
        `complete` is False. `query` is a text of the filter language that alerts have to match; one
        that no longer does is handed out once more. `overflow` says what gives way when the reader
        is `max_buffered_events` behind: "resync" drops the steps and fetches the last states,
        "coalesce" keeps the last state of each alert, "drop_oldest" tells a `Gap`, "error" raises
        SlowConsumer.

        ConfigError for a checkpoint, type, time, text or number that cannot be used, QueryError for
        a query.
        """
        from .stream.beginning import beginning_of
        from .stream.driver import EventStream
        from .stream.options import StreamOptions, filter_of
        from .stream.protocol import StreamPolicy

        options = StreamOptions(
            policy=StreamPolicy(max_downtime_seconds=max_downtime_seconds),
            max_message_bytes=max_message_bytes,
            max_buffered_events=max_buffered_events,
            overflow=overflow,
            beginning=beginning_of(since),
            events=filter_of(types, query, clock=_utc_now),
        )
        return EventStream(self._open.stream_parts, options=options, uniform=self._uniform)

    async def wait_for(
        self,
        kind: type[E],
        where: Callable[[E], bool] | None = None,
        *,
        timeout_seconds: float = 60.0,
    ) -> E:
        """The first event of `kind` from now on for which `where` is true.

            closed = await client.wait_for(
                AlertUpdated, lambda event: event.alert.status == "closed", timeout_seconds=300
            )

        Listens on the open stream, whatever that one filters and however slowly it is read; what
        is fetched after an interruption is heard when its reader comes to it. Without one, a
        stream is opened for the time; `events()` is then refused until it is over. RequestTimeout
        when nothing came; what ends the stream is raised, ClientClosedError when it was closed.
        ConfigError for a `kind` that is no class of events, nor a union of such.
        """
        room = self._open.waiting_room(self.events)
        return await room.wait_for(kind, where, timeout_seconds=timeout_seconds)

    def dispatcher(
        self,
        *,
        concurrency: int = CONCURRENCY,
        max_unfinished: int = MAX_UNFINISHED,
        on_error: Callable[[HandlerFailure], None] | None = None,
        events: Callable[[], EventStream] | None = None,
    ) -> Dispatcher:
        """Handlers for the events of the stream; register them, then `await bot.run()`.

            bot = client.dispatcher()

            @bot.on(NewAlert, where=lambda event: event.alert.severity == "critical")
            async def page(event: NewAlert) -> None: ...

        Up to `concurrency` events are handled at once, those of one alert in their order. With
        `max_unfinished` taken and not handled, the stream waits. A handler that raises is logged,
        counted in `bot.stats`, and told to `on_error`. `events` opens a stream other than
        `client.events()`. ConfigError for a number below 1.
        """
        from .stream.dispatcher import Dispatcher

        return Dispatcher(
            events or self.events,
            concurrency=concurrency,
            max_unfinished=max_unfinished,
            on_error=on_error,
        )
