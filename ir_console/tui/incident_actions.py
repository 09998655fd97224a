"""The part of the app that works on incidents: which key begins what, which message ends it."""

from collections.abc import Callable
from functools import partial

from textual import on
from textual.app import App

from ir_console.feed import ConsoleClient, Feed

from .escalation_flow import EscalationFlow
from .incident_desk import IncidentDesk
from .incident_flow import IncidentFlow
from .messages import (
    Escalated,
    EscalationAsked,
    IncidentChanged,
    IncidentHistoryRead,
    IncidentRead,
    IncidentsRead,
)
from .screens.incident_pages import IncidentPage, IncidentsPage
from .triage_context import TriageContext


class IncidentActions(App[None]):
    """An app with incidents, once `begin_incidents` was called."""

    def begin_incidents(
        self,
        context: TriageContext,
        client: ConsoleClient,
        feed: Feed,
        wall_clock: Callable[[], float],
    ) -> None:
        """Make the flows."""
        desk = IncidentDesk(client)
        self.incidents = IncidentFlow(context, desk, feed, wall_clock)
        self.escalation = EscalationFlow(context, desk, self.incidents)

    def show_triage(self) -> None:
        """Show what changed."""
        raise NotImplementedError

    def action_incidents(self) -> None:
        self._step_incident(self.incidents.show_list)

    def action_incident(self) -> None:
        self._step_incident(self.incidents.open_of_cursor)

    def action_escalate(self) -> None:
        self._step_incident(self.escalation.ask)

    @on(IncidentsPage.Reload)
    def incidents_wanted(self) -> None:
        """Read the list again."""
        self._step_incident(self.incidents.read_all)

    @on(IncidentPage.Reload)
    def incident_wanted(self) -> None:
        """Read the open one again."""
        self._step_incident(self.incidents.read_open)

    @on(IncidentPage.StatusWanted)
    def incident_status_wanted(self) -> None:
        """Ask for a status."""
        self._step_incident(self.incidents.ask_status)

    @on(IncidentPage.NoteWanted)
    def incident_note_wanted(self) -> None:
        """Ask for a note."""
        self._step_incident(self.incidents.ask_note)

    @on(IncidentsRead)
    def incidents_read(self, message: IncidentsRead) -> None:
        """Show the list."""
        self._step_incident(partial(self.incidents.all_read, message))

    @on(IncidentRead)
    def incident_read(self, message: IncidentRead) -> None:
        """Show the open one."""
        self._step_incident(partial(self.incidents.read, message))

    @on(IncidentHistoryRead)
    def incident_history_read(self, message: IncidentHistoryRead) -> None:
        """Show its timeline."""
        self._step_incident(partial(self.incidents.history_read, message))

    @on(IncidentChanged)
    def incident_changed(self, message: IncidentChanged) -> None:
        """Say what came of it."""
        self._step_incident(partial(self.incidents.changed, message))

    @on(EscalationAsked)
    def escalation_asked(self, message: EscalationAsked) -> None:
        """Ask into which incident."""
        self._step_incident(partial(self.escalation.asked, message))

    @on(Escalated)
    def escalated(self, message: Escalated) -> None:
        """Say what came of it."""
        self._step_incident(partial(self.escalation.end, message))

    def _step_incident(self, step: Callable[[], None]) -> None:
        step()
        self.show_triage()
