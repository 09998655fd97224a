"""What makes no message for a while: queries with an end.

A muted alert is in the table like any other; it is only not announced, and counted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ir_client.book import AlertRow
from ir_client.errors import QueryError

from .corpus import passes
from .filters import Filter, read_filter
from .selecting import Question

_MOST_MUTES = 50


@dataclass(frozen=True, slots=True)
class Mute:
    """Alerts that pass `wanted` are silent until then; `words` say what it is, safe to show."""

    words: str
    wanted: Filter
    until: datetime

    @classmethod
    def read(cls, words: str, query: str, until: datetime) -> "Mute | None":
        """A mute from its query; None when that cannot be read (any more)."""
        try:
            return cls(words, read_filter(query), until)
        except QueryError:
            return None


class Mutes:
    """The mutes in force, and how many messages they have spared."""

    def __init__(self) -> None:
        self._mutes: list[Mute] = []
        self.silenced = 0

    def __len__(self) -> int:
        return len(self._mutes)

    def __iter__(self) -> Iterator[Mute]:
        return iter(self._mutes)

    def add(self, mute: Mute) -> None:
        """Mute one thing more; the same again gets the new end."""
        self._mutes = [one for one in self._mutes if one.wanted.text != mute.wanted.text]
        self._mutes.append(mute)
        del self._mutes[:-_MOST_MUTES]

    def remove(self, mute: Mute) -> None:
        """Let it be said again, whatever its end is now."""
        self._mutes = [one for one in self._mutes if one.wanted.text != mute.wanted.text]
        if not self._mutes:
            self.silenced = 0

    def expire(self, now: datetime) -> Sequence[Mute]:
        """Drop and return those whose time is over."""
        over = [mute for mute in self._mutes if mute.until <= now]
        for mute in over:
            self.remove(mute)
        return over

    def silence(self, row: AlertRow, question: Question) -> bool:
        """Whether this alert makes no message; counts it."""
        is_muted = any(passes(mute.wanted, question, row) for mute in self._mutes)
        self.silenced += is_muted
        return is_muted
