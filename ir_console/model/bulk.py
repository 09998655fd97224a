"""Triage of many alerts at once: which of the marked ones it is about, and what came of each."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ir_client.wire.alerts import AlertUpdate
from ir_client.wire.auth import UserRef
from ir_client.wire.bulk import BulkUpdateReport, BulkUpdateResult
from ir_client.wire.values import is_open
from ir_console.safe_text import safe_text

from .format import plural
from .keymap import USUAL, Keymap
from .rows import Row
from .spans import Tone
from .toasts import Toast
from .triage import Action
from .undo import Before

_DONE = frozenset({"updated", "unchanged"})
_WHY = {
    "not_found": "no longer yours to see",
    "forbidden": "not yours to change",
    "changed_since": "changed by someone else meanwhile",
    "not_tried": "not tried",
    "untold": "refused, or not: this server does not say which",
}
_MOST_REASONS = 3
_METER_CELLS = 20
FOUND_HERE = "The server cannot be asked: exactly those that are loaded here, on return."
ALERTS_AT_ONCE = 250
"""How many alerts are changed by one request: between two of them the analyst may stop."""


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """What an action on the marked alerts would be about, before anything is asked."""

    action: Action
    visible: tuple[Row, ...]
    hidden: tuple[Row, ...]
    left_out: tuple[str, ...]
    found: int | None = None
    """How many a query finds on the server; then there are no rows."""

    def count(self, *, with_hidden: bool) -> int:
        """How many alerts it is about."""
        return len(self.rows(with_hidden=with_hidden)) if self.found is None else self.found

    def rows(self, *, with_hidden: bool) -> tuple[Row, ...]:
        """The alerts that it is about; the hidden ones only if they were chosen."""
        return self.visible + self.hidden if with_hidden else self.visible


@dataclass(frozen=True, slots=True)
class BulkPart:
    """One request: the same update for some alerts, each only if it still is as `expected`."""

    update: AlertUpdate
    alert_ids: tuple[int, ...]
    expected: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What became of one alert; `why` is empty when it is done, and safe to show."""

    alert_id: int
    status: str
    why: str = ""
    revision: int | None = None

    @property
    def is_done(self) -> bool:
        return self.status in _DONE

    @property
    def is_conflict(self) -> bool:
        """Whether someone else was faster, so that the analyst may decide again."""
        return self.status == "changed_since"


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


def parts_of(update: AlertUpdate, alerts: Iterable[tuple[int, int | None]]) -> Iterator[BulkPart]:
    """Requests for alerts, given as ids with the revisions that they were decided about at."""
    pairs = list(alerts)
    for start in range(0, len(pairs), ALERTS_AT_ONCE):
        some = pairs[start : start + ALERTS_AT_ONCE]
        expected = {one: revision for one, revision in some if revision is not None}
        yield BulkPart(update, tuple(one for one, _ in some), expected)


def results_of(alert_ids: Sequence[int], report: BulkUpdateReport) -> list[ItemResult]:
    """What a server's report says of each of the alerts that it was asked to change."""
    if not report.results:
        # A plain server tells how many and not which.
        is_all_done = report.success and not report.failed_count
        return unanswered(alert_ids, "updated" if is_all_done else "untold")
    told = {result.id: result for result in report.results}
    return [_item_result(one, told.get(one)) for one in alert_ids]


def unanswered(alert_ids: Iterable[int], status: str, why: str = "") -> list[ItemResult]:
    """The same result for all of these; `why` where the status does not say it."""
    return [ItemResult(one, status, why or _WHY.get(status, "")) for one in alert_ids]


def sum_up_bulk(words: str, results: Sequence[ItemResult], keymap: Keymap = USUAL) -> Toast:
    """One message about all of them."""
    count = plural(len(results), "alert")
    done = sum(result.is_done for result in results)
    if done == len(results):
        return Toast(Tone.OK, f"✓ {count}: {words}")
    reasons = Counter(result.why for result in results if not result.is_done)
    detail = " · ".join(
        f"{number:,} {reason}" for reason, number in reasons.most_common(_MOST_REASONS)
    )
    detail += f" · {keymap.key('triage.outcomes')} shows each"
    headline = f"✗ {done:,} of {count}: {words}"
    return Toast(Tone.WARNING if done else Tone.ERROR, headline, detail)


def progress_words(verb: str, done: int, total: int) -> str:
    """How far something is, with a meter."""
    cells = round(min(1.0, done / max(1, total)) * _METER_CELLS)
    meter = "━" * cells + "┄" * (_METER_CELLS - cells)
    return f"{verb} {meter} {done:,} of {total:,}"


def plan_query(
    action: Action, found: Sequence[Before], *, me: int | None, loaded: int | None
) -> tuple[BulkPlan, tuple[Before, ...]]:
    """What an action on all that a query found would be about, and which alerts those are.

    `loaded` is how many of them are loaded here; None when only those could be found.
    """
    why = [(one, obstacle_before(action, one, me=me)) for one in found]
    meant = tuple(one for one, said in why if not said)
    reasons = Counter(said for _, said in why if said)
    lines = ["All that the filter finds on the server."]
    if loaded is None:
        lines = [FOUND_HERE]
    elif len(found) > loaded:
        lines.append(f"{len(found) - loaded:,} of them are not loaded here.")
    lines += [f"{count:,} left out: {said}" for said, count in reasons.most_common()]
    return BulkPlan(action, (), (), tuple(lines), len(meant)), meant


def obstacle_before(action: Action, before: Before, *, me: int | None) -> str:
    """Why nothing is to be done to an alert that a query found; empty when something is."""
    owner = before.values["assigned_analyst_id"]
    if action is Action.TAKE and owner is not None:
        return "yours already" if owner == me else "with someone else"
    if action is Action.CLOSE and not is_open(before.values["status"]):
        return "closed already"
    return ""


def _obstacle(action: Action, row: Row, *, me: UserRef | None, busy: frozenset[int]) -> str:
    if row.id in busy:
        return "still busy with your last change"
    if action is Action.TAKE and row.owner_id is not None:
        return "yours already" if me is not None and row.owner_id == me.id else "with someone else"
    if action is Action.CLOSE and not row.is_open:
        return "closed already"
    return ""


def _item_result(alert_id: int, told: BulkUpdateResult | None) -> ItemResult:
    if told is None:
        return ItemResult(alert_id, "unanswered", "not answered for")
    why = _WHY.get(told.status) or safe_text(told.error or told.status, 60)
    is_done = told.status in _DONE
    return ItemResult(alert_id, told.status, "" if is_done else why, told.revision)
