"""A change of many alerts on its way: part by part, until it is done or the analyst stops it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ir_console.model.bulk import BulkPart, ItemResult, results_of, unanswered
from ir_console.model.decisions import Decision
from ir_console.model.undo import Before, Deed

from .desk import Desk, Failed


@dataclass(eq=False, slots=True)
class BulkJob:
    """What is to be done: a decision about alerts as they were `before`, or a deed taken back."""

    words: str
    parts: Sequence[BulkPart]
    decision: Decision | None = None
    before: dict[int, Before] = field(default_factory=dict)
    undoes: Deed | None = None
    refused: Sequence[ItemResult] = ()
    """What is not even tried, and why."""
    is_stopped: bool = False

    @property
    def alert_ids(self) -> list[int]:
        return [one for part in self.parts for one in part.alert_ids]

    async def carry_out(
        self, desk: Desk, on_progress: Callable[[int], None]
    ) -> tuple[ItemResult, ...]:
        """Send the parts one by one; what came of each alert.

        After a part that did not get through, or once stopped, the rest is not tried.
        """
        results: list[ItemResult] = list(self.refused)
        is_over = False
        for part in self.parts:
            if is_over or self.is_stopped:
                results += unanswered(part.alert_ids, "not_tried")
                continue
            outcome = await desk.change_many(part)
            if isinstance(outcome, Failed):
                is_over = True
                results += unanswered(part.alert_ids, "failed", outcome.reason)
            else:
                results += results_of(part.alert_ids, outcome)
            on_progress(len(results))
        return tuple(results)
