"""One thing that is not sent yet: an action on one alert, or one on many."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ir_client.wire.alerts import Alert

from .bulk import ItemResult
from .decisions import Decision
from .escalation import Joining
from .format import plural
from .triage import Action
from .undo import Before

# Nobody listened, so it was not even tried.
UNREACHABLE = "unreachable"
_MOST_REASONS = 3

Made = Mapping[str, Any]
"""The fields of an alert that an action set, with the revision that it made."""


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

    @property
    def alert_ids(self) -> Iterable[int]:
        return (self.seen.id,)

    def rested(self, alert_id: int, revision: int | None, made: Alert | Made) -> "Queued":
        """The same, resting on what the action before it made of its alert at `revision`."""
        is_same = self.seen.id == alert_id and self.seen.revision == revision
        if not is_same or self.problem:
            return self
        if not isinstance(made, Alert):
            made = self.seen.model_copy(update=dict(made))
        return replace(self, seen=made)

    def tried_again(self) -> "Queued":
        """The same, to be sent once more unless somebody has to decide about it."""
        return self if self.is_conflict else replace(self, problem="")


@dataclass(frozen=True, slots=True)
class QueuedMany:
    """One action on many alerts, each as it was `before`.

    `results` are what came of those that were tried; `is_refused` when all were, and some are not
    done: those stay until the analyst decides about them, or drops it.
    """

    number: int
    deed: Decision | Joining
    before: Mapping[int, Before]
    results: Mapping[int, ItemResult] = field(default_factory=dict)
    is_refused: bool = False

    @property
    def words(self) -> str:
        """What it does, and to how many."""
        return f"{plural(len(self.before), 'alert')}: {many_words(self.deed)}"

    @property
    def alert_ids(self) -> Iterable[int]:
        return self.before.keys()

    @property
    def to_send(self) -> dict[int, Before]:
        """Those that are neither done nor to be decided about."""
        return {key: one for key, one in self.before.items() if not _is_settled(self._result(key))}

    @property
    def problem(self) -> str:
        """Why some are not done."""
        if not self.is_refused:
            return ""
        reasons = Counter(one.why for one in self.results.values() if not one.is_done)
        return " · ".join(f"{count:,} {why}" for why, count in reasons.most_common(_MOST_REASONS))

    def told(self) -> list[ItemResult]:
        """What came of each, as far as that is known."""
        waiting = ItemResult(0, "waits", "waits to be sent")
        return [self._result(key) or replace(waiting, alert_id=key) for key in self.before]

    def with_results(self, results: Sequence[ItemResult]) -> "QueuedMany":
        """The same, after it was sent; those that were not even tried go on waiting."""
        is_cut = any(one.status == UNREACHABLE for one in results)
        tried = {
            one.alert_id: one
            for one in results
            if not (is_cut and one.status in (UNREACHABLE, "not_tried"))
        }
        return replace(self, results={**self.results, **tried}, is_refused=not is_cut)

    def rested(self, alert_id: int, revision: int | None, made: Alert | Made) -> "QueuedMany":
        """The same, resting on what the action before it made of one of its alerts."""
        mine = self.before.get(alert_id)
        if mine is None or mine.revision != revision or alert_id in self.results:
            return self
        after = Before.of(made) if isinstance(made, Alert) else mine.changed(made)
        return replace(self, before={**self.before, alert_id: after})

    def tried_again(self) -> "QueuedMany":
        """The same, to be sent once more as far as nobody has to decide about it."""
        return replace(self, is_refused=False) if self.to_send else self

    @property
    def is_done(self) -> bool:
        """Whether there is nothing more to be done or to be told."""
        return all(key in self.results and self.results[key].is_done for key in self.before)

    def _result(self, alert_id: int) -> ItemResult | None:
        return self.results.get(alert_id)


def many_words(deed: Decision | Joining) -> str:
    """What is done to each of many."""
    is_take = isinstance(deed, Decision) and deed.action is Action.TAKE
    return "assigned to you" if is_take else deed.words


def _is_settled(result: ItemResult | None) -> bool:
    return result is not None and (result.is_done or result.is_conflict)
