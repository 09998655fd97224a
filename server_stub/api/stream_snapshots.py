"""What a stream client is told first, and may ask for again: the present state in short.

Alerts pass the hub's renderings like everything that is told, so that a snapshot and a change
that cross each other cannot make an alert go back.
"""

from collections.abc import Sequence

from server_stub.access import Viewer
from server_stub.api.services import Services
from server_stub.domain.clocks import instant
from server_stub.hub import Hub
from server_stub.hub.frames import Message, json_array
from server_stub.hub.states import AlertState
from server_stub.security import Principal, UserPrincipal
from server_stub.storage.incident_rows import StoredIncident

# Fifty alerts may be fifty megabytes, and common clients take no frame beyond one by default:
# half of that for alerts, or for incidents alone, and a quarter for those that stand with alerts.
_MAX_LIST_BYTES = 512 * 1024
_MAX_GREETING_INCIDENT_BYTES = 128 * 1024


class Snapshots:
    """Reads snapshots and encodes their frames."""

    def __init__(self, services: Services, hub: Hub) -> None:
        self._services = services
        self._hub = hub

    async def greeting(self, principal: Principal) -> list[Message]:
        """The first two frames of a connection of protocol 1."""
        recent_alerts = await self._recent_alerts(principal.viewer)
        initial_data = await self.initial_data(principal, recent_alerts=recent_alerts)
        return [initial_data, _recent_alerts_message(recent_alerts)]

    async def initial_data(self, principal: Principal, *, recent_alerts: bytes = b"[]") -> Message:
        """Who is connected, and what is theirs; without alerts in protocol 2."""
        viewer = principal.viewer
        recent_incidents = await self._services.incidents.recent_for(viewer)
        owned = await self._owned(viewer)
        user = b"null"
        if isinstance(principal, UserPrincipal):
            user = principal.user.model_dump_json().encode()
        data = (
            b'{"user":%b,"owned_incidents":%b,"recent_incidents":%b,"recent_alerts":%b,'
            b'"connection_time":"%b"}'
        ) % (
            user,
            _incident_list(owned, room=_MAX_GREETING_INCIDENT_BYTES),
            _incident_list(recent_incidents, room=_MAX_GREETING_INCIDENT_BYTES),
            recent_alerts,
            instant(self._services.clock()).encode(),
        )
        return Message("initial_data", data)

    async def recent_alerts(self, viewer: Viewer) -> Message:
        """The newest alerts that are new or triaged and nobody's."""
        return _recent_alerts_message(await self._recent_alerts(viewer))

    async def owned_incidents(self, viewer: Viewer) -> Message:
        """The open incidents that the viewer owns, the newest that fit."""
        incidents = _incident_list(await self._owned(viewer), room=_MAX_LIST_BYTES)
        return Message("owned_incidents", b'{"incidents":%b}' % incidents)

    async def _recent_alerts(self, viewer: Viewer) -> bytes:
        rows = await self._services.alerts.recent_unassigned(viewer)
        newest = [self._hub.newest(AlertState.of(row)) for row in rows]
        visible = [state.data for state in newest if state.may_be_seen_by(viewer)]
        return json_array(_fitting(visible, room=_MAX_LIST_BYTES))

    async def _owned(self, viewer: Viewer) -> list[StoredIncident]:
        if viewer.user_id is None:
            return []
        return await self._services.incidents.owned_by(viewer.user_id)


def _incident_list(incidents: Sequence[StoredIncident], *, room: int) -> bytes:
    return json_array(_fitting([incident.json for incident in incidents], room=room))


def _fitting(records: Sequence[bytes], *, room: int) -> list[bytes]:
    """The first records that fit together; always one, if there is one."""
    shown: list[bytes] = []
    for record in records:
        room -= len(record)
        if shown and room < 0:
            break
        shown.append(record)
    return shown


def _recent_alerts_message(alerts: bytes) -> Message:
    return Message("recent_alerts", b'{"alerts":%b}' % alerts)
