"""The stream half of the fake server: who listens, and what they are told.

Speaks protocol 1 and 2, as each connection asks. Changes are told when the test says so; what was
not told yet holds the positions of protocol 2 back, so that a client that comes back gets it.
"""

import asyncio
import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from websockets.asyncio.server import ServerConnection

from ..wire.alerts import Alert
from ..wire.base import rfc3339
from ..wire.incidents import Incident
from ..wire.protocol2 import Removal, ResetReason
from .answers import answer_to
from .changelog import Entry
from .listener import Frame, Listener
from .logins import USER
from .opening import Opening, epoch_after_access_change, opened
from .rest import FakeRest


class FakeStream(FakeRest):
    """What the fake server says on the stream."""

    def __init__(self, features: Sequence[str] | None, protocols: Sequence[int]) -> None:
        super().__init__(features, protocols)
        self.listeners: dict[ServerConnection, Listener] = {}
        self.commands: list[Any] = []
        self.greets = True
        self.greeting_has_time = True
        self.answers_commands = True
        self.heartbeat_seconds = 15.0
        self.max_replayed_alerts = 20_000
        self.reset_reasons: deque[ResetReason] = deque()
        self._access_changes = 0

    # What everyone is told.

    async def publish(self, alert: Alert | Removal, *, kind: str = "new_alert") -> None:
        """Tell everyone who listens of an alert, or, in protocol 2, of its removal."""
        if isinstance(alert, Removal):
            kind = "alert_removed"
        event = {"type": kind, "data": alert.model_dump(mode="json")}
        for listener in list(self.listeners.values()):
            if isinstance(alert, Alert) or listener.telling is not None:
                await listener.tell(event, is_newest=self.is_newest(alert))

    async def publish_incident(self, incident: Incident, *, kind: str = "incident_updated") -> None:
        """Tell everyone who listens of an incident; it has no place in the log of alerts."""
        for listener in list(self.listeners.values()):
            await listener.send_frames([{"type": kind, "data": incident.model_dump(mode="json")}])

    async def publish_all(self) -> None:
        """Tell everyone who listens in protocol 2 all that they were not told, in batches."""
        for listener in list(self.listeners.values()):
            if listener.telling is not None:
                await listener.tell_all(self._events(listener.telling.waiting.values()))

    async def push(self, frame: Any) -> None:
        """Send a frame to everyone who listens: JSON, or text or bytes as they are."""
        for listener in list(self.listeners.values()):
            if isinstance(frame, dict):
                await listener.send_frames([frame])
            else:
                await listener.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))

    async def beat(self) -> None:
        """Send a heartbeat to everyone who listens in protocol 2."""
        for listener in list(self.listeners.values()):
            if listener.telling is not None:
                await listener.send_frames([_heartbeat()])

    async def reset(self, reason: ResetReason) -> None:
        """Tell everyone who listens in protocol 2 to fetch a snapshot."""
        if reason == "access":
            self._access_changes += 1
            self.epoch = epoch_after_access_change(self.epoch, changes=self._access_changes)
        for listener in list(self.listeners.values()):
            if listener.telling is not None:
                listener.telling.forget()
                await listener.send_frames([self._reset(reason)])

    def greeting(self) -> dict[str, Any]:
        """The first frame of a connection of protocol 1, the second of one of protocol 2."""
        data: dict[str, Any] = {"user": USER, "owned_incidents": self.casework.owned()}
        if self.greeting_has_time:
            data["connection_time"] = rfc3339(self.clock)
        return {"type": "initial_data", "data": data}

    # One connection.

    async def serve(self, connection: ServerConnection, query: Mapping[str, str]) -> None:
        """Greet a connection, and answer it until it ends."""
        opening = None
        if query.get("protocol") == "2" and 2 in self.protocols:
            opening = self._opened(query)
        listener = Listener(connection, opening.telling if opening is not None else None)
        self.listeners[connection] = listener
        try:
            if self.greets:
                await listener.send_frames(self._first_frames(listener, opening))
            await self._converse(listener)
        finally:
            del self.listeners[connection]

    def _opened(self, query: Mapping[str, str]) -> Opening:
        refusal = None
        if "resume_from" in query and self.reset_reasons:
            refusal = self.reset_reasons.popleft()
        return opened(
            query, self.log, epoch=self.epoch, max_alerts=self.max_replayed_alerts, refusal=refusal
        )

    def _first_frames(self, listener: Listener, opening: Opening | None) -> Iterator[Frame]:
        if opening is None:
            yield self.greeting()
            return
        yield self._hello(opening)
        yield self.greeting()
        if opening.reason is not None:
            yield self._reset(opening.reason)
        elif opening.mode == "replay":
            events = self._events(opening.telling.waiting.values())
            yield from listener.batches(events)
            yield {"type": "resumed", "data": {"recovered": len(events)}}

    def _hello(self, opening: Opening) -> Frame:
        hello: dict[str, Any] = {
            "epoch": self.epoch,
            "seq": self.log.head,
            "heartbeat_seconds": self.heartbeat_seconds,
            "mode": opening.mode,
        }
        if opening.reason is not None:
            hello["reason"] = opening.reason
        return {"type": "hello", "data": hello}

    def _reset(self, reason: ResetReason) -> Frame:
        return {"type": "reset", "data": {"reason": reason, "epoch": self.epoch}}

    async def _converse(self, listener: Listener) -> None:
        while True:
            try:
                async with asyncio.timeout(self.heartbeat_seconds):
                    message = await listener.connection.recv()
            except TimeoutError:
                if listener.telling is not None:
                    await listener.send_frames([_heartbeat()])
                continue
            command = json.loads(message)
            self.commands.append(command)
            if self.answers_commands:
                await self._reply(listener, command)

    async def _reply(self, listener: Listener, command: Any) -> None:
        answer = await answer_to(command, self)
        if answer is None:
            return
        if listener.telling is not None and isinstance(command, dict) and "request_id" in command:
            answer["request_id"] = command["request_id"]
        await listener.send_frames([answer])

    def _events(self, entries: Iterable[Entry]) -> list[Frame]:
        return [self.event_about(one.alert_id, brings_in=one.brings_in) for one in entries]


def _heartbeat() -> Frame:
    return {"type": "heartbeat", "data": {}}
