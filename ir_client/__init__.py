"""What we say to an IR Central server and hear from it.

Public names are resolved when first used: `import ir_client.wire`, which the server does, must
load neither httpx nor websockets.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .client import IRClient
    from .config import Profile
    from .credentials import (
        CredentialStore,
        PasswordCredentials,
        SessionCredentials,
        TokenCredentials,
    )
    from .rest.bulk import BulkItem, BulkReport
    from .rest.raw import RawResponse
    from .rest.retry import RetryPolicy
    from .stream.bookmark import Bookmark
    from .stream.checkpoint import Checkpoint, FileCheckpoint
    from .stream.dispatcher import Dispatcher, HandlerFailure
    from .stream.driver import EventStream
    from .stream.events import Gap, MalformedEvent, Resumed, StateChanged, UnknownEvent
    from .stream.status import StreamState, StreamStatus
    from .sync import SyncIRClient
    from .wire.alerts import Alert, AlertDraft, AlertUpdate
    from .wire.auth import EndpointTokenCreate, EndpointTokenUpdate, UserCreate, UserUpdate
    from .wire.bulk import BulkUpdateReport, BulkUpdateResult
    from .wire.events import (
        AlertUpdated,
        IncidentCreated,
        IncidentNotification,
        IncidentUpdated,
        InitialData,
        NewAlert,
    )
    from .wire.incidents import Incident, IncidentCreate, IncidentUpdate
    from .wire.protocol2 import AlertRemoved, Presence

_HOME = {
    "Alert": ".wire.alerts",
    "AlertDraft": ".wire.alerts",
    "AlertRemoved": ".wire.protocol2",
    "AlertUpdate": ".wire.alerts",
    "AlertUpdated": ".wire.events",
    "Bookmark": ".stream.bookmark",
    "BulkItem": ".rest.bulk",
    "BulkReport": ".rest.bulk",
    "BulkUpdateReport": ".wire.bulk",
    "BulkUpdateResult": ".wire.bulk",
    "Checkpoint": ".stream.checkpoint",
    "CredentialStore": ".credentials",
    "Dispatcher": ".stream.dispatcher",
    "EndpointTokenCreate": ".wire.auth",
    "EndpointTokenUpdate": ".wire.auth",
    "EventStream": ".stream.driver",
    "FileCheckpoint": ".stream.checkpoint",
    "Gap": ".stream.events",
    "HandlerFailure": ".stream.dispatcher",
    "IRClient": ".client",
    "Incident": ".wire.incidents",
    "IncidentCreate": ".wire.incidents",
    "IncidentCreated": ".wire.events",
    "IncidentNotification": ".wire.events",
    "IncidentUpdate": ".wire.incidents",
    "IncidentUpdated": ".wire.events",
    "InitialData": ".wire.events",
    "MalformedEvent": ".stream.events",
    "NewAlert": ".wire.events",
    "PasswordCredentials": ".credentials",
    "Presence": ".wire.protocol2",
    "Profile": ".config",
    "RawResponse": ".rest.raw",
    "Resumed": ".stream.events",
    "RetryPolicy": ".rest.retry",
    "SessionCredentials": ".credentials",
    "StateChanged": ".stream.events",
    "StreamState": ".stream.status",
    "StreamStatus": ".stream.status",
    "SyncIRClient": ".sync",
    "TokenCredentials": ".credentials",
    "UnknownEvent": ".stream.events",
    "UserCreate": ".wire.auth",
    "UserUpdate": ".wire.auth",
}

__all__ = [
    "Alert",
    "AlertDraft",
    "AlertRemoved",
    "AlertUpdate",
    "AlertUpdated",
    "Bookmark",
    "BulkItem",
    "BulkReport",
    "BulkUpdateReport",
    "BulkUpdateResult",
    "Checkpoint",
    "CredentialStore",
    "Dispatcher",
    "EndpointTokenCreate",
    "EndpointTokenUpdate",
    "EventStream",
    "FileCheckpoint",
    "Gap",
    "HandlerFailure",
    "IRClient",
    "Incident",
    "IncidentCreate",
    "IncidentCreated",
    "IncidentNotification",
    "IncidentUpdate",
    "IncidentUpdated",
    "InitialData",
    "MalformedEvent",
    "NewAlert",
    "PasswordCredentials",
    "Presence",
    "Profile",
    "RawResponse",
    "Resumed",
    "RetryPolicy",
    "SessionCredentials",
    "StateChanged",
    "StreamState",
    "StreamStatus",
    "SyncIRClient",
    "TokenCredentials",
    "UnknownEvent",
    "UserCreate",
    "UserUpdate",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name], __name__), name)
