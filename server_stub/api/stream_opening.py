"""Open a connection of protocol 2: hello, who one is, what was missed, or why it cannot be told.

The subscriber has joined the hub before this begins. Holds nothing.
"""

from starlette.datastructures import QueryParams

from ir_client.wire.base import JsonObject
from ir_client.wire.protocol2 import ResetReason
from server_stub import access
from server_stub.api.services import Services
from server_stub.api.stream_snapshots import Snapshots
from server_stub.domain.resume import resumable
from server_stub.hub import Hub, Replay, SequencedSubscriber
from server_stub.hub.frames import plain_message
from server_stub.security import Principal


def speaks_protocol_2(query: QueryParams) -> bool:
    """Whether the client asked for protocol 2; all else is served as protocol 1."""
    return query.getlist("protocol") == ["2"]


async def open_sequenced(
    subscriber: SequencedSubscriber,
    principal: Principal,
    *,
    services: Services,
    hub: Hub,
    query: QueryParams,
) -> None:
    """Say hello and let the subscriber go live, from its position if it brings a good one."""
    replay = await _resume(subscriber, services=services, hub=hub, query=query)
    hello: JsonObject = {
        "epoch": subscriber.epoch,
        "seq": subscriber.read_through,
        "heartbeat_seconds": hub.limits.heartbeat_seconds,
        "mode": "live",
    }
    if isinstance(replay, Replay):
        hello |= {"mode": "replay", "seq": replay.head}
    elif replay is not None:
        hello |= {"mode": "reset", "reason": replay}
    subscriber.tell(plain_message("hello", hello))
    hub.deliver(subscriber)
    # Read after it joined the log: what changes from now on is told, what changed before is in it.
    subscriber.tell(await Snapshots(services, hub).initial_data(principal))
    if replay is not None and not isinstance(replay, Replay):
        subscriber.reset(replay)
    subscriber.go_live()
    hub.deliver(subscriber)
    if isinstance(replay, Replay):
        await replay.finish()


async def _resume(
    subscriber: SequencedSubscriber, *, services: Services, hub: Hub, query: QueryParams
) -> Replay | ResetReason | None:
    positions, epochs = query.getlist("resume_from"), query.getlist("epoch")
    if not positions:
        hub.begin(subscriber)
        return None
    since = resumable(
        epochs[0] if len(epochs) == 1 else None,
        positions[0] if len(positions) == 1 else "",
        log_epoch=services.events.epoch,
        sight_key=access.sight_key(subscriber.viewer),
    )
    if isinstance(since, int):
        return await hub.resume(subscriber, since=since)
    hub.begin(subscriber)
    return since
