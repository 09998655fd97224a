"""The filter that is in force, and the search for what passes it.

Few alerts are searched at one go. Many are searched from the newest on, a slice at a time: as many
slices as there is time for before a key must be painted, the rest in turns between which keys are
answered. What is found is shown at once, and what is older joins it. What comes or changes
meanwhile is decided by itself, as always. A new order of many rows is such a search too.
"""

from collections.abc import Callable, Collection, Set
from dataclasses import dataclass, field
from datetime import datetime

from .arranging import Arrangement
from .corpus import Corpus
from .filters import EVERYTHING, Filter
from .pace import TURN_SECONDS, Clock, Pace
from .rows import Key
from .selecting import Question, opens_alerts
from .viewport import Viewport
from .walk import Walk

AT_ONE_GO = 20_000
SLICE = 25_000
# What fills the screen at a key stroke.
FIRST = 5_000
# How long a key stroke searches, and in slices of what length: it is done at most one slice later.
AT_ONCE_SECONDS = 0.002
_SLICE_SECONDS = 0.002
# To open an alert takes some 25 µs, to look at its row less than one.
_FEWER_ARE_OPENED = 10


@dataclass(frozen=True, slots=True)
class SearchSize:
    """How many alerts are searched at one go, and how many in a slice where there are more.

    The `first` are shown at once. A word that may still become a field's name is looked for in a
    whole slice.
    """

    at_one_go: int = AT_ONE_GO
    slice: int = SLICE
    first: int = FIRST


@dataclass(slots=True)
class _Search:
    """Of what is still to be walked over, only those `among` can pass."""

    walk: Walk
    question: Question
    among: Set[int] | None = None
    pace: Pace = field(default_factory=lambda: Pace(_SLICE_SECONDS))
    left: object = None
    """What showed the rows before, to be let go in a turn that is not a key's."""


@dataclass(frozen=True, slots=True)
class _Begun:
    """What the first slice has; `matching` may also have the cursor's alert."""

    search: _Search
    keys: list[Key]
    matching: Set[int]


class Sieve:
    """What decides which alerts are shown."""

    def __init__(
        self, corpus: Corpus, viewport: Viewport, size: SearchSize, clock: Clock | None
    ) -> None:
        self.filter = EVERYTHING
        self._clock = clock
        self._corpus = corpus
        self._viewport = viewport
        self._view = viewport.view
        self.size = size
        self._search: _Search | None = None

    @property
    def searched_share(self) -> float:
        """How much of all alerts is searched, from 0 to 1."""
        return 1.0 if self._search is None else self._search.walk.share

    @property
    def is_searching(self) -> bool:
        """Whether older alerts are still to be searched."""
        return self._search is not None

    def change(
        self,
        wanted: Filter,
        *,
        now: datetime,
        me: int | None,
        unless_empty: bool = False,
        leaves_ghost: bool = True,
    ) -> None:
        """Show what passes; the cursor's alert stays under the cursor, if need be as a ghost.

        `unless_empty`: a filter that nothing passes, as far as is searched at once, changes
        nothing.
        """
        before, among = self.filter, None
        if wanted is not before and not self.is_searching and wanted.narrows(before):
            among = self._view.matching_ids()
        keep = self._viewport.cursor if leaves_ghost else None
        if self._are_many(among):
            began = self._seconds()
            begun = self._begun(wanted, among, now=now, me=me)
            if unless_empty and not begun.matching and not self._is_found_soon(wanted, begun):
                return
            self.filter = wanted
            self._show(begun, keep=keep)
            self._search_until(began + AT_ONCE_SECONDS)
            return
        within = None if among is None else before
        matching = self._corpus.find(wanted, now=now, me=me, among=among, within=within)
        if unless_empty and not matching:
            return
        self.filter, self._search = wanted, None
        anchor = self._viewport.anchor()
        self._view.show_only(matching, keep=keep)
        self._viewport.restore(anchor)

    def ask_again(self, *, now: datetime, me: int | None) -> None:
        """Show what passes by now, though the filter is the same."""
        if not self._are_many():
            self.change(self.filter, now=now, me=me)
        elif not self.is_searching:
            # What is shown stays until it is looked at again: nothing flickers.
            self._search = self._search_for(None, now=now, me=me)

    def arrange(self, arrangement: Arrangement, *, now: datetime, me: int | None) -> None:
        """Let the rows stand in another way, or settle when it is the same."""
        view = self._view
        among = None if self.is_searching else view.matching_ids()
        if arrangement == view.arrangement or not self._are_many(among) or view.is_held:
            anchor = self._viewport.anchor()
            view.arrange(arrangement)
            self._viewport.restore(anchor)
            return
        began = self._seconds()
        begun = self._begun(self.filter, among, now=now, me=me)
        # Each slice touches all places in which its rows stand: larger ones are less work in all.
        begun.search.pace = Pace()
        self._show(begun, keep=self._viewport.cursor, arrangement=arrangement)
        self._search_until(began + AT_ONCE_SECONDS)

    def go_on(self, *, count: int | None = None) -> bool:
        """Search one slice more, or so many alerts; whether there was one."""
        search = self._search
        if search is None:
            return False
        anchor = self._viewport.anchor()
        keys = search.walk.keys(count or self.size.slice)
        if search.walk.is_over:
            self._search = None
        looked_at = _ids(keys)
        if search.among is not None:
            # What came or changed since the search began is none of those, and is decided.
            looked_at = looked_at & search.among | self._view.shown_among(looked_at)
        matching = self._find(self.filter, looked_at, search.question)
        self._view.show_among(keys, matching, keep=self._viewport.cursor)
        self._viewport.restore(anchor)
        return True

    def take_turn(self, *, may_go_on: Callable[[], bool] = lambda: True) -> bool:
        """Search as many alerts more as there is time for in a turn; whether there were any.

        `may_go_on` is asked between slices; False ends the turn.
        """
        if self._search is None:
            return False
        end = self._seconds() + TURN_SECONDS
        self._search.left = None
        self._search_until(end, may_go_on)
        return True

    def finish(self) -> None:
        """Search all that is left, for whoever needs all of it at once."""
        while self.go_on():
            pass

    def _seconds(self) -> float:
        return 0.0 if self._clock is None else self._clock()

    def _search_until(self, end: float, may_go_on: Callable[[], bool] = lambda: True) -> None:
        """Search slices for as long as the clock does not say that it is time to end."""
        clock = self._clock
        if clock is None:
            self.finish()
            return
        while (search := self._search) is not None and clock() < end and may_go_on():
            search.pace.turn(clock, lambda count: self.go_on(count=count))

    def _are_many(self, among: Collection[int] | None = None) -> bool:
        count = self._view.known_count if among is None else len(among)
        return count > self.size.at_one_go

    def _search_for(self, among: Set[int] | None, *, now: datetime, me: int | None) -> _Search:
        return _Search(Walk(self._view), self._corpus.question(now=now, me=me), among)

    def _begun(
        self, wanted: Filter, among: Set[int] | None, *, now: datetime, me: int | None
    ) -> _Begun:
        """Search the newest, and the cursor's alert wherever it stands."""
        search = self._search_for(among, now=now, me=me)
        keys = search.walk.keys(self._first_of(wanted))
        looked_at = _ids(keys) | self._own_id()
        if among is not None:
            looked_at &= among
        return _Begun(search, keys, self._find(wanted, looked_at, search.question))

    def _first_of(self, wanted: Filter) -> int:
        first = self.size.first
        return max(1, first // _FEWER_ARE_OPENED) if opens_alerts(wanted.query.root) else first

    def _is_found_soon(self, wanted: Filter, begun: _Begun) -> bool:
        """Whether any alert of a slice passes, though none of the first did."""
        looked_at = Walk(self._view).ids(self.size.slice)
        return bool(self._find(wanted, looked_at, begun.search.question))

    def _own_id(self) -> set[int]:
        """The cursor's alert, if it is on one."""
        cursor = self._view.get(self._viewport.cursor)
        return set() if cursor is None else {cursor.id}

    def _find(self, wanted: Filter, looked_at: set[int], question: Question) -> set[int]:
        return self._corpus.choose(wanted, self._view.still_there(looked_at), question)

    def _show(
        self, begun: _Begun, *, keep: int | None, arrangement: Arrangement | None = None
    ) -> None:
        anchor, cursor = self._viewport.anchor(), self._viewport.cursor
        own = begun.matching & {cursor}
        begun.search.left = self._view.show_only(own, keep=keep, arrangement=arrangement)
        self._view.show_among(begun.keys, begun.matching, keep=keep)
        self._viewport.restore(anchor)
        self._search = None if begun.search.walk.is_over else begun.search


def _ids(keys: list[Key]) -> set[int]:
    return {key[1] for key in keys}
