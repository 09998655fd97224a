"""The incidents that the stream tells of, gathered until the next frame: the newest of each.

The server tells an incident's changes to its owner and to who watches it; what is watched is
remembered, and said again on every new connection.
"""

import asyncio
from collections.abc import Awaitable, Callable

from ir_client.errors import ConnectError
from ir_client.stream.events import Event
from ir_client.wire.commands import WatchIncident
from ir_client.wire.events import (
    AlertOwnershipTaken,
    IncidentCreated,
    IncidentNotification,
    IncidentUpdated,
    InitialData,
    OwnedIncidents,
)
from ir_client.wire.incidents import Incident

Send = Callable[[WatchIncident], Awaitable[None]]
_MOST_WATCHED = 200


class IncidentFeed:
    """Incidents on their way to the screen."""

    def __init__(self) -> None:
        self._waiting: dict[int, Incident] = {}
        self._watched: dict[int, None] = {}

    def receive(self, event: Event) -> bool:
        """Take in what an event tells of incidents; whether it is about any."""
        match event:
            case IncidentCreated() | IncidentUpdated():
                self._put(event.data)
            case IncidentNotification():
                self._put(event.data.incident)
            case AlertOwnershipTaken():
                self._put(event.data.incident)
            case OwnedIncidents():
                self._put(*event.data.incidents)
            case InitialData():
                self._put(*event.data.recent_incidents, *event.data.owned_incidents)
            case _:
                return False
        return True

    def take(self) -> list[Incident]:
        """Hand over what came since the last time."""
        taken, self._waiting = [*self._waiting.values()], {}
        return taken

    async def watch(self, incident_id: int, send: Send | None) -> None:
        """Hear of the changes of an incident, from now on and after every reconnect."""
        self._watched.pop(incident_id, None)
        self._watched[incident_id] = None
        if len(self._watched) > _MOST_WATCHED:
            del self._watched[next(iter(self._watched))]
        if send is not None:
            await _say(send, incident_id)

    async def watch_again(self, send: Send) -> None:
        """Say on a new connection what is watched."""
        for incident_id in [*self._watched]:
            await _say(send, incident_id)
            await asyncio.sleep(0)

    def _put(self, *incidents: Incident) -> None:
        for incident in incidents:
            self._waiting.pop(incident.id, None)
            self._waiting[incident.id] = incident


async def _say(send: Send, incident_id: int) -> None:
    try:
        await send(WatchIncident(incident_id=incident_id))
    except ConnectError:
        # It is said again once there is a connection.
        return
