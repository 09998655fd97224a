"""A change of many alerts on its way: part by part, until it is done or the analyst stops it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ir_client.query import Query
from ir_client.wire.bulk import MAX_BULK_ALERTS
from ir_console.model.bulk import (
    BulkPart,
    ItemResult,
    progress_words,
    results_of,
    unanswered,
)
from ir_console.model.decisions import Decision
from ir_console.model.queued import UNREACHABLE
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

    def stop(self) -> None:
        """Send nothing more."""
        self.is_stopped = True

    async def carry_out(
        self, desk: Desk, on_progress: Callable[[str], None]
    ) -> tuple[ItemResult, ...]:
        """Send the parts one by one; what came of each alert.

        After a part that did not get through, or once stopped, the rest is not tried.
        """
        results: list[ItemResult] = []
        is_over, total = False, len(self.alert_ids)
        for part in self.parts:
            if is_over or self.is_stopped:
                results += unanswered(part.alert_ids, "not_tried")
                continue
            outcome = await desk.change_many(part)
            if isinstance(outcome, Failed):
                is_over = True
                status = UNREACHABLE if outcome.is_unreachable else "failed"
                results += unanswered(part.alert_ids, status, outcome.reason)
            else:
                results += results_of(part.alert_ids, outcome)
            on_progress(progress_words("Changed", len(results), total))
        return (*self.refused, *results)


@dataclass(eq=False, slots=True)
class Lookup:
    """Read which alerts a query finds, until the analyst stops it: what is decided about then."""

    query: Query
    expected: int
    is_stopped: bool = False

    def stop(self) -> None:
        """Read on no more."""
        self.is_stopped = True

    async def carry_out(
        self, desk: Desk, on_progress: Callable[[str], None]
    ) -> list[Before] | Failed:
        """The alerts, as they are now."""

        def on_page(count: int) -> bool:
            on_progress(progress_words("Read", count, max(count, self.expected)))
            return not self.is_stopped

        found = await desk.find(self.query, most=MAX_BULK_ALERTS, on_page=on_page)
        if isinstance(found, Failed):
            return found
        if self.is_stopped:
            return Failed("Stopped before anything was changed")
        if len(found) > MAX_BULK_ALERTS:
            return Failed(too_many_words(len(found)))
        return found


def too_many_words(count: int) -> str:
    """Why so many are not changed at once."""
    return f"{count:,} alerts: at most {MAX_BULK_ALERTS:,} are changed at once. Narrow the filter."
