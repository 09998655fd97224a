"""The client of an IR Central server: where the parts of the SDK meet."""

import asyncio
import random
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

import httpx

from .config import Profile, load_profile
from .credentials import Credentials, CredentialStore, Vault, token_from_environment
from .errors import ClientClosedError
from .rest.alerts import AlertCalls
from .rest.auth import AuthCalls
from .rest.meta import Meta
from .rest.network import Network, network_for
from .rest.session import Session
from .rest.tokens import TokenCalls
from .rest.transport import Transport
from .stream.backoff import Uniform
from .stream.buffer import MAX_EVENTS
from .stream.driver import EventStream, StreamLimits, StreamParts
from .stream.link import MAX_MESSAGE_BYTES
from .stream.protocol import StreamPolicy
from .wire.auth import ServerMeta


class _Open:
    """What exists only while a client is open."""

    def __init__(self, client: "IRClient", tasks: asyncio.TaskGroup) -> None:
        self.loop = asyncio.get_running_loop()
        self.tasks = tasks
        self.transport = Transport(
            client.network,
            tasks=tasks,
            timeout_seconds=client.timeout_seconds,
            handler=client._handler,
            uniform=client._uniform,
        )
        self.session = Session(
            self.transport, client._credentials, tasks=tasks, vault=client._vault
        )
        self.transport.tokens = self.session
        self.meta = Meta(self.transport)
        self.alerts = AlertCalls(self.transport)
        self.auth = AuthCalls(self.transport, self.session)
        self.tokens = TokenCalls(self.transport)
        self.stream_parts = StreamParts(client.network, self.session, self.meta, self.alerts, tasks)

    async def aclose(self) -> None:
        if self.stream_parts.open_stream is not None:
            await self.stream_parts.open_stream.aclose()
        await self.transport.aclose()


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
        vault: Vault | None = None,
        handler: httpx.AsyncBaseTransport | None = None,
        uniform: Uniform = random.uniform,
    ) -> None:
        self.network: Network = network_for(url, verify=verify, proxy=proxy)
        self.timeout_seconds = timeout_seconds
        self._credentials = credentials
        self._vault = vault
        self._handler = handler
        self._uniform = uniform
        self._stack: AsyncExitStack | None = None
        self._parts: _Open | None = None

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
        state = "open" if self._parts is not None else "closed"
        return f"<IRClient {self.network.url} {state}>"

    async def __aenter__(self) -> Self:
        if self._stack is not None:
            raise ClientClosedError("The client is open already")
        async with AsyncExitStack() as stack:
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            self._parts = _Open(self, tasks)
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
    def _open(self) -> _Open:
        if self._parts is None:
            raise ClientClosedError("The client is not open")
        if self._parts.loop is not asyncio.get_running_loop():
            raise ClientClosedError("The client was opened in another event loop")
        return self._parts

    @property
    def url(self) -> str:
        """The server's address."""
        return self.network.url

    @property
    def alerts(self) -> AlertCalls:
        """Alerts: list, get, update, comment, take, create, ingest."""
        return self._open.alerts

    @property
    def auth(self) -> AuthCalls:
        """Logins and users."""
        return self._open.auth

    @property
    def tokens(self) -> TokenCalls:
        """Endpoint tokens."""
        return self._open.tokens

    async def meta(self) -> ServerMeta:
        """What the server says it can do."""
        return await self._open.meta.fetch()

    def events(
        self,
        *,
        max_downtime_seconds: float | None = None,
        max_message_bytes: int = MAX_MESSAGE_BYTES,
        max_buffered_events: int = MAX_EVENTS,
    ) -> EventStream:
        """The live stream; use it with `async with`, then iterate over it.

        It begins with now: `InitialData`, then live frames. After an interruption the alerts that
        changed meanwhile are fetched (`origin == "backfill"`), then `Resumed` says how many.
        A reader that falls `max_buffered_events` behind gets final states instead of every step.
        """
        return EventStream(
            self._open.stream_parts,
            policy=StreamPolicy(max_downtime_seconds=max_downtime_seconds),
            limits=StreamLimits(max_message_bytes, max_buffered_events),
            uniform=self._uniform,
        )
