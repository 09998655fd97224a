"""Triage of many alerts at once: which of the marked ones it is about, and what came of each."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ir_client.wire.auth import UserRef
from ir_client.wire.bulk import BulkUpdateReport, BulkUpdateResult
from ir_console.safe_text import safe_text

from .format import plural
from .rows import Row
from .spans import Tone
from .toasts import Toast
from .triage import Action

_DONE = frozenset({"updated", "unchanged"})
_WHY = {
    "not_found": "no longer yours to see",
    "forbidden": "not yours to change",
    "changed_since": "changed by someone else meanwhile",
}
_MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """What an action on the marked alerts would be about, before anything is asked."""

    action: Action
    visible: tuple[Row, ...]
    hidden: tuple[Row, ...]
    left_out: tuple[str, ...]

    def rows(self, *, with_hidden: bool) -> tuple[Row, ...]:
        """The alerts that it is about; the hidden ones only if they were chosen."""
        return self.visible + self.hidden if with_hidden else self.visible


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What to say, and which alerts it was done to."""

    toast: Toast
    done: frozenset[int]


def plan_bulk(
    action: Action,
    *,
    visible: Iterable[Row],
    hidden: Iterable[Row],
    me: UserRef | None,
    pending: Iterable[int],
) -> BulkPlan:
    """Leave out what cannot be done, and say how many those are."""
    busy = frozenset(pending)
    reasons: Counter[str] = Counter()

    def ready(rows: Iterable[Row]) -> tuple[Row, ...]:
        kept = []
        for row in rows:
            if reason := _obstacle(action, row, me=me, busy=busy):
                reasons[reason] += 1
            else:
                kept.append(row)
        return tuple(kept)

    return BulkPlan(
        action,
        ready(visible),
        ready(hidden),
        tuple(f"{count:,} left out: {reason}" for reason, count in reasons.most_common()),
    )


def sum_up_bulk(words: str, asked: Sequence[int], report: BulkUpdateReport) -> BulkResult:
    """One message about all of them, and who may lose its mark."""
    if not report.results:
        return _sum_up_counts(words, asked, report)
    told = {result.id: result for result in report.results}
    done = frozenset(one for one in asked if one in told and told[one].status in _DONE)
    if len(done) == len(asked):
        return BulkResult(Toast(Tone.OK, f"✓ {plural(len(asked), 'alert')}: {words}"), done)
    reasons = Counter(_why(told.get(one)) for one in asked if one not in done)
    detail = " · ".join(
        f"{count:,} {reason}" for reason, count in reasons.most_common(_MOST_REASONS)
    )
    headline = f"{len(done):,} of {plural(len(asked), 'alert')}: {words}"
    tone = Tone.WARNING if done else Tone.ERROR
    failed = plural(len(asked) - len(done), "alert")
    return BulkResult(Toast(tone, f"✗ {headline}", f"{detail}. {failed} still marked."), done)


def _sum_up_counts(words: str, asked: Sequence[int], report: BulkUpdateReport) -> BulkResult:
    # A plain server tells how many and not which: then nobody loses the mark.
    if not report.failed_count and report.success:
        return BulkResult(
            Toast(Tone.OK, f"✓ {plural(len(asked), 'alert')}: {words}"), frozenset(asked)
        )
    headline = f"✗ {report.updated_count:,} of {plural(len(asked), 'alert')}: {words}"
    detail = f"{report.failed_count:,} refused; this server does not say which. All still marked."
    return BulkResult(Toast(Tone.WARNING, headline, detail), frozenset())


def _obstacle(action: Action, row: Row, *, me: UserRef | None, busy: frozenset[int]) -> str:
    if row.id in busy:
        return "still busy with your last change"
    if action is Action.TAKE and row.owner_id is not None:
        return "yours already" if me is not None and row.owner_id == me.id else "with someone else"
    if action is Action.CLOSE and not row.is_open:
        return "closed already"
    return ""


def _why(result: BulkUpdateResult | None) -> str:
    if result is None:
        return "not answered for"
    return _WHY.get(result.status) or safe_text(result.error or result.status, 60)
