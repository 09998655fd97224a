"""What the analyst decided while the server could not be reached, in order, until it is sent.

Nothing leaves it silently: an action is sent, dropped by the analyst, or refused and then kept with
the reason. An action rests on the alert as it was seen; once the one before it on the same alert is
done, it rests on what that made.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ir_client.wire.alerts import Alert
from ir_console.safe_text import safe_text

from .decisions import Decision
from .format import plural
from .picking import Entry
from .spans import Line, Span, Tone, fit

_TITLE_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Queued:
    """One action that is not sent. `problem` says why it was refused, if it was."""

    number: int
    decision: Decision
    seen: Alert
    problem: str = ""
    is_conflict: bool = False

    @property
    def words(self) -> str:
        """What it does, and to which alert."""
        return f"#{self.seen.id} {self.decision.words}"


@dataclass(slots=True)
class OutQueue:
    """The actions that are not sent, the oldest first."""

    _entries: dict[int, Queued] = field(default_factory=dict)
    _last: int = 0
    _waiting: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Queued]:
        return iter(self._entries.values())

    @property
    def next(self) -> Queued | None:
        """What is sent next: the oldest that was not refused."""
        return next((one for one in self if not one.problem), None)

    @property
    def newest(self) -> Queued | None:
        """What was queued last and waits still."""
        return next((one for one in reversed([*self]) if not one.problem), None)

    def waits(self, alert_id: int) -> bool:
        """Whether something is still to be sent about an alert."""
        # Asked for every row that is painted.
        return alert_id in self._waiting

    def has(self, decision: Decision, alert_id: int) -> bool:
        """Whether the last that waits about an alert is this already."""
        mine = [one for one in self if one.seen.id == alert_id and not one.problem]
        return bool(mine) and mine[-1].decision == decision

    def get(self, number: int) -> Queued | None:
        """One of them."""
        return self._entries.get(number)

    def add(self, decision: Decision, seen: Alert) -> Queued:
        """Keep an action until it can be sent."""
        self._last += 1
        queued = self._entries[self._last] = Queued(self._last, decision, seen)
        self._waiting |= {seen.id}
        return queued

    def drop(self, number: int) -> Queued | None:
        """Forget one: it is done, or the analyst does not want it any more."""
        dropped = self._entries.pop(number, None)
        self._note_waiting()
        return dropped

    def done(self, number: int, alert: Alert | None, revision: int | None) -> None:
        """One is done; what waits about the same alert rests on what it made."""
        queued = self._entries.pop(number, None)
        if queued is None:
            return
        made = alert or queued.seen.model_copy(update={"revision": revision})
        for key, one in self._entries.items():
            is_same = one.seen.id == queued.seen.id
            if is_same and not one.problem and one.seen.revision == queued.seen.revision:
                self._entries[key] = replace(one, seen=made)
        self._note_waiting()

    def refuse(self, number: int, problem: str, *, is_conflict: bool = False) -> None:
        """Keep one with the reason why the server did not take it."""
        if number in self._entries:
            queued = self._entries[number]
            self._entries[number] = replace(queued, problem=problem, is_conflict=is_conflict)
            self._note_waiting()

    def try_again(self) -> None:
        """What was refused for other reasons than a conflict is sent once more."""
        for key, one in self._entries.items():
            if one.problem and not one.is_conflict:
                self._entries[key] = replace(one, problem="")
        self._note_waiting()

    def _note_waiting(self) -> None:
        self._waiting = frozenset(one.seen.id for one in self if not one.problem)


def queue_words(queue: OutQueue) -> str:
    """How many are not sent, and how many of them were refused; nothing when there are none."""
    if not len(queue):
        return ""
    refused = sum(bool(one.problem) for one in queue)
    return f"{len(queue):,} queued" + (f", {refused:,} refused" if refused else "")


def queue_entries(queue: OutQueue) -> list[Entry[int]]:
    """One line for each, in the order in which they are sent."""
    return [Entry(one.number, _line(one)) for one in queue]


def unsent_words(queue: OutQueue) -> str:
    """What is lost with the console, for who ends it."""
    return f"{plural(len(queue), 'action')} not sent: " + ", ".join(one.words for one in queue)


def _line(one: Queued) -> Line:
    mark = Span("✗ ", Tone.ERROR) if one.problem else Span("↑ ", Tone.WARNING)
    title = safe_text(one.seen.title, _TITLE_LIMIT)
    if one.problem:
        return (mark, Span(fit(one.words, 36) + " "), Span(one.problem, Tone.WARNING))
    return (mark, Span(fit(one.words, 36) + " "), Span(title, Tone.MUTED))
