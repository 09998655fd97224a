"""An IR server in the test's own event loop: a real WebSocket, and REST without sockets.

Being in the same loop, it runs in virtual time (`looptime`). Faults are fields that a test sets.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import httpx
from pydantic import SecretStr
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from ir_client import IRClient, PasswordCredentials
from ir_client.credentials import Credentials
from ir_client.wire.alerts import Alert
from ir_client.wire.base import as_utc, rfc3339
from tests.support.builders import NOON, an_alert

ALL_FEATURES = ("revision", "if_match", "updated_after", "cursor", "stream_bearer")
PASSWORD = "correct horse battery staple"


class FakeIRServer:
    """Alerts, tokens, and who listens. `clock` is the server's, moved by the test."""

    def __init__(self, *, features: Sequence[str] | None = ALL_FEATURES) -> None:
        self.features = features
        self.alerts: dict[int, Alert] = {}
        self.clock: datetime = NOON
        self.epoch = "epoch-1"
        self.port = 0
        self.listeners: set[ServerConnection] = set()
        self.connections = 0
        self.attempted_at: list[float] = []
        self.stream_tokens: list[str] = []
        self.commands: list[Any] = []
        self.logins = 0
        self.refreshes = 0
        self.access_tokens: set[str] = set()
        self.refresh_tokens: set[str] = set()
        self.requests: list[httpx.Request] = []
        # Faults.
        self.refuses_every_token = False
        self.greets = True
        self.greeting_has_time = True
        self.close_codes: deque[int] = deque()
        self.http_answers: deque[tuple[int, dict[str, str]]] = deque()
        self.rest_answers: deque[httpx.Response | Exception] = deque()
        self.before_page: Callable[[int], None] | None = None
        self.pages_served = 0
        self._server: Server | None = None

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
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            self.port,
            process_request=self._handshake,
            ping_interval=None,
            close_timeout=1,
            max_size=None,
            reuse_address=True,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self, code: int = 1001) -> None:
        if self._server is not None:
            self._server.close(code=code)
            for listener in self.listeners:
                listener.transport.resume_reading()
            await self._server.wait_closed()
            self._server = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, credentials: Credentials | None = None, **settings: Any) -> IRClient:
        """A client that reaches this server, logged in as dana unless said otherwise."""
        return IRClient(
            self.url,
            credentials=credentials or PasswordCredentials("dana", SecretStr(PASSWORD)),
            handler=httpx.MockTransport(self.handle),
            **settings,
        )

    # Data.

    def commit(self, alert_id: int, **fields: Any) -> Alert:
        """Create or change an alert, telling nobody yet."""
        known = self.alerts.get(alert_id)
        self.clock += timedelta(seconds=1)
        fresh = {"updated_at": self.clock, "revision": 1, "created_at": self.clock}
        if known is None:
            alert = an_alert(**({"id": alert_id} | fresh | fields))
        else:
            revision = None if known.revision is None else known.revision + 1
            update = {"updated_at": self.clock, "revision": revision} | fields
            alert = known.model_copy(update=update)
        self.alerts[alert_id] = alert
        return alert

    async def publish(self, alert: Alert, *, kind: str = "new_alert") -> None:
        """Push an alert to everyone who listens."""
        await self.push({"type": kind, "data": alert.model_dump(mode="json")})

    async def push(self, frame: Any) -> None:
        text = frame if isinstance(frame, str) else json.dumps(frame)
        for listener in list(self.listeners):
            await listener.send(text)

    async def drop(self, code: int = 1012) -> None:
        """Close every connection."""
        for listener in list(self.listeners):
            await listener.close(code)

    async def wait_for(self, condition: Callable[[], object]) -> None:
        """Let the loop run until something is so."""
        async with asyncio.timeout(60):
            while not condition():  # noqa: ASYNC110 - any condition of a test, seen from outside
                await asyncio.sleep(0.01)

    def break_lines(self) -> None:
        """Cut every connection without a word."""
        for listener in list(self.listeners):
            listener.transport.abort()

    def fall_silent(self) -> None:
        """Go on holding every connection, and read nothing any more: a dead peer."""
        for listener in self.listeners:
            listener.transport.pause_reading()

    # The stream.

    def _handshake(self, connection: ServerConnection, request: Request) -> Response | None:
        self.attempted_at.append(asyncio.get_running_loop().time())
        query = parse_qs(urlsplit(request.path).query)
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.stream_tokens.append(query.get("token", [bearer])[0])
        if self.http_answers:
            status, headers = self.http_answers.popleft()
            response = connection.respond(HTTPStatus(status), "no\n")
            response.headers.update(headers)
            return response
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        self.connections += 1
        if self.refuses_every_token or self.stream_tokens[-1] not in self.access_tokens:
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
        data: dict[str, Any] = {"user": {"id": 1, "username": "dana", "role": "analyst"}}
        if self.greeting_has_time:
            data["connection_time"] = rfc3339(self.clock)
        return {"type": "initial_data", "data": data}

    # REST.

    async def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.rest_answers:
            answer = self.rest_answers.popleft()
            if isinstance(answer, Exception):
                raise answer
            return answer
        path = request.url.path.removeprefix("/api/v1")
        if path == "/meta":
            return self._meta()
        if path.startswith("/auth/log") or path == "/auth/refresh":
            return self._auth(path, json.loads(request.content or b"{}"))
        if self._bearer(request) not in self.access_tokens:
            return _problem(401, "unauthenticated")
        if path == "/auth/me":
            return httpx.Response(200, json={"id": 1, "username": "dana", "role": "analyst"})
        if path == "/alerts/":
            return self._page(dict(request.url.params))
        return _problem(404, "not_found")

    @staticmethod
    def _bearer(request: httpx.Request) -> str:
        return request.headers.get("Authorization", "").removeprefix("Bearer ")

    def _meta(self) -> httpx.Response:
        if self.features is None:
            return _problem(404, "not_found")
        return httpx.Response(200, json={"version": "1", "features": list(self.features)})

    def _auth(self, path: str, body: dict[str, str]) -> httpx.Response:
        if path == "/auth/logout":
            self.access_tokens.clear()
            return httpx.Response(204)
        if path == "/auth/login":
            if body["password"] != PASSWORD:
                return _problem(401, "unauthenticated")
            self.logins += 1
        else:
            if body["refresh_token"] not in self.refresh_tokens:
                return _problem(401, "unauthenticated")
            self.refresh_tokens.discard(body["refresh_token"])
            self.refreshes += 1
        return self._issue()

    def _issue(self) -> httpx.Response:
        number = self.logins + self.refreshes
        access, refresh = f"secret-access-{number}", f"secret-refresh-{number}"
        self.access_tokens = {access}
        self.refresh_tokens = {refresh}
        return httpx.Response(
            200, json={"access_token": access, "refresh_token": refresh, "expires_in": 1800}
        )

    def expire_access_tokens(self) -> None:
        self.access_tokens.clear()

    def _page(self, params: dict[str, str]) -> httpx.Response:
        if self.before_page is not None:
            self.before_page(self.pages_served)
        self.pages_served += 1
        rows = sorted(self.alerts.values(), key=lambda alert: (alert.updated_at, alert.id))
        if "updated_after" in params and "updated_after" in (self.features or ()):
            since = as_utc(datetime.fromisoformat(params["updated_after"]))
            rows = [alert for alert in rows if alert.updated_at >= since]
        if params.get("sort_order") == "desc":
            rows.reverse()
        size, page = int(params["size"]), int(params.get("page", "1"))
        total = len(rows)
        body: dict[str, Any] = {"pagination": _pagination(page, size, total)}
        if "cursor" in (self.features or ()):
            rows = _after(rows, params.get("cursor"))
            more = len(rows) > size
            shown = rows[:size]
            body["next_cursor"] = _cursor(shown[-1]) if more else None
        else:
            shown = rows[(page - 1) * size : page * size]
        body["alerts"] = [alert.model_dump(mode="json") for alert in shown]
        headers = {"X-Stream-Epoch": self.epoch, "X-Stream-Seq": "1"} if self.features else {}
        return httpx.Response(200, json=body, headers=headers)


def _pagination(page: int, size: int, total: int) -> dict[str, int]:
    return {"page": page, "size": size, "total": total, "total_pages": -(-total // size)}


def _cursor(alert: Alert) -> str:
    return f"{alert.updated_at.timestamp()}/{alert.id}"


def _after(rows: list[Alert], cursor: str | None) -> list[Alert]:
    if cursor is None:
        return rows
    stamp, _, number = cursor.partition("/")
    place = (datetime.fromtimestamp(float(stamp), UTC), int(number))
    return [alert for alert in rows if (alert.updated_at, alert.id) > place]


def _problem(status: int, code: str) -> httpx.Response:
    return httpx.Response(status, json={"detail": code.replace("_", " "), "code": code})
