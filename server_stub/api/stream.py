"""`GET /ws/incidents`: one stream connection, from its handshake to its close code.

Says who is connected, greets, reads commands and answers them. What is broadcast does not pass
here: the hub writes it to the socket. Refusals are close codes after the handshake, because a
socket that is closed before it is accepted reaches the client as HTTP 403 and no code. Whatever
goes wrong ends in a close frame with a code, never in a bare disconnect.
"""

import asyncio
import logging
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect

from ir_client.wire.commands import Command, Ping
from server_stub.api.credentials import (
    authenticated,
    authenticated_by_ticket,
    bearer_token,
)
from server_stub.api.problems import problem
from server_stub.api.services import Services
from server_stub.api.stream_commands import CommandDesk
from server_stub.api.stream_inbound import FloodError, InboundGate, request_id_in
from server_stub.api.stream_opening import open_sequenced, speaks_protocol_2
from server_stub.api.stream_snapshots import Snapshots
from server_stub.api.stream_socket import StreamSocket
from server_stub.errors import Forbidden, RateLimited, Refusal, Unauthenticated, Unavailable
from server_stub.hub import (
    CloseCode,
    Hub,
    SequencedSubscriber,
    Subscriber,
    TooManyConnectionsError,
)
from server_stub.hub.frames import Message, plain_message
from server_stub.security import Principal
from server_stub.security.principals import require_reader

logger = logging.getLogger(__name__)

router = APIRouter()

# Signing in, the first snapshot, a command: each is given up after this.
STEP_SECONDS = 10.0
_MAX_TOKEN_LENGTH = 4_096


class IncidentStream:
    """The endpoint of the stream."""

    def __init__(self, services: Services, hub: Hub) -> None:
        self._services = services
        self.hub = hub

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one connection until it ends; raises nothing but cancellation."""
        if is_foreign_origin(websocket):
            # Not which one: it may be anything.
            logger.info("refused the stream to a page of another origin")
            refusal = problem("forbidden", "The stream is not for pages of another origin.")
            await websocket.send_denial_response(refusal)
            return
        socket = StreamSocket.of(websocket.scope)
        if socket is None:
            logger.error(
                "the stream needs this server's own WebSocket protocol: python -m server_stub"
            )
            await websocket.send_denial_response(
                problem("unavailable", "The stream is not set up.")
            )
            return
        try:
            await websocket.accept()
            await self._serve_accepted(websocket, socket)
        except WebSocketDisconnect:
            return
        except Exception:
            logger.exception("a stream connection failed")
            socket.close(CloseCode.INTERNAL_ERROR, "internal error")

    async def _serve_accepted(self, websocket: WebSocket, socket: StreamSocket) -> None:
        try:
            async with asyncio.timeout(STEP_SECONDS):
                principal = await self._principal(websocket)
        except (Unauthenticated, Forbidden) as refusal:
            self._services.metrics.auth_failed("stream")
            socket.close(CloseCode.UNAUTHENTICATED, refusal.message)
            return
        except RateLimited as refusal:
            socket.close(CloseCode.TRY_LATER, refusal.message)
            return
        subscriber = self._subscriber(websocket, socket, principal)
        try:
            self.hub.join(subscriber)
        except TooManyConnectionsError:
            socket.close(CloseCode.TRY_LATER, "too many connections")
            return
        socket.on_writable = self.hub.ring
        try:
            await self._open(websocket, subscriber, principal)
            await self._converse(websocket, subscriber, principal)
        finally:
            self.hub.leave(subscriber)

    def _subscriber(
        self, websocket: WebSocket, socket: StreamSocket, principal: Principal
    ) -> Subscriber:
        viewer, login = principal.viewer, principal.login
        limits, now = self.hub.limits, self.hub.clock()
        if speaks_protocol_2(websocket.query_params):
            epoch = self._services.events.epoch
            return SequencedSubscriber(
                socket, viewer, login=login, limits=limits, now=now, log_epoch=epoch
            )
        return Subscriber(socket, viewer, login=login, limits=limits, now=now)

    async def _principal(self, websocket: WebSocket) -> Principal:
        """Who connects: by `?token=`, by `?ticket=` or by a bearer header, one of them."""
        tokens = websocket.query_params.getlist("token")
        tickets = websocket.query_params.getlist("ticket")
        header = bearer_token(websocket)
        if header is not None:
            tokens.append(header)
        if len(tokens) + len(tickets) > 1:
            raise Unauthenticated("Send one token or ticket.")
        if any(len(one) > _MAX_TOKEN_LENGTH for one in (*tokens, *tickets)):
            raise Unauthenticated("This is no token.")
        if tickets:
            found = await authenticated_by_ticket(tickets[0], websocket, self._services)
        else:
            token = tokens[0] if tokens else None
            found = await authenticated(token, websocket, self._services)
        return require_reader(found)

    async def _open(
        self, websocket: WebSocket, subscriber: Subscriber, principal: Principal
    ) -> None:
        async with asyncio.timeout(STEP_SECONDS):
            if isinstance(subscriber, SequencedSubscriber):
                await open_sequenced(
                    subscriber,
                    principal,
                    services=self._services,
                    hub=self.hub,
                    query=websocket.query_params,
                )
            else:
                await self._greet(subscriber, principal)

    async def _greet(self, subscriber: Subscriber, principal: Principal) -> None:
        # The hub keeps changes for the subscriber by now: none falls between these and the first.
        for message in await Snapshots(self._services, self.hub).greeting(principal):
            subscriber.tell(message)
            self.hub.deliver(subscriber)
        subscriber.go_live()
        self.hub.deliver(subscriber)

    async def _converse(
        self, websocket: WebSocket, subscriber: Subscriber, principal: Principal
    ) -> None:
        gate = InboundGate(self.hub.limits, self.hub.clock())
        desk = CommandDesk(self._services, self.hub, principal=principal, subscriber=subscriber)
        while not subscriber.closed:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            request_id = None
            if isinstance(subscriber, SequencedSubscriber):
                request_id = request_id_in(text)
            try:
                command = gate.admit(text, self.hub.clock())
                answer = await self._carried_out(command, desk, subscriber)
            except Refusal as refusal:
                answer = _refused(gate, refusal, subscriber, now=self.hub.clock())
            if answer is not None:
                subscriber.tell(answer, request_id=request_id)
                self.hub.deliver(subscriber)

    async def _carried_out(
        self, command: Command, desk: CommandDesk, subscriber: Subscriber
    ) -> Message | None:
        try:
            async with asyncio.timeout(STEP_SECONDS):
                if not isinstance(command, Ping):
                    # A login that ended a moment ago carries out nothing more.
                    await self.hub.check_rights([subscriber])
                return None if subscriber.closed else await desk.carry_out(command)
        except TimeoutError:
            raise Unavailable("This took too long; look whether it was done.") from None


@router.websocket("/ws/incidents")
async def incidents_stream(websocket: WebSocket) -> None:
    """The stream of this application."""
    stream: IncidentStream = websocket.app.state.stream
    await stream.serve(websocket)


def _refused(
    gate: InboundGate, refusal: Refusal, subscriber: Subscriber, *, now: float
) -> Message | None:
    try:
        return plain_message("error", {"message": gate.refuse(refusal, now)})
    except FloodError:
        subscriber.close(CloseCode.FLOOD, "too many refused frames")
        return None


def is_foreign_origin(websocket: WebSocket) -> bool:
    """Whether a browser opened this from a page that this server did not send.

    Programs send no Origin. The stream takes no cookies, so this is a second line of defence.
    """
    origins = websocket.headers.getlist("origin")
    if not origins:
        return False
    host = websocket.headers.get("host", "")
    try:
        return len(origins) > 1 or urlsplit(origins[0]).netloc.lower() != host.lower()
    except ValueError:
        return True
