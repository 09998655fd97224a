"""What people do with incidents: make, change, move, note. One transaction each.

Each checks that the incident exists for whoever acts, and writes the incident, its timeline, the
alerts that join it, and the events, in that order: all of it stands, or none.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from ir_client.wire.alerts import AlertUpdate
from ir_client.wire.incidents import (
    IncidentCreate,
    IncidentEntry,
    IncidentMove,
    IncidentUpdate,
    NoteCreate,
)
from server_stub.access import Viewer
from server_stub.domain.changes import plan_change
from server_stub.domain.clocks import Clock, instant
from server_stub.domain.incident_plan import IncidentChange, new_incident, plan_incident_change
from server_stub.domain.sla import SlaPolicy
from server_stub.errors import ChangedSince, Conflict, Forbidden, Invalid, NotFound
from server_stub.storage import timeline
from server_stub.storage.actors import actor_of
from server_stub.storage.alert_rows import StoredAlert
from server_stub.storage.alert_writes import change_alert
from server_stub.storage.alerts import find_alert
from server_stub.storage.database import Commit, Database
from server_stub.storage.events import Changed, log_changes
from server_stub.storage.incident_rows import StoredIncident, find_incident, get_incident
from server_stub.storage.incident_timeline import Line, add_line
from server_stub.storage.incident_writes import add_incident, change_incident
from server_stub.storage.users import find_user


class Casework:
    """Changes of incidents by users who may see them.

    Each runs in a transaction of its own, or in the one that `commit` makes.
    """

    def __init__(self, database: Database, clock: Clock, sla: SlaPolicy | None = None) -> None:
        self._database = database
        self._clock = clock
        self._sla = sla or SlaPolicy()

    async def create(
        self,
        viewer: Viewer,
        wanted: IncidentCreate,
        *,
        commit: Commit[StoredIncident] | None = None,
    ) -> StoredIncident:
        """Make an incident of alerts that are in none. Raises Conflict for one that is."""
        now = self._clock()
        return await (commit or self._database.write)(
            lambda connection: _File(connection, viewer, now, self._sla).create(wanted)
        )

    async def update(
        self,
        viewer: Viewer,
        name: str,
        update: IncidentUpdate,
        *,
        if_revision: int | None = None,
        commit: Commit[StoredIncident] | None = None,
    ) -> StoredIncident:
        """Change an incident; it stays as it is where it says so already.

        With `if_revision`, raises ChangedSince when it changed after that one.
        """
        now = self._clock()
        return await (commit or self._database.write)(
            lambda connection: _File(connection, viewer, now, self._sla).update(
                name, update, if_revision=if_revision
            )
        )

    async def move(
        self,
        viewer: Viewer,
        name: str,
        move: IncidentMove,
        *,
        commit: Commit[StoredIncident] | None = None,
    ) -> StoredIncident:
        """Give an incident another status; notes are kept although it has that status."""
        now = self._clock()
        return await (commit or self._database.write)(
            lambda connection: _File(connection, viewer, now, self._sla).move(name, move)
        )

    async def note(
        self,
        viewer: Viewer,
        name: str,
        note: NoteCreate,
        *,
        commit: Commit[IncidentEntry] | None = None,
    ) -> IncidentEntry:
        """Add a note to the timeline of an incident."""
        now = self._clock()
        return await (commit or self._database.write)(
            lambda connection: _File(connection, viewer, now, self._sla).note(name, note)
        )


class _File:
    """One transaction of one user."""

    def __init__(
        self, connection: Connection, viewer: Viewer, moment: datetime, sla: SlaPolicy
    ) -> None:
        self._connection = connection
        self._viewer = viewer
        self._actor = actor_of(viewer)
        self._moment = moment
        self._now = instant(moment)
        self._sla = sla

    def create(self, wanted: IncidentCreate) -> StoredIncident:
        user_id = self._viewer.user_id
        if user_id is None:
            raise Forbidden("Only a user can make an incident; sign in as one.")
        columns = new_incident(wanted, owner_id=user_id, sla=self._sla, now=self._moment)
        self._check_people(columns)
        alerts = [self._free_alert(alert_id) for alert_id in dict.fromkeys(wanted.alert_ids)]
        row_id = add_incident(self._connection, columns)
        self._add(row_id, Line("created"))
        name = self._reread(row_id).incident_id
        joined = [self._join(alert, name) for alert in alerts]
        self._log([Changed("incident_created", 1, incident_id=row_id), *joined])
        return self._reread(row_id)

    def update(
        self, name: str, update: IncidentUpdate, *, if_revision: int | None
    ) -> StoredIncident:
        incident = self._get(name)
        if if_revision is not None and incident.revision > if_revision:
            raise ChangedSince("This incident changed meanwhile.", current=incident.json)
        change = self._planned(incident, update)
        if not change:
            return incident
        self._check_people(change.columns)
        return self._write(incident, change, Line("updated", changes=change.timeline))

    def move(self, name: str, move: IncidentMove) -> StoredIncident:
        incident = self._get(name)
        change = self._planned(incident, IncidentUpdate(status=move.status))
        if not change and move.notes is None:
            return incident
        line = Line("status_changed", move.notes, change.timeline)
        return self._write(incident, change, line)

    def note(self, name: str, note: NoteCreate) -> IncidentEntry:
        incident = self._get(name)
        revision = change_incident(self._connection, incident.id, {}, now=self._now)
        line = Line("noted", note.content, note_type=note.note_type, is_internal=note.is_internal)
        entry = self._add(incident.id, line)
        self._log([Changed("incident_updated", revision, incident_id=incident.id)])
        return entry

    def _write(
        self, incident: StoredIncident, change: IncidentChange, line: Line
    ) -> StoredIncident:
        revision = change_incident(self._connection, incident.id, change.columns, now=self._now)
        self._add(incident.id, line)
        # An owner hears of every change; who was it until now hears of this one, too.
        before = (None, incident.owner_id) if "owner_id" in change.columns else None
        changed = Changed("incident_updated", revision, incident_id=incident.id, seen_before=before)
        self._log([changed])
        return self._reread(incident.id)

    def _planned(self, incident: StoredIncident, update: IncidentUpdate) -> IncidentChange:
        return plan_incident_change(incident.model(), update, sla=self._sla, now=self._now)

    def _check_people(self, columns: Mapping[str, object]) -> None:
        """Whoever an incident is given to exists and can sign in."""
        for field in ("owner_id", "assigned_analyst_id"):
            user_id = columns.get(field)
            if isinstance(user_id, int):
                user = find_user(self._connection, user_id)
                if user is None or not user.is_active:
                    raise Invalid.field("body", field, msg="No such active user")

    def _free_alert(self, alert_id: int) -> StoredAlert:
        """An alert that exists for who acts, and that is in no incident."""
        try:
            alert = find_alert(self._connection, alert_id, viewer=self._viewer, now=self._moment)
        except NotFound:
            raise Invalid.field("body", "alert_ids", msg="No such alert") from None
        if alert.incident_id is not None:
            raise Conflict(f"Alert {alert.id} is in {alert.incident_id}; move it by a PUT of it.")
        return alert

    def _join(self, alert: StoredAlert, name: str) -> Changed:
        change = plan_change(alert.model(), AlertUpdate(incident_id=name), now=self._now)
        revision = change_alert(
            self._connection,
            alert,
            columns=change.columns,
            document=change.document,
            actor=self._actor,
            now=self._now,
        )
        entry = timeline.Entry(alert.id, "updated", revision, change.timeline)
        timeline.add_entry(self._connection, entry, actor=self._actor, now=self._now)
        return Changed("updated", revision, alert_id=alert.id)

    def _get(self, name: str) -> StoredIncident:
        return get_incident(self._connection, name, viewer=self._viewer, now=self._now)

    def _reread(self, row_id: int) -> StoredIncident:
        incident = find_incident(self._connection, row_id, viewer=None, now=self._now)
        assert incident is not None
        return incident

    def _add(self, row_id: int, line: Line) -> IncidentEntry:
        return add_line(self._connection, row_id, line, actor=self._actor, now=self._now)

    def _log(self, changes: list[Changed]) -> None:
        log_changes(self._connection, changes, now=self._now)
