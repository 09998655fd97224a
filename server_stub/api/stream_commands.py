"""Carry out the commands of the stream: the same services, rights and errors as by REST.

Holds nothing. Each command is answered by one frame, or by none where the contract names none;
what a command changes is also broadcast, like any change.
"""

from typing import assert_never

from ir_client.wire.alerts import AlertUpdate
from ir_client.wire.commands import (
    Command,
    GetAlertDetails,
    GetOwnedIncidents,
    GetRecentAlerts,
    Ping,
    TakeOwnership,
    UnwatchIncident,
    UpdateAlertStatus,
    Viewing,
    WatchIncident,
)
from ir_client.wire.protocol2 import PresentUser
from server_stub.api.services import Services
from server_stub.api.stream_snapshots import Snapshots
from server_stub.errors import Invalid, NotFound, RateLimited
from server_stub.hub import Hub, SequencedSubscriber, Subscriber
from server_stub.hub.frames import Message, plain_message
from server_stub.hub.states import AlertState
from server_stub.security import Principal
from server_stub.security.principals import require_updater, require_user

_PONG = plain_message("pong", {})


class CommandDesk:
    """Carries out what one subscriber asks for."""

    def __init__(
        self, services: Services, hub: Hub, *, principal: Principal, subscriber: Subscriber
    ) -> None:
        self._services = services
        self._hub = hub
        self._principal = principal
        self._subscriber = subscriber
        self._snapshots = Snapshots(services, hub)

    async def carry_out(self, command: Command) -> Message | None:
        """What answers `command`. Raises Refusal."""
        viewer = self._subscriber.viewer
        match command:
            case Ping():
                return _PONG
            case GetOwnedIncidents():
                return await self._snapshots.owned_incidents(viewer)
            case GetRecentAlerts():
                return await self._snapshots.recent_alerts(viewer)
            case GetAlertDetails():
                return await self._details(command.alert_id)
            case TakeOwnership():
                return await self._take(command)
            case UpdateAlertStatus():
                return await self._move(command)
            case WatchIncident() | UnwatchIncident():
                await self._choose(command)
                return None
            case Viewing():
                return await self._view(command.alert_id)
            case _:
                assert_never(command)

    async def _details(self, alert_id: int) -> Message:
        viewer = self._subscriber.viewer
        row = await self._services.alerts.get(alert_id, viewer=viewer)
        newest = self._hub.newest(AlertState.of(row))
        if not newest.may_be_seen_by(viewer):
            raise NotFound("There is no such alert, or it is not yours to see.")
        return Message("alert_details", newest.data)

    async def _take(self, command: TakeOwnership) -> Message:
        require_user(self._principal)
        owned = await self._services.triage.take_ownership(
            self._subscriber.viewer, command.alert_id, notes=command.notes
        )
        self._services.announcements.changed([owned.alert.id])
        notice = b'{"alert_id":%d,"incident":%b}' % (owned.alert.id, owned.incident.json)
        return Message("alert_ownership_taken", notice)

    async def _move(self, command: UpdateAlertStatus) -> Message:
        require_updater(self._principal)
        alert = await self._services.triage.update(
            self._subscriber.viewer, command.alert_id, AlertUpdate(status=command.status)
        )
        self._services.announcements.changed([alert.id])
        return plain_message(
            "alert_status_updated", {"alert_id": alert.id, "status": command.status}
        )

    async def _choose(self, command: WatchIncident | UnwatchIncident) -> None:
        incident = await self._services.incidents.get(
            command.incident_id, viewer=self._subscriber.viewer
        )
        if isinstance(command, WatchIncident):
            is_kept = self._subscriber.watch(incident.id)
        else:
            is_kept = self._subscriber.unwatch(incident.id)
        if not is_kept:
            raise RateLimited("You chose too many incidents; reconnect.", retry_after_seconds=0)

    async def _view(self, alert_id: int | None) -> Message | None:
        user = require_user(self._principal).user
        subscriber = self._subscriber
        if not isinstance(subscriber, SequencedSubscriber):
            raise Invalid.field("type", msg="This needs protocol 2.")
        if alert_id is None:
            self._hub.presence.end(subscriber)
            return None
        person = PresentUser(id=user.id, username=user.username, full_name=user.full_name)
        return await self._hub.view(subscriber, person, alert_id=alert_id)
