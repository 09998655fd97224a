"""Everything that messages said, for whoever missed one."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from .spans import Tone

_MOST_SAID = 500


@dataclass(frozen=True, slots=True)
class Words:
    """A message as said: tone, headline, detail; texts are safe to show."""

    tone: Tone
    headline: str
    detail: str = ""


@dataclass(slots=True)
class Said:
    """A message and when it was said; `alert_id` is the alert that it is about, if it is one."""

    at: datetime
    words: Callable[[], Words]
    alert_id: int | None = None


class Sayings:
    """The last five hundred messages."""

    def __init__(self) -> None:
        self._said: deque[Said] = deque(maxlen=_MOST_SAID)

    def __len__(self) -> int:
        return len(self._said)

    def __iter__(self) -> Iterator[Said]:
        """Newest first."""
        return reversed(self._said)

    def note(self, at: datetime, words: Callable[[], Words], alert_id: int | None = None) -> Said:
        """Take in a message; one that counts up in place says the newest when it is asked."""
        said = Said(at, words, alert_id)
        self._said.append(said)
        return said
