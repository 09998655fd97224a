"""Incidents from key press to outcome: read them, open one, work on it, keep it up to date."""

from collections.abc import Callable
from typing import cast

from ir_client.wire.incidents import Incident
from ir_client.wire.values import INCIDENT_STATUSES, IncidentStatus
from ir_console.feed import Feed
from ir_console.model.decisions import Decision
from ir_console.model.incident_book import IncidentBook
from ir_console.model.incident_lines import incident_word
from ir_console.model.link import LinkState
from ir_console.model.spans import Tone
from ir_console.safe_text import safe_text

from .desk import Failed
from .incident_desk import IncidentDesk
from .messages import IncidentChanged, IncidentHistoryRead, IncidentRead, IncidentsRead
from .screens.dialogs import CommentDialog
from .screens.incident_pages import IncidentPage, IncidentsPage
from .screens.menu import MenuDialog
from .triage_context import TriageContext


class IncidentFlow:
    """Runs the pages of incidents."""

    def __init__(
        self,
        context: TriageContext,
        desk: IncidentDesk,
        feed: Feed,
        wall_clock: Callable[[], float],
    ) -> None:
        self._context, self._desk, self._feed = context, desk, feed
        self._wall_clock = wall_clock
        self.book = IncidentBook()
        self._page: IncidentPage | None = None
        self._was_live = True
        self._drafts: dict[int, str] = {}

    # Pages

    def show_list(self) -> None:
        """Open the list, and read it anew."""
        context = self._context
        page = IncidentsPage(
            context.painter,
            context.toasts,
            book=self.book,
            wall_clock=self._wall_clock,
            open_one=self.open,
        )
        context.app.push_screen(page)
        self.read_all()

    def open_of_cursor(self) -> None:
        """Open the incident of the alert under the cursor."""
        context, state = self._context, self._context.state
        row = state.cursor_row
        alert = None if row is None else state.book.alert(row.id)
        if alert is None:
            context.say(Tone.WARNING, "There is no alert under the cursor.")
        elif alert.incident_id is None:
            take, make = context.key("triage.take"), context.key("triage.escalate")
            words = f"#{alert.id} is in no incident: {take} takes it, {make} makes one of it"
            context.say(Tone.WARNING, words)
        else:
            self.open(alert.incident_id)

    def open(self, name: int | str) -> None:
        """Open one incident, and read it anew."""
        context = self._context
        self._page = IncidentPage(
            context.painter,
            context.toasts,
            name=name,
            book=self.book,
            row_of=context.state.view.get,
            go_to_alert=context.go_to,
            wall_clock=self._wall_clock,
        )
        context.app.push_screen(self._page)
        self.read_open()

    # Reading

    def read_all(self) -> None:
        """Read the list."""
        context = self._context
        if self.book.is_loading:
            return
        self.book.is_loading = True

        async def work() -> None:
            context.app.post_message(IncidentsRead(await self._desk.read_all()))

        context.run(work())

    def read_open(self) -> None:
        """Read the incident that is open, and hear of its changes from now on."""
        context, page = self._context, self._page
        if page is None:
            return

        async def work() -> None:
            outcome = await self._desk.read(page.name_wanted)
            context.app.post_message(IncidentRead(page.name_wanted, outcome))
            if isinstance(outcome, Incident):
                await self._feed.watch(outcome.id)
                entries, problem = await self._desk.history(outcome.id)
                context.app.post_message(IncidentHistoryRead(outcome.id, entries, problem))

        context.run(work())

    def tick(self) -> None:
        """Take in what the stream told, and after a gap read what is open again."""
        news = self._feed.incidents.take()
        is_news = self.book.take_in(news)
        page = self._page if self._page is not None and self._page.is_attached else None
        is_live = self._feed.link.state is LinkState.LIVE
        if is_live and not self._was_live:
            self._read_again(page)
        elif page is not None and is_news:
            open_id = None if page.incident is None else page.incident.id
            if any(one.id == open_id for one in news):
                self._read_history(page)
        self._was_live = is_live

    def all_read(self, message: IncidentsRead) -> None:
        """Show the list, or why there is none."""
        if isinstance(message.outcome, Failed):
            self.book.failed(message.outcome.reason or message.outcome.words)
        else:
            self.book.loaded(message.outcome)

    def read(self, message: IncidentRead) -> None:
        """Show the incident, or why it cannot be."""
        page = self._page
        if isinstance(message.outcome, Incident):
            self.book.take_in([message.outcome])
        elif page is not None and page.name_wanted == message.name:
            page.show_missing(message.outcome.reason or message.outcome.words)

    def history_read(self, message: IncidentHistoryRead) -> None:
        """Show the timeline."""
        page = self._page
        incident = None if page is None else page.incident
        if page is not None and incident is not None and incident.id == message.incident_id:
            page.show_history(message.entries, message.problem)

    # Working

    def ask_status(self) -> None:
        """Ask for a status of the open incident, and set it."""
        incident = self._workable()
        if incident is None:
            return

        def chosen(status: str | None) -> None:
            if status is not None and status != incident.status:
                # The menu offers no others than those of the contract.
                self._set_status(incident, cast("IncidentStatus", status))

        choices = {one: incident_word(one) for one in INCIDENT_STATUSES}
        choices[incident.status] = f"{incident_word(incident.status)}  (now)"
        name, title = safe_text(incident.incident_id, 40), safe_text(incident.title, 200)
        hint = "1–9 or Enter change it · Esc leaves it"
        menu = MenuDialog(f"Status of {name}", title, choices, hint=hint)
        self._context.app.push_screen(menu, chosen)

    def ask_note(self) -> None:
        """Ask for a note on the open incident, and write it."""
        context, incident = self._context, self._workable()
        if incident is None:
            return

        def written(decision: Decision | None) -> None:
            if decision is None:
                return
            text = self._drafts[incident.id] = decision.text

            async def work() -> None:
                outcome = await self._desk.add_note(incident, text)
                words = f"Note added to {safe_text(incident.incident_id, 40)}"
                failed = outcome if isinstance(outcome, Failed) else None
                context.app.post_message(IncidentChanged(incident.id, words, failed))

            context.run(work())

        heading = f"Note on {safe_text(incident.incident_id, 40)}"
        draft = self._drafts.get(incident.id, "")
        dialog = CommentDialog(heading, safe_text(incident.title, 200), draft=draft)
        context.app.push_screen(dialog, written)

    def changed(self, message: IncidentChanged) -> None:
        """Say what came of it, and show it."""
        if message.failed is not None:
            self._context.say(Tone.ERROR, f"✗ {message.failed.words}", message.failed.hint)
        else:
            self._drafts.pop(message.incident_id, None)
            self._context.say(Tone.OK, f"✓ {message.words}")
        self.read_open()

    def _set_status(self, seen: Incident, status: IncidentStatus) -> None:
        context = self._context

        async def work() -> None:
            outcome = await self._desk.set_status(seen, status)
            words = f"{safe_text(seen.incident_id, 40)}: status → {incident_word(status)}"
            failed = outcome if isinstance(outcome, Failed) else None
            context.app.post_message(IncidentChanged(seen.id, words, failed))

        context.run(work())

    def _workable(self) -> Incident | None:
        page = self._page
        if page is None or page.incident is None or self._context.refuses():
            return None
        return page.incident

    def _read_again(self, page: IncidentPage | None) -> None:
        if page is not None:
            self.read_open()
        if self.book.is_loaded:
            self.read_all()

    def _read_history(self, page: IncidentPage) -> None:
        context, incident = self._context, page.incident
        if incident is None:
            return

        async def work() -> None:
            entries, problem = await self._desk.history(incident.id)
            context.app.post_message(IncidentHistoryRead(incident.id, entries, problem))

        context.run(work())
