"""The present state of an alert or incident, encoded, with what decides who sees it.

Made from a row once per read and shared by all subscribers. Pure.
"""

import json
from dataclasses import dataclass
from typing import NamedTuple, Self

from server_stub import access
from server_stub.access import AlertSight, Viewer
from server_stub.domain.backlog import Subject, Topic, Word
from server_stub.storage.alert_rows import StoredAlert
from server_stub.storage.alerts import RemovedAlert
from server_stub.storage.incident_rows import StoredIncident


class AlertState(NamedTuple):
    """One alert as it is now."""

    id: int
    version: int
    team: str | None
    assigned_analyst_id: int | None
    data: bytes
    removed: bool = False

    @classmethod
    def of_removed(cls, alert: RemovedAlert) -> Self:
        """The last state of an alert, which nobody may see any more."""
        team, analyst_id = alert.team, alert.assigned_analyst_id
        return cls(alert.id, alert.revision, team, analyst_id, data=b"", removed=True)

    @classmethod
    def of(cls, alert: StoredAlert) -> Self:
        """The state of a row that was read."""
        return cls(
            id=alert.id,
            version=alert.revision,
            team=alert.team,
            assigned_analyst_id=alert.assigned_analyst_id,
            data=alert.json,
        )

    @property
    def subject(self) -> Subject:
        return Subject(Topic.ALERT, self.id)

    @property
    def sight(self) -> AlertSight:
        """What decides who sees it, in the shape in which the log keeps it."""
        return self.team, self.assigned_analyst_id

    def may_be_seen_by(self, viewer: Viewer) -> bool:
        """Whether `viewer` may see this state."""
        return not self.removed and access.sees_alert(
            viewer, team=self.team, assigned_analyst_id=self.assigned_analyst_id
        )

    def payload(self, _word: Word) -> bytes:
        """The `data` of a frame that tells of this state."""
        return self.data


@dataclass(frozen=True, slots=True)
class IncidentState:
    """One incident as it is now; `sights` are those of the alerts that it holds."""

    id: int
    version: int
    headline: str
    owner_id: int | None
    assigned_analyst_id: int | None
    sights: frozenset[AlertSight]
    data: bytes

    @classmethod
    def of(cls, incident: StoredIncident) -> Self:
        """The state of a row that was read."""
        return cls(
            id=incident.id,
            version=incident.revision,
            headline=f"New incident {incident.incident_id}: {incident.title}",
            owner_id=incident.owner_id,
            assigned_analyst_id=incident.assigned_analyst_id,
            sights=incident.sights,
            data=incident.json,
        )

    @property
    def subject(self) -> Subject:
        return Subject(Topic.INCIDENT, self.id)

    def may_be_seen_by(self, viewer: Viewer) -> bool:
        """Whether `viewer` may see this incident: it is theirs, or an alert in it is."""
        return access.sees_incident(
            viewer,
            owner_id=self.owner_id,
            assigned_analyst_id=self.assigned_analyst_id,
            alerts=self.sights,
        )

    def payload(self, word: Word) -> bytes:
        """The `data` of a frame that tells of this state; a notification has words to it."""
        if word is not Word.INCIDENT_NOTIFICATION:
            return self.data
        return b'{"message":%b,"incident":%b}' % (json.dumps(self.headline).encode(), self.data)


State = AlertState | IncidentState
