"""What the analyst decided while the server could not be reached, in order, until it is sent.

Nothing leaves it silently: an action is sent, dropped by the analyst, or refused and then kept with
the reason; one on many alerts with what came of each. An action rests on the alert as it was seen;
once the one before it on the same alert is done, it rests on what that made.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ir_client.wire.alerts import Alert
from ir_console.safe_text import safe_text

from .bulk import ItemResult
from .decisions import Decision
from .escalation import Joining
from .format import plural
from .picking import Entry
from .queued import Made, Queued, QueuedMany
from .spans import Line, Span, Tone, fit
from .undo import Before

_TITLE_LIMIT = 200
_WORDS_WIDTH = 36

Item = Queued | QueuedMany


@dataclass(slots=True)
class OutQueue:
    """The actions that are not sent, the oldest first."""

    _entries: dict[int, Item] = field(default_factory=dict)
    _last: int = 0
    _waiting: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._entries.values())

    @property
    def next(self) -> Item | None:
        """What is sent next: the oldest that was not refused."""
        return next((one for one in self if not one.problem), None)

    @property
    def newest(self) -> Item | None:
        """What was queued last and waits still."""
        return next((one for one in reversed([*self]) if not one.problem), None)

    def waits(self, alert_id: int) -> bool:
        """Whether something is still to be sent about an alert."""
        # Asked for every row that is painted.
        return alert_id in self._waiting

    def has(self, decision: Decision, alert_id: int) -> bool:
        """Whether the last that waits about an alert is this already."""
        mine = [one for one in self if alert_id in one.alert_ids and not one.problem]
        last = mine[-1] if mine else None
        return isinstance(last, Queued) and last.decision == decision

    def has_many(self, deed: Decision | Joining, before: Mapping[int, Before]) -> bool:
        """Whether the last that waits is this already, on the same alerts."""
        last = self.newest
        if not isinstance(last, QueuedMany):
            return False
        return last.deed == deed and last.before.keys() == before.keys()

    @property
    def joining(self) -> frozenset[int]:
        """The alerts that wait to join an incident."""
        waiting = (one for one in self if isinstance(one, QueuedMany) and not one.problem)
        joins = (one for one in waiting if isinstance(one.deed, Joining))
        return frozenset(alert_id for one in joins for alert_id in one.to_send)

    def get(self, number: int) -> Item | None:
        """One of them."""
        return self._entries.get(number)

    def add(self, decision: Decision, seen: Alert) -> Queued:
        """Keep an action until it can be sent."""
        self._last += 1
        queued = self._entries[self._last] = Queued(self._last, decision, seen)
        self._waiting |= {seen.id}
        return queued

    def add_many(self, deed: Decision | Joining, before: Mapping[int, Before]) -> QueuedMany:
        """Keep an action on many alerts, as they were decided about, until it can be sent."""
        self._last += 1
        queued = self._entries[self._last] = QueuedMany(self._last, deed, before)
        self._waiting |= before.keys()
        return queued

    def drop(self, number: int) -> Item | None:
        """Forget one: it is done, or the analyst does not want it any more."""
        dropped = self._entries.pop(number, None)
        self._note_waiting()
        return dropped

    def done(self, number: int, alert: Alert | None, revision: int | None) -> None:
        """One is done; what waits about the same alert rests on what it made."""
        queued = self._entries.pop(number, None)
        if isinstance(queued, Queued):
            self._rest(queued.seen.id, queued.seen.revision, alert or {"revision": revision})
        self._note_waiting()

    def done_many(self, number: int, results: Sequence[ItemResult], made: Made) -> None:
        """One was sent: what is done goes, what is refused stays, what was not tried waits.

        `made` are the fields that it set: what waits about the same alerts rests on them.
        """
        queued = self._entries.get(number)
        if not isinstance(queued, QueuedMany):
            return
        after = self._entries[number] = queued.with_results(results)
        if after.is_done:
            del self._entries[number]
        for one in results:
            if one.is_done and one.revision is not None:
                before = queued.before[one.alert_id]
                self._rest(one.alert_id, before.revision, {**made, "revision": one.revision})
        self._note_waiting()

    def rename(self, number: int, deed: Joining) -> None:
        """The incident that alerts were to make is there: those that are left join that one."""
        queued = self._entries.get(number)
        if isinstance(queued, QueuedMany):
            self._entries[number] = replace(queued, deed=deed)

    def settle(self, alert_id: int) -> None:
        """What somebody had to decide about is done now."""
        for key, one in [*self._entries.items()]:
            result = one.results.get(alert_id) if isinstance(one, QueuedMany) else None
            if isinstance(one, QueuedMany) and result is not None and result.is_conflict:
                done = replace(result, status="updated", why="")
                after = replace(one, results={**one.results, alert_id: done})
                self._entries[key] = after
                if after.is_done:
                    del self._entries[key]

    def refuse(self, number: int, problem: str, *, is_conflict: bool = False) -> None:
        """Keep one with the reason why the server did not take it."""
        queued = self._entries.get(number)
        if isinstance(queued, Queued):
            self._entries[number] = replace(queued, problem=problem, is_conflict=is_conflict)
            self._note_waiting()

    def try_again(self) -> None:
        """What was refused for other reasons than a conflict is sent once more."""
        for key, one in self._entries.items():
            if one.problem:
                self._entries[key] = one.tried_again()
        self._note_waiting()

    def _rest(self, alert_id: int, revision: int | None, made: Alert | Made) -> None:
        for key, one in self._entries.items():
            self._entries[key] = one.rested(alert_id, revision, made)

    def _note_waiting(self) -> None:
        waiting = (one for one in self if not one.problem)
        self._waiting = frozenset(
            alert_id
            for one in waiting
            for alert_id in (one.to_send if isinstance(one, QueuedMany) else one.alert_ids)
        )


def queue_words(queue: OutQueue) -> str:
    """How many are not sent, and how many of them were refused; nothing when there are none."""
    if not len(queue):
        return ""
    refused = sum(bool(one.problem) for one in queue)
    alerts = sum(len(one.before) for one in queue if isinstance(one, QueuedMany))
    words = f"{len(queue):,} queued" + (f" ({plural(alerts, 'alert')})" if alerts else "")
    return words + (f", {refused:,} refused" if refused else "")


def queue_entries(queue: OutQueue) -> list[Entry[int]]:
    """One line for each, in the order in which they are sent."""
    return [Entry(one.number, _line(one)) for one in queue]


def unsent_words(queue: OutQueue) -> str:
    """What is lost with the console, for who ends it."""
    return f"{plural(len(queue), 'action')} not sent: " + ", ".join(one.words for one in queue)


def _line(one: Item) -> Line:
    mark = Span("✗ ", Tone.ERROR) if one.problem else Span("↑ ", Tone.WARNING)
    head = Span(fit(one.words, _WORDS_WIDTH) + " ")
    if isinstance(one, QueuedMany):
        head = Span(one.words + "  ")
    if one.problem:
        return (mark, head, Span(one.problem, Tone.WARNING))
    if isinstance(one, QueuedMany):
        return (mark, head)
    return (mark, head, Span(safe_text(one.seen.title, _TITLE_LIMIT), Tone.MUTED))
