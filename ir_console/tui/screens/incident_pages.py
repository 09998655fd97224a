"""The list of incidents, and one incident with its alerts and its history."""

from collections.abc import Callable, Sequence
from typing import Any

from textual import on
from textual.message import Message

from ir_client.wire.incidents import Incident, IncidentEntry
from ir_console.model.format import plural
from ir_console.model.incident_book import IncidentBook
from ir_console.model.incident_lines import Part, incident_entries, whole_incident
from ir_console.model.picking import Entry
from ir_console.model.rows import Row
from ir_console.model.spans import Line, Span, Tone
from ir_console.model.toasts import Toast
from ir_console.safe_text import safe_text

from ..bindings import keymap_of
from ..painter import Painter
from ..widgets.pick_list import PickList
from .page import Page, page_bindings, placeholder_lines

Painting = Callable[[], Painter]
Toasts = Callable[[], tuple[Toast, ...]]


def _try_again(page: Page) -> str:
    return f"{keymap_of(page).key('page.reload')} tries again"


class IncidentsPage(Page):
    """All incidents that are known, the open ones first."""

    BINDINGS = page_bindings("page.reload")
    HINTS = ("page.pick", "page.reload")

    class Reload(Message):
        """The list is to be read again."""

    def __init__(
        self,
        painter: Painting,
        toasts: Toasts,
        *,
        book: IncidentBook,
        wall_clock: Callable[[], float],
        open_one: Callable[[int], None],
    ) -> None:
        super().__init__(painter, toasts)
        self._book, self._wall_clock, self._open_one = book, wall_clock, open_one

    def entries(self) -> Sequence[Entry[Any]]:
        return incident_entries(
            self._book.in_order(), now=self._wall_clock(), width=self.picks.line_width
        )

    def instead(self) -> tuple[Line, ...]:
        if self._book.problem:
            return placeholder_lines(
                Tone.ERROR, "The incidents could not be read", self._book.problem, _try_again(self)
            )
        if not self._book.is_loaded:
            return placeholder_lines(Tone.ACCENT, "Reading the incidents…", "This takes a moment.")
        return placeholder_lines(
            Tone.OK,
            "No incidents.",
            f"{keymap_of(self).key('triage.take')} on an alert takes it and makes one;",
            f"{keymap_of(self).key('triage.escalate')} makes one of all that is marked.",
        )

    def title_line(self) -> tuple[Line, Line]:
        count = plural(len(self._book), "incident")
        problem = self._book.problem if len(self._book) else ""
        said = (Span(f"{problem} · {_try_again(self)}", Tone.WARNING),) if problem else ()
        loading = (Span("reading…", Tone.ACCENT),) if self._book.is_loading else ()
        return (Span("Incidents  ", Tone.STRONG), Span(f"{count}  ", Tone.MUTED), *said), loading

    def action_page_reload(self) -> None:
        self.app.post_message(self.Reload())

    @on(PickList.Picked)
    def picked(self, message: PickList.Picked) -> None:
        self._open_one(message.key)


class IncidentPage(Page):
    """One incident; kept up to date while it is open."""

    BINDINGS = page_bindings("page.reload", "incident.status", "incident.note")
    HINTS = ("incident.status", "incident.note", "page.pick", "page.reload")

    class StatusWanted(Message):
        """Its status is to be changed."""

    class NoteWanted(Message):
        """A note is to be written."""

    class Reload(Message):
        """It is to be read again."""

    def __init__(
        self,
        painter: Painting,
        toasts: Toasts,
        *,
        name: int | str,
        book: IncidentBook,
        row_of: Callable[[int], Row | None],
        go_to_alert: Callable[[int], bool],
        wall_clock: Callable[[], float],
    ) -> None:
        super().__init__(painter, toasts)
        self.name_wanted = name
        self._book, self._row_of, self._wall_clock = book, row_of, wall_clock
        self._go_to_alert = go_to_alert
        self._entries: Sequence[IncidentEntry] | None = None
        self._problem = ""
        self._missing = ""

    @property
    def incident(self) -> Incident | None:
        """What is open, as far as it is known."""
        return self._book.get(self.name_wanted)

    def show_history(self, entries: Sequence[IncidentEntry] | None, problem: str) -> None:
        """Take in its timeline, or why there is none."""
        if entries is not None:
            self._entries = entries
        self._problem = problem
        self.rebuild()

    def show_missing(self, words: str) -> None:
        """It could not be read."""
        self._missing = words
        self.rebuild()

    def entries(self) -> Sequence[Entry[Any]]:
        incident = self.incident
        if incident is None:
            return ()
        return whole_incident(
            incident,
            entries=self._entries,
            problem=self._problem,
            row_of=self._row_of,
            now=self._wall_clock(),
            width=self.picks.line_width,
        )

    def instead(self) -> tuple[Line, ...]:
        if self._missing:
            return placeholder_lines(
                Tone.ERROR, "This incident could not be read", self._missing, _try_again(self)
            )
        return placeholder_lines(Tone.ACCENT, "Reading the incident…", "This takes a moment.")

    def title_line(self) -> tuple[Line, Line]:
        incident = self.incident
        name = str(self.name_wanted) if incident is None else incident.incident_id
        return (Span("Incident  ", Tone.STRONG), Span(safe_text(name, 40), Tone.ACCENT)), ()

    def action_page_reload(self) -> None:
        self.app.post_message(self.Reload())

    def action_incident_status(self) -> None:
        self.app.post_message(self.StatusWanted())

    def action_incident_note(self) -> None:
        self.app.post_message(self.NoteWanted())

    @on(PickList.Picked)
    def picked(self, message: PickList.Picked) -> None:
        """Go to an alert of it."""
        part: Part = message.key
        if part.alert_id is not None and self._go_to_alert(part.alert_id):
            self.dismiss(None)
