"""The half of the app that looks: which key or command shows the alerts in another way."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ir_client.errors import ConfigError
from ir_console.model.arranging import Arrangement, Sort
from ir_console.model.filters import Filter
from ir_console.model.looking import choose_view, keep_view
from ir_console.model.saved_views import View
from ir_console.model.spans import Tone
from ir_console.model.state import ConsoleState
from ir_console.model.toasts import Toast
from ir_console.settings import save_view

from .screens.live import LiveScreen
from .triaging import TriagingApp


class ViewingApp(TriagingApp):
    """An app with views, sorts, groups and columns."""

    live: LiveScreen
    state: ConsoleState
    clock: Callable[[], float]
    settings_file: Path | None = None

    def action_view(self, number: int) -> None:
        """Choose the view of a key; the present one again is shown as it was kept."""
        view = self.state.views.numbered(number)
        if view is None:
            self.say(Tone.WARNING, f"There is no view {number}", ":view save NAME keeps one.")
        else:
            self.show_view(view)

    def action_fold(self, *, everything: bool = False) -> None:
        """Fold or unfold."""
        if not self.state.toggle_fold(everything=everything):
            self.say(Tone.WARNING, "The alerts are in no groups", ":group rule groups them.")
        self.live.show_all()

    def action_fold_all(self) -> None:
        self.action_fold(everything=True)

    def show_view(self, view: View) -> None:
        """Look at the alerts as a view says."""
        choose_view(self.state, view)
        self.live.show_all()

    def show_sorted(self, sort: Sort) -> None:
        """Sort; by the same again, what changed meanwhile goes where it belongs."""
        self._arrange(replace(self.state.view.arrangement, sort=sort))

    def show_grouped(self, group: str) -> None:
        """Group the alerts, or not."""
        self._arrange(replace(self.state.view.arrangement, group=group))

    def show_columns(self, names: tuple[str, ...]) -> None:
        """Show these columns; none are those that fit the width."""
        self.state.columns = names
        self.live.show_all()

    def show_filtered(self, wanted: Filter) -> None:
        """Show what passes."""
        self.state.set_filter(wanted)
        self.live.show_all()

    def keep_view(self, name: str) -> None:
        """Give what is shown a name, and write it down."""
        view = keep_view(self.state, name)
        where = "for as long as this console is open"
        if self.settings_file is not None:
            where = f"in {self.settings_file}"
            try:
                save_view(self.settings_file, view.written())
            except ConfigError as error:
                self.say(Tone.ERROR, f"View {view.title} was not written down", str(error))
                return
        self.say(Tone.OK, f"✓ View {view.title} is kept", where)

    def say(self, tone: Tone, headline: str, detail: str = "") -> None:
        """Answer the analyst."""
        self.state.toasts.tell(Toast(tone, headline, detail), self.clock())
        self.live.show_bars()

    def _arrange(self, arrangement: Arrangement) -> None:
        self.state.arrange(arrangement)
        self.live.show_all()
