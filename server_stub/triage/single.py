"""What people and programs do to alerts: change, comment on, own. One transaction each.

Each checks that the alert exists for whoever acts, and writes the alert, its timeline and the
events in that order: all of it stands, or none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from ir_client.wire.alerts import AlertUpdate, Change, TimelineEntry
from server_stub.access import Viewer
from server_stub.domain.changes import AlertChange, plan_change
from server_stub.domain.clocks import Clock, instant
from server_stub.domain.incident_plan import incident_of_alert
from server_stub.domain.sla import SlaPolicy
from server_stub.errors import AlreadyOwned, ChangedSince, Forbidden, Invalid, NotFound
from server_stub.storage import timeline
from server_stub.storage.actors import actor_of
from server_stub.storage.alert_rows import StoredAlert
from server_stub.storage.alert_writes import change_alert
from server_stub.storage.alerts import find_alert, read_alerts
from server_stub.storage.database import Commit, Database
from server_stub.storage.events import Changed, log_changes
from server_stub.storage.incident_rows import StoredIncident, find_incident, is_incident
from server_stub.storage.incident_timeline import Line, add_line
from server_stub.storage.incident_writes import add_incident, change_incident, touch_incident
from server_stub.storage.users import find_user


@dataclass(frozen=True, slots=True)
class Owned:
    """An alert that was taken, and its incident."""

    alert: StoredAlert
    incident: StoredIncident


class Triage:
    """Changes of alerts by those who may see them.

    Each runs in a transaction of its own, or in the one that `commit` makes.
    """

    def __init__(self, database: Database, clock: Clock, sla: SlaPolicy | None = None) -> None:
        self._database = database
        self._clock = clock
        self._sla = sla or SlaPolicy()

    async def update(
        self,
        viewer: Viewer,
        alert_id: int,
        update: AlertUpdate,
        *,
        if_revision: int | None = None,
        commit: Commit[StoredAlert] | None = None,
    ) -> StoredAlert:
        """Change an alert; it stays as it is where it says so already.

        With `if_revision`, raises ChangedSince when a person changed the alert after that one.
        """
        now = self._clock()
        return await (commit or self._database.write)(
            lambda connection: Desk(connection, viewer, now).update(
                alert_id, update, if_revision=if_revision
            )
        )

    async def comment(
        self,
        viewer: Viewer,
        alert_id: int,
        content: str,
        *,
        commit: Commit[TimelineEntry] | None = None,
    ) -> TimelineEntry:
        """Add a comment to the timeline of an alert."""
        now = self._clock()
        return await (commit or self._database.write)(
            lambda connection: Desk(connection, viewer, now).comment(alert_id, content)
        )

    async def take_ownership(
        self,
        viewer: Viewer,
        alert_id: int,
        *,
        notes: str | None = None,
        commit: Commit[Owned] | None = None,
    ) -> Owned:
        """Make a user the owner of an alert that nobody has, and of its incident.

        Raises AlreadyOwned if someone else has it. Taking one's own again changes nothing.
        """
        now = self._clock()
        return await (commit or self._database.write)(
            lambda connection: Desk(connection, viewer, now).take(alert_id, notes, sla=self._sla)
        )


class Desk:
    """One transaction of one who acts."""

    def __init__(self, connection: Connection, viewer: Viewer, moment: datetime) -> None:
        self._connection = connection
        self._viewer = viewer
        self._actor = actor_of(viewer)
        self._moment = moment
        self._now = instant(moment)

    def update(self, alert_id: int, update: AlertUpdate, *, if_revision: int | None) -> StoredAlert:
        alert = self._find(alert_id)
        if if_revision is not None and alert.human_revision > if_revision:
            raise ChangedSince(
                "Someone changed this alert meanwhile.",
                current=alert.json,
            )
        change = plan_change(alert.model(), update, now=self._now)
        if not change:
            return alert
        self._check_team(change)
        self._check_references(alert, change)
        revision = self._write(alert, change)
        self._tell(timeline.Entry(alert.id, "updated", revision, change.timeline))
        after = self._reread(alert.id)
        self._log([*self._regrouped(alert, after), _updated(alert, after)])
        return after

    def comment(self, alert_id: int, content: str) -> TimelineEntry:
        alert = self._find(alert_id)
        revision = self._write(alert, AlertChange())
        entry = self._tell(timeline.Entry(alert.id, "commented", revision, comment=content))
        self._log([Changed("updated", revision, alert_id=alert.id)])
        return entry

    def take(self, alert_id: int, notes: str | None, *, sla: SlaPolicy) -> Owned:
        user_id = self._viewer.user_id
        if user_id is None:
            raise Forbidden("Only a user can own an alert; sign in as one.")
        alert = self._find(alert_id)
        if alert.assigned_analyst_id not in (None, user_id):
            raise AlreadyOwned("Someone else owns this alert; see who in its details.")
        held = self._incident_of(alert)
        if alert.assigned_analyst_id == user_id and held is not None:
            return Owned(alert, held)
        if held is None:
            incident_change = self._begin_incident(alert, user_id, notes, sla)
        else:
            incident_change = self._hand_over(held, user_id, notes)
        incident = self._incident(incident_change.incident_id)
        self._assign(alert, user_id, incident, notes)
        after = self._reread(alert.id)
        self._log([incident_change, _updated(alert, after)])
        return Owned(after, self._incident(incident.id))

    def _begin_incident(
        self, alert: StoredAlert, user_id: int, notes: str | None, sla: SlaPolicy
    ) -> Changed:
        values = incident_of_alert(alert.model(), owner_id=user_id, sla=sla, now=self._moment)
        incident_id = add_incident(self._connection, values)
        self._note(incident_id, Line("created", notes))
        return Changed("incident_created", 1, incident_id=incident_id)

    def _hand_over(self, held: StoredIncident, user_id: int, notes: str | None) -> Changed:
        """Give the incident that the alert has had to who takes the alert."""
        values: dict[str, object] = {"owner_id": user_id, "assigned_analyst_id": user_id}
        if held.model().first_response_at is None:
            values["first_response_at"] = self._now
        revision = change_incident(self._connection, held.id, values, now=self._now)
        owners = Change(before=held.owner_id, after=user_id)
        self._note(held.id, Line("handed_over", notes, {"owner_id": owners}))
        before = None if held.owner_id == user_id else (None, held.owner_id)
        return Changed("incident_updated", revision, incident_id=held.id, seen_before=before)

    def _assign(
        self, alert: StoredAlert, user_id: int, incident: StoredIncident, notes: str | None
    ) -> None:
        wanted = AlertUpdate(assigned_analyst_id=user_id, incident_id=incident.incident_id)
        if alert.assigned_analyst_id is None:
            wanted = wanted.model_copy(update={"status": "investigating"})
        change = plan_change(alert.model(), wanted, now=self._now)
        revision = self._write(alert, change)
        self._tell(timeline.Entry(alert.id, "owned", revision, change.timeline, comment=notes))

    def _check_team(self, change: AlertChange) -> None:
        """Nobody hides an alert from others, or shows it to more, but who sees all of them."""
        # See decisions/0012.
        if "team" in change.columns and not self._viewer.sees_everything:
            raise Forbidden("Only managers and admins hand an alert to a team.")

    def _check_references(self, alert: StoredAlert, change: AlertChange) -> None:
        """What an alert is made to point to exists, for who points, and is not itself."""
        self._check_targets({**change.columns, **change.document})
        if change.document.get("parent_alert_id") == alert.id:
            raise Invalid.field("body", "parent_alert_id", msg="An alert is not its own parent")

    def _check_targets(self, values: Mapping[str, object]) -> None:
        analyst_id = values.get("assigned_analyst_id")
        if isinstance(analyst_id, int):
            analyst = find_user(self._connection, analyst_id)
            if analyst is None or not analyst.is_active:
                raise Invalid.field("body", "assigned_analyst_id", msg="No such active user")
        incident = values.get("incident_id")
        if isinstance(incident, str) and not is_incident(
            self._connection, incident, viewer=self._viewer
        ):
            raise Invalid.field("body", "incident_id", msg="No such incident")
        parent_id = values.get("parent_alert_id")
        if isinstance(parent_id, int):
            try:
                self._find(parent_id)
            except NotFound:
                raise Invalid.field("body", "parent_alert_id", msg="No such alert") from None

    def _regrouped(self, before: StoredAlert, after: StoredAlert) -> list[Changed]:
        """The incidents that lost or won the alert, or that others see now because of it."""
        if before.incident_id != after.incident_id:
            lost = Line("alert_removed", changes={"alert_id": Change(before=before.id)})
            won = Line("alert_added", changes={"alert_id": Change(after=after.id)})
            changes = [
                self._touched(before.incident_id, lost),
                self._touched(after.incident_id, won),
            ]
        else:
            changes = [] if before.sight == after.sight else [self._touched(after.incident_id)]
        return [change for change in changes if change is not None]

    def _touched(self, name: str | None, line: Line | None = None) -> Changed | None:
        touched = None if name is None else touch_incident(self._connection, name, now=self._now)
        if touched is None:
            return None
        incident_id, revision = touched
        if line is not None:
            self._note(incident_id, line)
        return Changed("incident_updated", revision, incident_id=incident_id)

    def _note(self, incident_id: int, line: Line) -> None:
        add_line(self._connection, incident_id, line, actor=self._actor, now=self._now)

    def _find(self, alert_id: int) -> StoredAlert:
        return find_alert(self._connection, alert_id, viewer=self._viewer, now=self._moment)

    def _reread(self, alert_id: int) -> StoredAlert:
        return read_alerts(self._connection, [alert_id], now=self._moment)[alert_id]

    def _incident_of(self, alert: StoredAlert) -> StoredIncident | None:
        return None if alert.incident_id is None else self._named_incident(alert.incident_id)

    def _named_incident(self, name: str) -> StoredIncident | None:
        return find_incident(self._connection, name, viewer=None, now=self._now)

    def _incident(self, incident_id: int | None) -> StoredIncident:
        assert incident_id is not None
        incident = find_incident(self._connection, incident_id, viewer=None, now=self._now)
        assert incident is not None
        return incident

    def _write(self, alert: StoredAlert, change: AlertChange) -> int:
        return change_alert(
            self._connection,
            alert,
            columns=change.columns,
            document=change.document,
            actor=self._actor,
            now=self._now,
        )

    def _tell(self, entry: timeline.Entry) -> TimelineEntry:
        return timeline.add_entry(self._connection, entry, actor=self._actor, now=self._now)

    def _log(self, changes: list[Changed]) -> None:
        log_changes(self._connection, changes, now=self._now)


def _updated(before: StoredAlert, after: StoredAlert) -> Changed:
    seen_before = None if before.sight == after.sight else before.sight
    return Changed("updated", after.revision, alert_id=after.id, seen_before=seen_before)
