"""An IR Central server in the test's own event loop, which fails on request.

Being in the same loop, it needs no process, its parts can be reached, and it runs in virtual time
too. It keeps alerts, their log, incidents, logins and listeners, and no rules: roles, teams and
clocks are not its.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self, cast
from urllib.parse import parse_qs, urlsplit

import httpx
from pydantic import SecretStr
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from ..client import IRClient
from ..credentials import Credentials, PasswordCredentials
from .changelog import ChangeLog
from .front import FrontConnection, Rest
from .logins import PASSWORD, USER
from .sockets import reset as break_line
from .stream import FakeStream

__all__ = ["FEATURES", "PASSWORD", "FakeServer"]

FEATURES: Final = (
    "revision",
    "if_match",
    "updated_after",
    "cursor",
    "stream_bearer",
    "idempotency_key",
    "timeline",
    "comments",
    "ownership",
    "query",
    "incident_timeline",
)
_PATIENCE_SECONDS = 60


class FakeServer(FakeStream):
    """A server that a test owns.

        async with FakeServer() as server, server.client() as client:
            server.commit(7, severity="critical")
            await client.alerts.update(7, AlertUpdate(status="closed"))
            assert server.alerts[7].status == "closed"

    `features=None` makes a plain server, without `GET /meta` and our extensions. It speaks
    protocol 2 where it has revisions, unless `protocols=(1,)` says otherwise. What it was asked
    is in `requests`, `commands`, `connections`, `stream_queries` and `attempted_at` (loop times of
    handshakes).

    `commit(...)` and `remove(...)` change what it knows and its log, `publish(...)` tells of it,
    `publish_all()` tells everything that was not told, in batches where the protocol has them. A
    position never passes what was not told, so a client that comes back gets it.

    `commit_incident(...)` and `publish_incident(...)` do so for `incidents`. What a client does to
    one is told to it, if it owns or watches that one.

    What goes wrong, now: `drop(code)` closes, `break_lines()` resets, `fall_silent()` is a dead
    peer, `garble_lines()` sends what is no WebSocket frame, `push(...)` sends any text, also
    nonsense, `publish(...)` the same alert again, `expire_access_tokens()`, `stop()` and `start()`,
    `reset(reason)` makes clients fetch, `trim_log()` and `epoch_bump()` make their positions void.

    What goes wrong next, as queues to fill: `close_codes` and `handshake_answers` (status and
    headers) for the stream, `reset_reasons` for clients that come back with a position,
    `rest_answers` (responses, or errors to break with) for REST, where a client's first write asks
    `GET /meta` before. `answers_to_lose` is how many writes are done but not answered.

    For as long as they are set: `page_delay_seconds`, `refuses_every_token`, `accepts_every_token`,
    `greets = False`, `answers_commands = False`.
    """

    def __init__(
        self,
        *,
        features: Sequence[str] | None = FEATURES,
        protocols: Sequence[int] | None = None,
    ) -> None:
        if protocols is None:
            protocols = (1, 2) if "revision" in (features or ()) else (1,)
        super().__init__(features, protocols)
        self.port = 0
        self.connections = 0
        self.attempted_at: list[float] = []
        self.stream_tokens: list[str] = []
        self.stream_queries: list[dict[str, str]] = []
        self.refuses_every_token = False
        self.close_codes: deque[int] = deque()
        self.handshake_answers: deque[tuple[int, dict[str, str]]] = deque()
        self._epochs = 1
        self._server: Server | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self._rest: Rest | None = None

    # Life.

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen, on the same port as before if there was one."""
        self._tasks = await asyncio.TaskGroup().__aenter__()
        self._rest = Rest(self.handle, self._tasks)
        connection_type = partial(FrontConnection, rest=self._rest)
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            self.port,
            process_request=self._handshake,
            create_connection=cast("type[ServerConnection]", connection_type),
            ping_interval=None,
            close_timeout=1,
            max_size=None,
            reuse_address=True,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self, code: int = 1001) -> None:
        """Go away: listeners get this close code, requests under way none."""
        if self._server is None or self._tasks is None or self._rest is None:
            return
        server, self._server = self._server, None
        server.close(code=code)
        self._rest.close()
        for connection in self.listeners:
            connection.transport.resume_reading()
        await server.wait_closed()
        await self._tasks.__aexit__(None, None, None)

    @property
    def url(self) -> str:
        """Where any client finds it: REST and the stream."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def credentials(self) -> PasswordCredentials:
        """The one login that it knows."""
        return PasswordCredentials(str(USER["username"]), SecretStr(PASSWORD))

    def client(self, credentials: Credentials | None = None, **settings: Any) -> IRClient:
        """A client of this server, logged in as dana unless said otherwise.

        Its REST calls go by memory, not by socket: they answer at once, in virtual time too.
        """
        return IRClient(
            self.url,
            credentials=credentials or self.credentials,
            handler=httpx.MockTransport(self.handle),
            **settings,
        )

    async def wait_for(self, condition: Callable[[], object]) -> None:
        """Let the loop run until something is so; TimeoutError after a minute."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not condition():  # noqa: ASYNC110 - any condition of a test, seen from outside
                await asyncio.sleep(0.01)

    # What goes wrong with the stream.

    def trim_log(self) -> None:
        """Forget the changes until now: who comes back from before them gets a reset."""
        self.log.trim()

    def epoch_bump(self) -> None:
        """Become another database with the same alerts: a new log, and every connection breaks."""
        self._epochs += 1
        self.epoch = f"epoch-{self._epochs}"
        self.log = ChangeLog()
        self.break_lines()

    async def drop(self, code: int = 1012) -> None:
        """Close every connection."""
        for connection in list(self.listeners):
            await connection.close(code)

    def break_lines(self) -> None:
        """Reset every connection."""
        for connection in list(self.listeners):
            break_line(connection.transport)

    def garble_lines(self) -> None:
        """Send bytes that are no WebSocket frame."""
        for connection in list(self.listeners):
            connection.transport.write(b"\xff\xff\xff\xff")

    def fall_silent(self) -> None:
        """Go on holding every connection, and neither read nor write any more: a dead peer."""
        for connection, listener in self.listeners.items():
            listener.is_silent = True
            connection.transport.pause_reading()

    # One connection.

    def _handshake(self, connection: ServerConnection, request: Request) -> Response | None:
        self.attempted_at.append(asyncio.get_running_loop().time())
        self.stream_queries.append(_query_of(request))
        self.stream_tokens.append(_token_of(request))
        if self.handshake_answers:
            status, headers = self.handshake_answers.popleft()
            response = connection.respond(HTTPStatus(status), "no\n")
            response.headers.update(headers)
            return response
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        self.connections += 1
        if self.refuses_every_token or not self.accepts(_token_of(connection.request)):
            await connection.close(4001)
        elif self.close_codes:
            await connection.close(self.close_codes.popleft())
        else:
            with suppress(ConnectionClosed):
                await self.serve(connection, _query_of(connection.request))


def _query_of(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}


def _token_of(request: Request) -> str:
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return _query_of(request).get("token", bearer)
