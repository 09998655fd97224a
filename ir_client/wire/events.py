"""The frames a server sends on the stream (contract, section 4, protocol 1).

A frame is `{"type", "data"}`. The union is discriminated by `type`, so an unknown type is told
apart from a known one whose body is wrong: the first is `union_tag_invalid`, the second is not.
"""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, TypeAdapter

from .alerts import Alert
from .auth import User
from .base import BUILT_WHEN_USED, JsonObject, Reader, ReadTime
from .incidents import Incident

Origin = Literal["live", "backfill"]


class _AlertFrame(Reader):
    data: Alert
    origin: ClassVar[Origin] = "live"
    """`backfill` when the client fetched this state after a gap, else `live`."""

    @property
    def alert(self) -> Alert:
        return self.data

    @classmethod
    def backfilled(cls, alert: Alert) -> Self:
        """The event for a state that was fetched, not pushed."""
        frame = cls(data=alert)
        # Beside the fields, so never on the wire; a private attribute costs each live frame
        # a fifth of its decoding.
        vars(frame)["origin"] = "backfill"
        return frame


class NewAlert(_AlertFrame):
    """An alert that is new to the one who hears of it."""

    type: Literal["new_alert"] = "new_alert"


class AlertUpdated(_AlertFrame):
    """An alert that changed; `alert` is its whole present state."""

    type: Literal["alert_updated"] = "alert_updated"


class InitialSnapshot(Reader):
    user: User | None = None
    owned_incidents: tuple[Incident, ...] = ()
    recent_incidents: tuple[Incident, ...] = ()
    recent_alerts: tuple[Alert, ...] = ()
    connection_time: ReadTime | None = None


class InitialData(Reader):
    """The first frame of a connection."""

    type: Literal["initial_data"] = "initial_data"
    data: InitialSnapshot


class AlertList(Reader):
    alerts: tuple[Alert, ...] = ()


class RecentAlerts(Reader):
    """The newest 50 alerts that are new or triaged and nobody's."""

    type: Literal["recent_alerts"] = "recent_alerts"
    data: AlertList


class IncidentCreated(Reader):
    """A new incident, to its owner."""

    type: Literal["incident_created"] = "incident_created"
    data: Incident


class IncidentUpdated(Reader):
    """An incident that changed, to its owner and to who watches it: its whole present state."""

    type: Literal["incident_updated"] = "incident_updated"
    data: Incident


class IncidentNotice(Reader):
    message: str
    incident: Incident


class IncidentNotification(Reader):
    """Word of a new incident, to managers and admins."""

    type: Literal["incident_notification"] = "incident_notification"
    data: IncidentNotice


class OwnedIncidentList(Reader):
    incidents: tuple[Incident, ...] = ()


class OwnedIncidents(Reader):
    type: Literal["owned_incidents"] = "owned_incidents"
    data: OwnedIncidentList


class AlertDetails(Reader):
    """The answer to `get_alert_details`."""

    type: Literal["alert_details"] = "alert_details"
    data: Alert


class OwnershipNotice(Reader):
    alert_id: int
    incident: Incident


class AlertOwnershipTaken(Reader):
    """The answer to `take_ownership`."""

    type: Literal["alert_ownership_taken"] = "alert_ownership_taken"
    data: OwnershipNotice


class StatusNotice(Reader):
    alert_id: int
    status: str


class AlertStatusUpdated(Reader):
    """The answer to `update_alert_status`."""

    type: Literal["alert_status_updated"] = "alert_status_updated"
    data: StatusNotice


class Pong(Reader):
    type: Literal["pong"] = "pong"
    data: JsonObject | None = None


class ErrorNotice(Reader):
    message: str


class StreamError(Reader):
    """A command that was refused, and why."""

    type: Literal["error"] = "error"
    data: ErrorNotice


ServerFrame = Annotated[
    NewAlert
    | AlertUpdated
    | InitialData
    | RecentAlerts
    | IncidentCreated
    | IncidentUpdated
    | IncidentNotification
    | OwnedIncidents
    | AlertDetails
    | AlertOwnershipTaken
    | AlertStatusUpdated
    | Pong
    | StreamError,
    Field(discriminator="type"),
]

# Built once: building it takes 50 times longer than decoding a frame with it.
server_frames: TypeAdapter[ServerFrame] = TypeAdapter(ServerFrame, config=BUILT_WHEN_USED)
