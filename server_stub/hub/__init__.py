"""Tell live subscribers what changed: fan-out, rights per frame, slow and dead connections."""

from server_stub.hub.hub import Hub, TooManyConnectionsError
from server_stub.hub.limits import StreamLimits
from server_stub.hub.replay import Replay
from server_stub.hub.sequenced import SequencedSubscriber
from server_stub.hub.source import StorageSource
from server_stub.hub.subscriber import CloseCode, Outlet, Subscriber

__all__ = [
    "CloseCode",
    "Hub",
    "Outlet",
    "Replay",
    "SequencedSubscriber",
    "StorageSource",
    "StreamLimits",
    "Subscriber",
    "TooManyConnectionsError",
]
