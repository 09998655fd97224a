"""A right client of protocol 2 over a hub in memory; each frame is checked as it is written."""

import asyncio
import json
from collections.abc import Collection, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from server_stub import access
from server_stub.access import AlertSight, Viewer
from server_stub.domain.rate_limit import Rate
from server_stub.domain.resume import epoch_for, resumable
from server_stub.hub.frames import plain_message
from server_stub.hub.limits import StreamLimits
from server_stub.hub.replay import Replay
from server_stub.hub.sequenced import SequencedSubscriber
from server_stub.hub.states import AlertState
from server_stub.security.principals import LoginId
from server_stub.storage.events import LogEvent
from tests.support.stream import (
    MemoryOutlet,
    MemorySource,
    frames_in,
    payload_of,
)

if TYPE_CHECKING:
    from tests.support.protocol2_machine import Protocol2

LIMITS = StreamLimits(
    broadcasts=Rate(per_second=2, burst=2),
    max_changes=4,
    max_batch_events=2,
    max_rendered_bytes=300,
)
LOG = "log"


def run_through(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run what only waits for a moment, to its end."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration:
        return


class SteppingSource(MemorySource):
    """Every read takes a moment before and after it sees what is there."""

    async def head(self) -> int:
        await asyncio.sleep(0)
        return await super().head()

    async def read_after(self, seq: int, limit: int) -> list[LogEvent]:
        await asyncio.sleep(0)
        read = await super().read_after(seq, min(limit, 3))
        await asyncio.sleep(0)
        return read

    async def alerts(self, ids: Collection[int]) -> list[AlertState]:
        read = await super().alerts(ids)
        await asyncio.sleep(0)
        return read

    async def sights(self, ids: Collection[int]) -> Mapping[int, AlertSight]:
        read = await super().sights(ids)
        await asyncio.sleep(0)
        return read


class CheckingOutlet(MemoryOutlet):
    """Looks at each frame in the moment in which it is written."""

    def __init__(self, client: "Client") -> None:
        super().__init__()
        self._client = client
        self._told: dict[int, int] = {}
        self._seq = 0

    def write(self, data: bytes) -> None:
        super().write(data)
        for frame in frames_in(data):
            self._check(json.loads(payload_of(frame)))

    def _check(self, frame: dict[str, Any]) -> None:
        assert frame["seq"] >= self._seq, "a position went back"
        self._seq = frame["seq"]
        for event in events_of(frame):
            self._check_event(event)

    def _check_event(self, event: Mapping[str, Any]) -> None:
        viewer, data = self._client.subscriber.viewer, event["data"]
        sights = self._client.world.sights
        if event["type"] == "alert_removed":
            assert any(
                sees(viewer, sight) for (one, _), sight in sights.items() if one == data["id"]
            ), "word of an alert that was never visible"
        else:
            assert sees(viewer, sights[data["id"], data["revision"]]), "data of a hidden alert"
        assert data["revision"] >= self._told.get(data["id"], 0), "a revision went back"
        self._told[data["id"]] = data["revision"]


def sees(viewer: Viewer, sight: AlertSight) -> bool:
    return access.sees_alert(viewer, team=sight[0], assigned_analyst_id=sight[1])


def events_of(frame: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    if frame["type"] == "batch":
        assert 2 <= len(frame["data"]["events"]) <= 100
        return list(frame["data"]["events"])
    return [frame] if frame["type"] in ("new_alert", "alert_updated", "alert_removed") else []


class Client:
    """What a right client does: process frames in order, keep its position, fetch on a reset."""

    def __init__(self, world: "Protocol2", login: LoginId) -> None:
        self.world = world
        self.login = login
        self.book: dict[int, int] = {}
        self.epoch: str | None = None
        self.line_epoch: str | None = None
        self.seq = 0
        self.has_to_fetch = True
        self.is_connected = False
        self.opening: Coroutine[Any, Any, None] | None = None
        self.outlet: CheckingOutlet
        self.subscriber: SequencedSubscriber
        self._processed = 0

    def connect(self) -> None:
        world = self.world
        self.outlet, self._processed, self.line_epoch = CheckingOutlet(self), 0, None
        self.subscriber = SequencedSubscriber(
            self.outlet,
            world.source.standing[self.login],
            login=self.login,
            limits=LIMITS,
            now=world.now,
            log_epoch=LOG,
        )
        self.is_connected = True
        world.hub.join(self.subscriber)
        self.opening = self._open()

    async def _open(self) -> None:
        """As the endpoint does: register, catch up, go live."""
        hub, subscriber = self.world.hub, self.subscriber
        replay: Replay | str | None = None
        if self.has_to_fetch:
            hub.begin(subscriber)
        else:
            since = resumable(
                self.epoch,
                str(self.seq),
                log_epoch=LOG,
                sight_key=access.sight_key(subscriber.viewer),
            )
            if isinstance(since, int):
                replay = await hub.resume(subscriber, since=since)
            else:
                hub.begin(subscriber)
                replay = since
        refusal = None if isinstance(replay, Replay) else replay
        mode = "live" if refusal is None else "reset"
        subscriber.tell(plain_message("hello", {"epoch": subscriber.epoch, "mode": mode}))
        hub.deliver(subscriber)
        await asyncio.sleep(0)
        subscriber.tell(plain_message("initial_data", {}))
        if refusal is not None:
            subscriber.reset(refusal)
        subscriber.go_live()
        hub.deliver(subscriber)
        if isinstance(replay, Replay):
            await replay.finish()

    def go_on_opening(self) -> None:
        assert self.opening is not None
        try:
            self.opening.send(None)
        except StopIteration:
            self.opening = None
        except OSError:
            self.cut()

    def cut(self) -> None:
        if self.opening is not None:
            self.opening.close()
            self.opening = None
        self.is_connected, self.line_epoch = False, None
        self.world.hub.leave(self.subscriber)

    def process(self, count: int) -> None:
        frames = self.outlet.frames[self._processed :][:count]
        self._processed += len(frames)
        for frame in frames:
            for event in events_of(frame):
                self._apply(event)
            if frame["type"] in ("hello", "reset"):
                self.line_epoch = frame["data"]["epoch"]
                self.has_to_fetch |= frame["type"] == "reset" or frame["data"]["mode"] == "reset"
            if not self.has_to_fetch:
                self.go_on_from(frame["seq"])

    def go_on_from(self, seq: int) -> None:
        """Resume after this frame, also when the snapshot's position was higher.

        Such a frame may show an alert that the snapshot knows to be gone; its removal comes after
        the frame, and only from there is it told again.
        """
        self.seq = seq

    def _apply(self, event: Mapping[str, Any]) -> None:
        alert_id, revision = event["data"]["id"], event["data"]["revision"]
        if revision < self.book.get(alert_id, 0):
            return
        if event["type"] == "alert_removed":
            self.book.pop(alert_id, None)
        else:
            self.book[alert_id] = revision

    def fetch(self) -> None:
        """The snapshot by REST, with its position.

        On a connection that tells by other rights it is told in a moment that these are new: until
        then its frames are no part of what this snapshot shows.
        """
        source = self.world.source
        viewer = source.standing[self.login]
        self.book = {
            one.id: one.version for one in source.alert_rows.values() if one.may_be_seen_by(viewer)
        }
        self.go_on_with(epoch_for(LOG, access.sight_key(viewer)), seq=len(source.log))
        self.has_to_fetch = False

    def go_on_with(self, epoch: str, *, seq: int) -> None:
        """Resume by the rights of the connection, also if the snapshot was read by newer ones."""
        self.epoch, self.seq = self.line_epoch or epoch, seq

    @property
    def may_fetch(self) -> bool:
        """Whether a snapshot would be of use: not before it is known what it is to go with."""
        return self.has_to_fetch and (self.line_epoch is not None or not self.is_connected)
