"""The filter that is in force, and the search for what passes it.

Up to some hundred thousand alerts are searched at one go. More are searched from the newest on, a
slice at a time, so that a key between two slices is answered: what is found is shown at once, and
what is older joins it. What comes or changes meanwhile is decided by itself, as always. A new order
of very many rows is such a search too.
"""

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import datetime

from .arranging import Arrangement
from .corpus import Corpus
from .filters import EVERYTHING, Filter
from .pace import Clock, Pace
from .rows import Key
from .selecting import Question, opens_alerts
from .viewport import Viewport
from .walk import Walk

AT_ONE_GO = 150_000
SLICE = 25_000
# What fills the screen at a key stroke; how much of the rest there is in a turn is measured.
FIRST = 5_000
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
    pace: Pace = field(default_factory=Pace)
    left: object = None
    """What showed the rows before, to be let go between two keys."""


@dataclass(frozen=True, slots=True)
class _Begun:
    """What the first slice has; `matching` may also have the cursor's alert."""

    search: _Search
    keys: list[Key]
    matching: Set[int]


class Sieve:
    """What decides which alerts are shown."""

    def __init__(self, corpus: Corpus, viewport: Viewport, size: SearchSize) -> None:
        self.filter = EVERYTHING
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
        if self._is_large:
            if unless_empty and not self._is_found_soon(wanted, now=now, me=me):
                return
            self.filter = wanted
            self._show(self._begun(wanted, among, now=now, me=me), keep=keep)
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
        if not self._is_large:
            self.change(self.filter, now=now, me=me)
        elif not self.is_searching:
            # What is shown stays until it is looked at again: nothing flickers.
            self._search = self._search_for(None, now=now, me=me)

    def arrange(self, arrangement: Arrangement, *, now: datetime, me: int | None) -> None:
        """Let the rows stand in another way, or settle when it is the same."""
        view = self._view
        if arrangement == view.arrangement or not self._is_large or view.is_held:
            anchor = self._viewport.anchor()
            view.arrange(arrangement)
            self._viewport.restore(anchor)
            return
        among = None if self.is_searching else view.matching_ids()
        begun = self._begun(self.filter, among, now=now, me=me)
        self._show(begun, keep=self._viewport.cursor, arrangement=arrangement)

    def go_on(self, *, count: int | None = None) -> bool:
        """Search one slice more, or so many alerts; whether there was one."""
        search = self._search
        if search is None:
            return False
        search.left = None
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

    def take_turn(self, clock: Clock) -> bool:
        """Search as many alerts more as there is time for in a turn; whether there were any."""
        pace = Pace() if self._search is None else self._search.pace
        return pace.turn(clock, lambda count: self.go_on(count=count))

    def finish(self) -> None:
        """Search all that is left, for whoever needs all of it at once."""
        while self.go_on():
            pass

    @property
    def _is_large(self) -> bool:
        return self._view.known_count > self.size.at_one_go

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

    def _is_found_soon(self, wanted: Filter, *, now: datetime, me: int | None) -> bool:
        """Whether one of the newest passes, or the cursor's alert."""
        looked_at = Walk(self._view).ids(self.size.slice) | self._own_id()
        return bool(self._find(wanted, looked_at, self._corpus.question(now=now, me=me)))

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
