"""The filter that is in force, and the search for what passes it.

Up to some hundred thousand alerts are searched at one go. More are searched from the newest on, a
slice at a time, so that a key between two slices is answered: what is found is shown at once, and
what is older joins it. What comes or changes meanwhile is decided by itself, as always. A new order
of very many rows is such a search too.
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

from .arranging import Arrangement
from .corpus import Corpus
from .filters import EVERYTHING, Filter
from .rows import Key
from .viewport import Viewport

AT_ONE_GO = 150_000
SLICE = 25_000


@dataclass(frozen=True, slots=True)
class SearchSize:
    """How many alerts are searched at one go, and how many in a slice where there are more."""

    at_one_go: int = AT_ONE_GO
    slice: int = SLICE


@dataclass(slots=True)
class _Search:
    """All from the key `below` on are searched; of the others only those `among` can pass."""

    below: Key | None = None
    searched: int = 0
    among: Set[int] | None = None
    is_over: bool = False


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
        known = self._view.known_count
        return 1.0 if self._search is None or not known else min(1.0, self._search.searched / known)

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
            begun = self._begun(wanted, among, now=now, me=me)
            if not (unless_empty and not begun.matching):
                self.filter = wanted
                self._show(begun, keep=keep)
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
            self._search = _Search()

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

    def go_on(self, *, now: datetime, me: int | None) -> bool:
        """Search one slice more; whether there was one."""
        search = self._search
        if search is None:
            return False
        anchor = self._viewport.anchor()
        keys = self._next_slice(search)
        looked_at = _ids(keys)
        if search.among is not None:
            # What came or changed since the search began is none of those, and is decided.
            looked_at = looked_at & search.among | self._view.shown_among(looked_at)
        matching = self._find(self.filter, looked_at, now=now, me=me)
        self._view.show_among(keys, matching, keep=self._viewport.cursor)
        self._viewport.restore(anchor)
        return True

    def finish(self, *, now: datetime, me: int | None) -> None:
        """Search all that is left, for whoever needs all of it at once."""
        while self.go_on(now=now, me=me):
            pass

    @property
    def _is_large(self) -> bool:
        return self._view.known_count > self.size.at_one_go

    def _begun(
        self, wanted: Filter, among: Set[int] | None, *, now: datetime, me: int | None
    ) -> _Begun:
        """Search the newest, and the cursor's alert wherever it stands."""
        search = _Search(among=among)
        keys = self._next_slice(search)
        cursor = self._view.get(self._viewport.cursor)
        own = [] if cursor is None else [cursor.key]
        looked_at = _ids([*keys, *own])
        if among is not None:
            looked_at &= among
        return _Begun(search, keys, self._find(wanted, looked_at, now=now, me=me))

    def _find(
        self, wanted: Filter, looked_at: set[int], *, now: datetime, me: int | None
    ) -> set[int]:
        looked_at = self._view.still_there(looked_at)
        # A search among most of all alerts passes over all of them, and finds others too.
        return looked_at & self._corpus.find(wanted, now=now, me=me, among=looked_at)

    def _show(
        self, begun: _Begun, *, keep: int | None, arrangement: Arrangement | None = None
    ) -> None:
        anchor, cursor = self._viewport.anchor(), self._viewport.cursor
        self._view.show_only(begun.matching & {cursor}, keep=keep, arrangement=arrangement)
        self._view.show_among(begun.keys, begun.matching, keep=keep)
        self._viewport.restore(anchor)
        self._search = None if begun.search.is_over else begun.search

    def _next_slice(self, search: _Search) -> list[Key]:
        """The keys that are searched next, oldest first."""
        keys = self._view.known_before(search.below, self.size.slice)
        search.searched += len(keys)
        search.is_over = len(keys) < self.size.slice
        if keys:
            search.below = keys[0]
        if search.is_over and self._search is search:
            self._search = None
        return keys


def _ids(keys: list[Key]) -> set[int]:
    return {key[1] for key in keys}
