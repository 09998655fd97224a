"""The console: where the feed, the state and the screen meet.

The feed only says that there is something; at most so many times a second one batch is taken in
and each widget told once. A failing worker becomes words on the screen, never the end of it.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from rich.segment import Segments
from rich.text import Text
from textual import events, on
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from ir_console.feed import ConsoleClient, Feed
from ir_console.model.keymap import Keymap
from ir_console.model.layout import is_too_small
from ir_console.model.link import CaughtUp, Link
from ir_console.model.looking import choose_view
from ir_console.model.saved_views import ALL, ViewList
from ir_console.model.spans import Tone
from ir_console.model.state import ConsoleState, Frame
from ir_console.model.themes import PALETTES, THEME_WORDS
from ir_console.model.toasts import Toast, ToastPolicy
from ir_console.safe_text import safe_block
from ir_console.settings import ConsoleSettings
from ir_console.shelf import Shelf

from .after import after
from .carrying import Carrying
from .commanding import CommandingApp
from .crash import crash_words, write_report
from .desk import Desk
from .incident_actions import IncidentActions
from .keeping import Keeping
from .many_flow import ManyFlow
from .messages import FrameDue
from .noticing import Noticing
from .overviews import Overviews
from .painter import Painter, theme_of
from .precedence import KeysFirstApp
from .profile_flow import ProfileFlow, Profiles
from .reading import Reading
from .reading_actions import ReadingActions
from .ringing import ring
from .screens.live import LiveScreen
from .screens.too_small import TooSmallScreen
from .triage_context import TriageContext

_log = logging.getLogger(__name__)

# Small: a key has to go through the loop some ten times before it is painted.
_SLICE = 25
_BUDGET_SECONDS = 0.002
_BEHIND_A_KEY_SECONDS = 0.003


class ConsoleApp(KeysFirstApp, CommandingApp, IncidentActions, ReadingActions):
    """The live console of an open client."""

    CSS_PATH = "console.tcss"
    TITLE = "IR Console"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c,ctrl+q", "quit", show=False),
        Binding("ctrl+p", "command_palette", id="console.palette", show=False, priority=True),
    ]

    def __init__(
        self,
        client: ConsoleClient,
        *,
        settings: ConsoleSettings | None = None,
        profile: str = "",
        settings_file: Path | None = None,
        wall_clock: Callable[[], float] = time.time,
        shelf: Shelf | None = None,
        profiles: Profiles | None = None,
    ) -> None:
        self.settings = settings or ConsoleSettings()
        self.keymap = Keymap.of(self.settings.keys)
        self._painters = {name: Painter(palette) for name, palette in PALETTES.items()}
        super().__init__()
        self.settings_file = settings_file
        views = ViewList.of(self.settings.views)
        self.state = ConsoleState(
            _toast_policy(self.settings), views=views, keymap=self.keymap, clock=time.thread_time
        )
        choose_view(self.state, views.named(self.settings.view) or ALL)
        self._is_frame_due = False
        self._last_frame = 0.0
        self._changed: set[int] = set()
        self._wall_clock = wall_clock
        self._summed_up: CaughtUp | None = None
        self._wire(client, profile, wall_clock, shelf or Shelf())
        others = profiles or Profiles(profile, obstacle="This console is of one server only.")
        self.profiles = ProfileFlow(self.triage, others, self.queueing, self.exit)
        for palette in PALETTES.values():
            self.register_theme(theme_of(palette))
        self.theme = THEME_WORDS[self.settings.theme]

    @property
    def painter(self) -> Painter:
        """Paints in the present theme."""
        return self._painters.get(self.theme) or next(iter(self._painters.values()))

    def _wire(
        self, client: ConsoleClient, profile: str, wall_clock: Callable[[], float], shelf: Shelf
    ) -> None:
        settings, state, clock = self.settings, self.state, self.clock
        self.feed = Feed(
            client,
            snapshot_limit=settings.snapshot_limit,
            clock=clock,
            wake=self._wake,
            turn=self.turn,
        )
        self.desk = Desk(client)
        ways = (settings.read_only, lambda: self.painter, self.show_triage)
        context = TriageContext(self, state, self.desk, clock, *ways)
        self.begin_triage(context)
        self.begin_incidents(context, client, self.feed, wall_clock)
        self.queueing.many = ManyFlow(context, self.bulk, self.escalation)
        self.live = LiveScreen(
            state,
            painter=lambda: self.painter,
            clock=clock,
            wall_clock=wall_clock,
            profile=profile,
            is_read_only=settings.read_only,
            keymap=self.keymap,
        )
        self.reading = Reading(self, self.live, self.feed, self.desk)
        self.carrying = Carrying(self, self.live, self.reading, getattr(client, "url", ""))
        self.keeping = Keeping(state, shelf, self.reading.say, wall_clock)
        self.noticing = Noticing(self, self.live, self.reading, self.keeping)
        self.overviews = Overviews(self, self.live, self.reading, self.desk, self.keeping)

    def get_default_screen(self) -> Screen[None]:
        return self.live

    def clock(self) -> float:
        """The event loop's clock, which the SDK's times are of too."""
        return asyncio.get_running_loop().time()

    def on_mount(self) -> None:
        self.set_keymap(self.keymap.changed)
        self.run_worker(self.feed.run(), group="feed", exit_on_error=False)
        self.set_interval(1.0, self._tick)
        self.keeping.begin()

    # Frames

    def _wake(self) -> None:
        if not self._is_frame_due:
            self._is_frame_due = True
            self.post_message(FrameDue())

    @on(FrameDue)
    async def frame_due(self) -> None:
        """Take in what arrived, and show it now or when the last frame is long enough ago."""
        wait = self._last_frame + 1 / self.settings.frames_per_second - self.clock()
        if self.is_key_on_its_way:
            after(self, _BEHIND_A_KEY_SECONDS, self.frame_due)
        elif wait > 0 and len(self.feed.inbox):
            self._take_in()
            # Keys are handled before the next slice: the toolkit itself lets nobody else have a
            # turn while there are messages.
            await asyncio.sleep(0)
            self.call_later(self.frame_due)
        elif wait > 0:
            after(self, wait, self.frame_due)
        else:
            self.show_frame()

    def _take_in(self) -> None:
        started = self.clock()
        self._look_at_the_wall()
        while arrivals := self.feed.take(_SLICE):
            self._changed |= self.state.take_in(arrivals, started).changed
            if self.is_key_on_its_way or self.clock() - started > _BUDGET_SECONDS:
                break

    def show_frame(self) -> None:
        """Show all that was taken in, without waiting until the next frame is due."""
        self._is_frame_due = False
        self._last_frame = self.clock()
        self._take_in()
        changed, self._changed = self._changed, set()
        self._take_in_link(self.feed.link)
        self.state.meet(self.feed.me)
        self.reading.meet_viewers()
        if rings := self.state.toasts.take_rings():
            ring(self, rings, bell=self.settings.bell, notice=self.settings.desktop_notice)
        self.incidents.tick()
        self.queueing.tick()
        self.live.show_frame(Frame(frozenset(changed)))
        self.show_page()
        if len(self.feed.inbox):
            self._wake()

    def _take_in_link(self, link: Link) -> None:
        self.state.link = link
        if link.caught_up is not self._summed_up and not len(self.feed.inbox):
            self._summed_up = link.caught_up
            self.state.caught_up(self.clock())

    def _look_at_the_wall(self) -> None:
        self.state.moment = datetime.fromtimestamp(self._wall_clock(), UTC)
        self.state.toasts.moment = self.state.moment

    def _tick(self) -> None:
        if self.is_key_on_its_way:
            after(self, _BEHIND_A_KEY_SECONDS, self._tick)
            return
        self._look_at_the_wall()
        self.state.forget_stale_flashes(self.clock())
        self.feed.measure()
        self.state.link = self.feed.link
        self.reading.tick()
        self.keeping.tick()
        self.overviews.tick()
        self.live.tick()
        self.show_page()

    @on(Worker.StateChanged)
    def worker_changed(self, event: Worker.StateChanged) -> None:
        """Say that a worker failed, instead of ending."""
        error = event.worker.error
        if event.state is WorkerState.ERROR and error is not None:
            report = write_report(error)
            words = Toast(Tone.ERROR, "Something in the console failed", f"A report is in {report}")
            self.state.toasts.tell(words, self.clock())

    def show_triage(self) -> None:
        self.live.show_all()
        self.show_page()

    # The console itself

    def action_retry(self) -> None:
        self.feed.retry()

    def action_dismiss(self) -> None:
        self.state.toasts.dismiss()
        self.live.show_bars()

    def action_next_theme(self) -> None:
        names = list(PALETTES)
        at = names.index(self.theme) if self.theme in names else 0
        self.theme = names[(at + 1) % len(names)]

    def watch_theme(self, theme_name: str) -> None:  # noqa: ARG002 -- the name of the reactive
        if self.is_running and self.screen_stack:
            self.live.repaint()

    async def on_event(self, event: events.Event) -> None:
        """Make pasted text safe before any input sees it: it may come from an alert."""
        if isinstance(event, events.Paste):
            event.text = safe_block(event.text)
        await super().on_event(event)

    def on_resize(self, event: events.Resize) -> None:
        """Step aside while the terminal is too small."""
        is_shown = any(isinstance(screen, TooSmallScreen) for screen in self.screen_stack)
        if is_too_small(*event.size) and not is_shown:
            self.push_screen(TooSmallScreen())
        elif not is_too_small(*event.size) and isinstance(self.screen, TooSmallScreen):
            self.pop_screen()

    def _fatal_error(self) -> None:
        # The toolkit's own would print local variables; see crash.
        error = self._exception or RuntimeError()
        words = Text(crash_words(error, write_report(error)))
        self._exit_renderables.append(Segments(self.console.render(words, self.console.options)))
        self._close_messages_no_wait()


def _toast_policy(settings: ConsoleSettings) -> ToastPolicy:
    severity = None if settings.toast_severity == "none" else settings.toast_severity
    return ToastPolicy(minimum_severity=severity, seconds=settings.toast_seconds)
