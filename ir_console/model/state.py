"""Everything the console knows: the alerts, what is shown of them, and what was just said.

One place takes in what the feed brings, so that the table, the counters, the toasts and the
detail pane always speak of the same alerts. Holds no widget and no clock.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ir_client.book import AlertBook, AlertRow, ChangeKind
from ir_client.wire.auth import User

from .arranging import Arrangement
from .arrivals import Arrival, Departure, Frame, Origin
from .company import NOBODY_ELSE, Company
from .corpus import Corpus, passes
from .filters import Filter
from .keymap import USUAL, Keymap
from .link import Link
from .marks import Marks
from .mutes import Mutes
from .out_queue import OutQueue
from .pace import Clock
from .pulse import Pulse
from .rate import Rate
from .reminders import Reminders
from .rows import Row, came_back, seen_again
from .saved_views import ALL, View, ViewList
from .selecting import Question
from .sieve import SearchSize, Sieve
from .toasts import ToastBoard, ToastPolicy
from .view_counts import ViewCounts
from .viewport import Mode, Viewport
from .views import TableView
from .walk import Walk

__all__ = ["Arrival", "ConsoleState", "Departure", "Frame", "Origin"]

FLASH_SECONDS = 4.0
# How late an alert may leave a filter such as `received_at > now-1h`.
_AGING_SECONDS = 5.0
_NEVER = datetime.fromtimestamp(0, UTC)


@dataclass(slots=True)
class ConsoleState:
    """The state behind the screen."""

    policy: ToastPolicy = field(default_factory=ToastPolicy)
    book: AlertBook = field(default_factory=AlertBook)
    view: TableView = field(default_factory=TableView)
    link: Link = field(default_factory=Link)
    me: User | None = None
    moment: datetime = _NEVER
    """What the clock on the wall says, as far as the filter goes."""
    company: Company = NOBODY_ELSE
    pulse: Pulse = field(default_factory=Pulse)
    mutes: Mutes = field(default_factory=Mutes)
    reminders: Reminders = field(default_factory=Reminders)
    columns: tuple[str, ...] = ()
    """The columns that were asked for; none are those that fit the width."""
    views: ViewList = field(default_factory=ViewList)
    keymap: Keymap = USUAL
    chosen_view: View = ALL
    counts: ViewCounts = field(init=False)
    pending: dict[int, str] = field(default_factory=dict)
    queue: OutQueue = field(default_factory=OutQueue)
    viewport: Viewport = field(init=False)
    toasts: ToastBoard = field(init=False)
    corpus: Corpus = field(init=False)
    marks: Marks = field(init=False)
    search_size: SearchSize = field(default_factory=SearchSize)
    clock: Clock | None = None
    """By what the turns of long work are measured; without one a search is done at one go."""
    sieve: Sieve = field(init=False)
    _filtered_at: datetime = _NEVER
    _fresh: dict[int, float] = field(default_factory=dict)
    _backlog: list[Row] = field(default_factory=list)
    _rate: Rate = field(default_factory=Rate)

    def __post_init__(self) -> None:
        self.viewport = Viewport(self.view)
        self.toasts = ToastBoard(self.policy)
        self.corpus = Corpus(self.book)
        self.sieve = Sieve(self.corpus, self.viewport, self.search_size, self.clock)
        self.marks = Marks(self.view)
        self.counts = self.views.counts()

    @property
    def filter(self) -> Filter:
        """What decides which alerts are shown."""
        return self.sieve.filter

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor: what actions act on."""
        return self.view.get(self.viewport.cursor)

    def take_in(self, news: Iterable[Arrival | Departure], now: float) -> Frame:
        """Apply one batch; every widget is updated once from what this returns."""
        anchor = self.viewport.anchor()
        changed: set[int] = set()
        added = 0
        new_rows: list[Row] = []
        question = self.question()
        for arrival in news:
            if isinstance(arrival, Departure):
                changed |= self._let_go(arrival)
                continue
            change = self.corpus.apply(arrival.alert)
            if change is None or change.after is None:
                continue
            row = Row.of(change.after, is_seen_again=seen_again(arrival.alert))
            before = self.view.get(row.id)
            self.counts.put(change.after, question)
            matches = passes(self.filter, question, change.after)
            self.view.put(row, matches=matches, keep=self.viewport.cursor)
            changed.add(row.id)
            if before is not None and came_back(before, row):
                self.toasts.announce_again(row, now)
            if change.kind is ChangeKind.ADDED:
                added += arrival.origin is not Origin.FETCHED
                self.pulse.note(row.received, row.severity)
                is_muted = self._is_muted(arrival.origin, change.after, question)
                self._note_added(row, arrival.origin, now, [] if is_muted else new_rows)
        if self.viewport.mode is Mode.FOLLOWING and not len(self.marks):
            self.view.settle()
        self.viewport.restore(anchor)
        self.toasts.announce(new_rows, now, on_cursor=self.viewport.cursor)
        self._rate.note(added, now)
        return Frame(frozenset(changed))

    def _is_muted(self, origin: Origin, row: AlertRow, question: Question) -> bool:
        is_news = origin is Origin.PUSHED_NEW and len(self.mutes) > 0
        return is_news and self.mutes.silence(row, question)

    def _let_go(self, departure: Departure) -> set[int]:
        change = self.corpus.remove(departure.alert_id, departure.revision)
        if change is None:
            return set()
        self.counts.drop(departure.alert_id)
        self._fresh.pop(departure.alert_id, None)
        self.marks.drop(frozenset({departure.alert_id}))
        self.view.withdraw(departure.alert_id, keep=self.viewport.cursor)
        return {departure.alert_id}

    def caught_up(self, now: float) -> None:
        """Sum up what came while the connection was down."""
        self.toasts.sum_up_backlog(self._backlog, now)
        self._backlog.clear()

    def set_filter(
        self, wanted: Filter, *, unless_empty: bool = False, leaves_ghost: bool = True
    ) -> None:
        """Show what passes; the cursor's alert stays under the cursor, if need be as a ghost.

        `unless_empty`: a filter that nothing passes changes nothing.
        """
        self.sieve.change(
            wanted,
            now=self.moment,
            me=self._my_id,
            unless_empty=unless_empty,
            leaves_ghost=leaves_ghost,
        )
        self._filtered_at = self.moment

    def search_on(self, *, to_the_end: bool = False) -> bool:
        """Search a slice of older alerts; whether there were any."""
        if to_the_end:
            self.sieve.finish()
        return self.sieve.go_on()

    def count_on(self) -> bool:
        """Count more of the alerts of the views; whether there were any left."""
        if self.clock is not None:
            return self.counts.take_turn(self.corpus.choose, self.clock)
        return self.counts.go_on(self.corpus.choose, count=self.search_size.slice)

    def count_over(self, only: Callable[[Filter], bool]) -> None:
        """Begin to count some views over; few alerts are counted at once."""
        self.counts.count_over(Walk(self.view), self.question(), only=only)
        self.counts.go_on(self.corpus.choose, count=self.search_size.slice)

    def meet(self, me: User | None) -> None:
        """Learn who is logged in: what is `me` in the filter."""
        is_news = me is not None and me.id != self._my_id
        self.me = me
        if is_news:
            self.count_over(lambda wanted: wanted.query.uses_me)
        if is_news and self.filter.query.uses_me:
            self.set_filter(self.filter)

    def let_filter_age(self) -> bool:
        """Let go what is too old for the filter by now; whether it was looked for."""
        waited = (self.moment - self._filtered_at).total_seconds()
        # While the display is held nothing comes or goes.
        if waited < _AGING_SECONDS:
            return False
        self._filtered_at = self.moment
        self.count_over(lambda wanted: wanted.ages)
        is_due = self.filter.ages and not self.view.is_held
        if is_due:
            self.sieve.ask_again(now=self.moment, me=self._my_id)
        return is_due

    @property
    def look(self) -> View:
        """What is shown now, under the name of the view that was chosen."""
        return View(self.chosen_view.name, self.filter, self.view.arrangement, self.columns)

    @property
    def is_filter_changed(self) -> bool:
        """Whether the filter is another one than that of the view."""
        return self.filter != self.chosen_view.filter

    @property
    def is_view_changed(self) -> bool:
        """Whether something else is shown than the view that was chosen says."""
        return not self.look.looks_like(self.chosen_view)

    def find(self, wanted: Filter) -> set[int]:
        """All alerts that pass a filter now."""
        return self.corpus.find(wanted, now=self.moment, me=self._my_id)

    def question(self) -> Question:
        """What asks of alerts now, for this user."""
        return self.corpus.question(now=self.moment, me=self._my_id)

    @property
    def _my_id(self) -> int | None:
        return None if self.me is None else self.me.id

    def mark(self, how: str) -> None:
        """Mark one alert and move on, a range up to the cursor, all that is shown, or invert."""
        cursor = self.viewport.cursor
        if how != "one":
            self.search_on(to_the_end=True)
        match how:
            case "all":
                self.marks.mark_all()
            case "invert":
                self.marks.invert()
            case "range" if cursor is not None:
                self.marks.mark_to(cursor)
            case "one" if cursor is not None:
                self.marks.toggle(cursor)
                self.viewport.move(1)

    def mark_group(self) -> bool:
        """Mark the alerts of the group under the cursor; False where there is none."""
        return self.marks.mark_members(self.viewport.cursor or 0)

    def arrange(self, arrangement: Arrangement) -> None:
        """Let the rows stand in another way, or settle when it is the same."""
        self.sieve.arrange(arrangement, now=self.moment, me=self._my_id)

    def toggle_fold(self, *, everything: bool = False) -> bool:
        """Fold or unfold the group of the cursor's line, or all; False where there are none."""
        anchor, cursor = self.viewport.anchor(), self.viewport.cursor
        if everything:
            self.view.fold_all()
        elif cursor is None or self.view.fold(cursor) is None:
            return False
        self.viewport.restore(anchor)
        return bool(self.view.arrangement.group)

    def toggle_hold(self) -> None:
        """Freeze which rows are shown, or let them in again."""
        anchor = self.viewport.anchor()
        if self.view.is_held:
            self.view.resume(keep=self.viewport.cursor)
        else:
            self.view.hold()
        self.viewport.restore(anchor)

    def is_fresh(self, alert_id: int) -> bool:
        """Whether an alert came so recently that it should catch the eye."""
        return alert_id in self._fresh

    def forget_stale_flashes(self, now: float) -> bool:
        """Drop what is no longer fresh; whether anything was."""
        stale = [key for key, arrived in self._fresh.items() if now - arrived >= FLASH_SECONDS]
        for key in stale:
            del self._fresh[key]
        return bool(stale)

    def alerts_per_second(self, now: float) -> float:
        """New alerts a second, over the last ten seconds."""
        return self._rate.per_second(now)

    def _note_added(self, row: Row, origin: Origin, now: float, new_rows: list[Row]) -> None:
        if origin is Origin.BACKFILLED:
            self._backlog.append(row)
        elif origin is Origin.PUSHED_NEW:
            new_rows.append(row)
        if origin is not Origin.FETCHED:
            self._fresh[row.id] = now
