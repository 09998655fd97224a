"""Say what an event is about: an alert, an incident, or nothing but its own type. Pure."""

from collections.abc import Hashable

from ..wire.events import (
    AlertDetails,
    AlertOwnershipTaken,
    AlertStatusUpdated,
    AlertUpdated,
    IncidentCreated,
    IncidentNotification,
    IncidentUpdated,
    NewAlert,
)
from ..wire.protocol2 import AlertRemoved, Presence
from .events import Event


def subject_of(event: Event) -> Hashable:
    """Equal for events about the same, whose order matters to whoever handles them."""
    match event:
        case NewAlert() | AlertUpdated() | AlertDetails() | AlertRemoved():
            return "alert", event.data.id
        case AlertOwnershipTaken() | AlertStatusUpdated() | Presence():
            return "alert", event.data.alert_id
        case IncidentCreated() | IncidentUpdated():
            return "incident", event.data.id
        case IncidentNotification():
            return "incident", event.data.incident.id
        case _:
            return type(event).__name__
