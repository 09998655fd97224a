"""The keys for the alert that is open, as actions of the app: one line each."""

from textual import on
from textual.app import App

from .carrying import Carrying
from .messages import HistoryRead, RelatedCounted, TopsCounted
from .noticing import Noticing
from .overviews import Overviews
from .reading import Reading
from .screens.live import LiveScreen
from .widgets.detail_pane import DetailPane


class ReadingActions(App[None]):
    """The part of the console's app that looks closer."""

    live: LiveScreen
    reading: Reading
    carrying: Carrying
    noticing: Noticing
    overviews: Overviews

    @on(DetailPane.HistoryWanted)
    def history_wanted(self, message: DetailPane.HistoryWanted) -> None:
        """Read what belongs to the alert that is open."""
        self.reading.opened(message.alert_id, is_other=message.is_other)

    @on(HistoryRead)
    def history_read(self, message: HistoryRead) -> None:
        self.live.reader.show_history(message.alert_id, message.entries, message.problem)

    @on(RelatedCounted)
    def related_counted(self, message: RelatedCounted) -> None:
        self.live.reader.show_related(message.alert_id, message.relations, message.counted)

    def action_raw(self) -> None:
        self.carrying.page()

    def action_copy_menu(self) -> None:
        self.carrying.choose_copy()

    def action_links(self) -> None:
        self.carrying.choose_link()

    def action_said(self) -> None:
        self.noticing.show_history()

    def action_mute(self) -> None:
        self.noticing.choose_mute()

    def action_remind(self) -> None:
        self.noticing.choose_reminder()

    @on(TopsCounted)
    def tops_counted(self, message: TopsCounted) -> None:
        self.live.show_rail(message.tops)

    def action_tops(self) -> None:
        self.overviews.show_tops()

    def action_shift(self) -> None:
        self.overviews.show_shift()

    def action_related(self) -> None:
        self.reading.choose_related()

    def action_pivot_back(self) -> None:
        self.reading.go_back()
