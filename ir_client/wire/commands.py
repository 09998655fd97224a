"""The frames a client sends on the stream (contract, section 4)."""

import json
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from .base import BUILT_WHEN_USED, JsonObject, Reader
from .values import AlertStatus


class _Command(Reader):
    """A command; fields that it does not take are ignored: older clients send some."""


RowId = Annotated[int, Field(ge=1, lt=2**63, strict=True)]


class Ping(_Command):
    type: Literal["ping"] = "ping"


class GetOwnedIncidents(_Command):
    type: Literal["get_owned_incidents"] = "get_owned_incidents"


class GetRecentAlerts(_Command):
    type: Literal["get_recent_alerts"] = "get_recent_alerts"


class TakeOwnership(_Command):
    type: Literal["take_ownership", "take_alert_ownership"] = "take_ownership"
    alert_id: RowId
    notes: str | None = Field(default=None, max_length=65_536)


class UpdateAlertStatus(_Command):
    type: Literal["update_alert_status"] = "update_alert_status"
    alert_id: RowId
    status: AlertStatus


class GetAlertDetails(_Command):
    type: Literal["get_alert_details"] = "get_alert_details"
    alert_id: RowId


class WatchIncident(_Command):
    """`incident_id` is the number or the `INC-…` name."""

    type: Literal["watch_incident"] = "watch_incident"
    incident_id: RowId | Annotated[str, Field(max_length=100)]


class UnwatchIncident(_Command):
    type: Literal["unwatch_incident"] = "unwatch_incident"
    incident_id: RowId | Annotated[str, Field(max_length=100)]


class Viewing(_Command):
    """Which alert the user has open, None for no alert; protocol 2 only."""

    type: Literal["viewing"] = "viewing"
    alert_id: RowId | None


Command = Annotated[
    Ping
    | GetOwnedIncidents
    | GetRecentAlerts
    | TakeOwnership
    | UpdateAlertStatus
    | GetAlertDetails
    | WatchIncident
    | UnwatchIncident
    | Viewing,
    Field(discriminator="type"),
]

commands: TypeAdapter[Command] = TypeAdapter(Command, config=BUILT_WHEN_USED)


def encode_command(command: Command, *, request_id: str | None = None) -> str:
    """Write a command as its frame, its arguments in `data`; `request_id` is for protocol 2."""
    fields = type(command).model_fields
    frame: JsonObject = {"type": command.type}
    if request_id is not None:
        frame["request_id"] = request_id
    arguments = {
        name: value
        for name, value in command.model_dump(mode="json", exclude={"type"}).items()
        if value is not None or fields[name].is_required()
    }
    if arguments:
        frame["data"] = arguments
    return json.dumps(frame)


def decode_command(frame: JsonObject) -> Command:
    """Read a command whose arguments are in `data` or bare beside `type`.

    Raises pydantic's ValidationError for an unknown type or a bad argument.
    """
    data = frame.get("data")
    if not isinstance(data, dict):
        return commands.validate_python(frame)
    return commands.validate_python({**frame, **data, "type": frame.get("type")})
