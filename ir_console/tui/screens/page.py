"""A page over the console: a title, a list to pick from, and what the keys do."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widget import Widget

from ir_console.model.keys import PAGE_KEYS
from ir_console.model.page_hints import page_hints
from ir_console.model.picking import Entry
from ir_console.model.spans import Line, Span, Tone, spread
from ir_console.model.toast_lines import news_strip
from ir_console.model.toasts import Toast

from ..bindings import bound, keymap_of
from ..painter import Ground, Painter
from ..widgets.line_bar import BarContent, LineBar
from ..widgets.pick_list import PickList
from ..widgets.toast_stack import TroubleBar

Key = TypeVar("Key", bound=Hashable)


def page_bindings(*ids: str) -> list[BindingType]:
    """The keys of pages; those that only some pages have are named."""
    usual = (use.id for use in PAGE_KEYS if use.id.startswith("page.") and use.id != "page.reload")
    return bound(*usual, *ids)


class Page(Screen[None]):
    """Stands over the console until it is left."""

    BINDINGS: ClassVar[list[BindingType]] = page_bindings()
    HINTS: ClassVar[tuple[str, ...]] = ()
    """The ids of the keys that this page has beside moving and leaving."""
    AUTO_FOCUS = "#picks"

    def __init__(
        self, painter: Callable[[], Painter], toasts: Callable[[], tuple[Toast, ...]]
    ) -> None:
        super().__init__()
        self.painter, self._toasts = painter, toasts
        self._trouble = TroubleBar(painter, widget_id="page-trouble")
        self.picks: PickList[object] = PickList(painter, widget_id="picks")
        self.title_bar = LineBar(self._title, painter, widget_id="page-title")
        self.hint_bar = LineBar(self._hints, painter, widget_id="page-hints")

    def compose(self) -> ComposeResult:
        yield self.title_bar
        yield from self.middle()
        yield self._trouble
        yield self.hint_bar

    def middle(self) -> Iterable[Widget]:
        """What stands between the two bars."""
        yield self.picks

    def on_mount(self) -> None:
        self.call_after_refresh(self.rebuild)

    def on_resize(self) -> None:
        self.call_after_refresh(self.rebuild)

    def rebuild(self) -> None:
        """Show everything anew."""
        if not self.picks.is_attached:
            return
        entries, instead = self.entries(), self.instead()
        self.picks.show(entries, instead=instead)
        self.show_bars()

    def show_bars(self) -> None:
        """Bring the lines around the list up to date."""
        if self.picks.is_attached:
            self.title_bar.update()
            self._trouble.show(self._toasts())
            self.hint_bar.update()

    def entries(self) -> Sequence[Entry[Any]]:
        """The lines of the list."""
        raise NotImplementedError

    def instead(self) -> tuple[Line, ...]:
        """What stands there while the list is empty."""
        return ()

    def title_line(self) -> tuple[Line, Line]:
        """The title, and what stands at the right of it."""
        raise NotImplementedError

    def action_page_move(self, steps: int) -> None:
        self.picks.move(steps)

    def action_page_pick(self) -> None:
        self.picks.pick()

    def action_page_leave(self) -> None:
        self.dismiss(None)

    def _title(self, width: int) -> BarContent:
        left, right = self.title_line()
        return BarContent(spread((Span(" "), *left), (*right, Span(" ")), width), Ground.BAR)

    def _hints(self, width: int) -> BarContent:
        news = news_strip(self._toasts())
        return BarContent(page_hints(self.HINTS, width, keymap_of(self), news=news))


def placeholder_lines(tone: Tone, title: str, *lines: str) -> tuple[Line, ...]:
    """What an empty page says."""
    return ((Span(f"  {title}", tone),), (), *((Span(f"  {one}", Tone.MUTED),) for one in lines))
