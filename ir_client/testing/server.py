"""An IR Central server in the test's own event loop, which fails on request.

Being in the same loop, it needs no process, its parts can be reached, and it runs in virtual time
too. It keeps alerts, logins and listeners, and no rules: roles, teams and clocks are not its.
"""

import asyncio
import json
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
from ..wire.alerts import Alert
from ..wire.base import rfc3339
from .front import FrontConnection, Rest
from .logins import PASSWORD, USER
from .rest import FakeRest
from .sockets import reset

__all__ = ["FEATURES", "PASSWORD", "FakeServer"]

FEATURES: Final = ("revision", "if_match", "updated_after", "cursor", "stream_bearer")
_PATIENCE_SECONDS = 60


class FakeServer(FakeRest):
    """A server that a test owns.

        async with FakeServer() as server, server.client() as client:
            server.commit(7, severity="critical")
            await client.alerts.update(7, AlertUpdate(status="closed"))
            assert server.alerts[7].status == "closed"

    `features=None` makes a plain server, without `GET /meta` and our extensions. What it was asked
    is in `requests`, `commands`, `connections` and `attempted_at` (loop times of handshakes).

    What goes wrong, now: `drop(code)` closes, `break_lines()` resets, `fall_silent()` is a dead
    peer, `garble_lines()` sends what is no WebSocket frame, `push(...)` sends any text, also
    nonsense, `publish(...)` the same alert again, `expire_access_tokens()`, `stop()` and `start()`.

    What goes wrong next, as queues to fill: `close_codes` and `handshake_answers` (status and
    headers) for the stream, `rest_answers` (responses, or errors to break with) for REST.

    For as long as they are set: `page_delay_seconds`, `refuses_every_token`, `accepts_every_token`,
    `greets = False`.
    """

    def __init__(self, *, features: Sequence[str] | None = FEATURES) -> None:
        super().__init__(features)
        self.port = 0
        self.listeners: set[ServerConnection] = set()
        self.connections = 0
        self.attempted_at: list[float] = []
        self.stream_tokens: list[str] = []
        self.commands: list[Any] = []
        self.refuses_every_token = False
        self.greets = True
        self.greeting_has_time = True
        self.close_codes: deque[int] = deque()
        self.handshake_answers: deque[tuple[int, dict[str, str]]] = deque()
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
        for listener in self.listeners:
            listener.transport.resume_reading()
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

    # The stream, and what goes wrong with it.

    async def publish(self, alert: Alert, *, kind: str = "new_alert") -> None:
        """Push an alert to everyone who listens."""
        await self.push({"type": kind, "data": alert.model_dump(mode="json")})

    async def push(self, frame: Any) -> None:
        """Send a frame to everyone who listens: JSON, or text or bytes as they are."""
        message = frame if isinstance(frame, str | bytes) else json.dumps(frame)
        for listener in list(self.listeners):
            with suppress(ConnectionClosed):
                await listener.send(message)

    async def drop(self, code: int = 1012) -> None:
        """Close every connection."""
        for listener in list(self.listeners):
            await listener.close(code)

    def break_lines(self) -> None:
        """Reset every connection."""
        for listener in list(self.listeners):
            reset(listener.transport)

    def garble_lines(self) -> None:
        """Send bytes that are no WebSocket frame."""
        for listener in list(self.listeners):
            listener.transport.write(b"\xff\xff\xff\xff")

    def fall_silent(self) -> None:
        """Go on holding every connection, and read nothing any more: a dead peer."""
        for listener in self.listeners:
            listener.transport.pause_reading()

    def _handshake(self, connection: ServerConnection, request: Request) -> Response | None:
        self.attempted_at.append(asyncio.get_running_loop().time())
        query = parse_qs(urlsplit(request.path).query)
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.stream_tokens.append(query.get("token", [bearer])[0])
        if self.handshake_answers:
            status, headers = self.handshake_answers.popleft()
            response = connection.respond(HTTPStatus(status), "no\n")
            response.headers.update(headers)
            return response
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        self.connections += 1
        if self.refuses_every_token or not self.accepts(self.stream_tokens[-1]):
            await connection.close(4001)
            return
        if self.close_codes:
            await connection.close(self.close_codes.popleft())
            return
        self.listeners.add(connection)
        try:
            if self.greets:
                await connection.send(json.dumps(self.greeting()))
            async for message in connection:
                self.commands.append(json.loads(message))
        except ConnectionClosed:
            pass
        finally:
            self.listeners.discard(connection)

    def greeting(self) -> dict[str, Any]:
        """The first frame of a connection."""
        data: dict[str, Any] = {"user": USER}
        if self.greeting_has_time:
            data["connection_time"] = rfc3339(self.clock)
        return {"type": "initial_data", "data": data}
