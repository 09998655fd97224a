"""Which toasts are on the screen: few, grouped, and silent about what the analyst knows.

New alerts of one rule and severity share a toast that counts up in place. Never more than
`limit` are visible: the answer to the analyst's own action comes first, then the most severe
groups, and what does not fit is summed up in the last one. In a storm a badge and, in the end, a
summary stand for all; critical ones break through, once a minute for each rule and target.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ir_client.wire.values import severity_rank

from .format import plural, short_count
from .looks import severity_look
from .rows import Row
from .said import Said, Sayings, Words
from .spans import Tone
from .storms import Storms

_BREAK_AGAIN_SECONDS = 60.0
_MOST_BROKEN = 1_000
_MOST_GROUPS = 50
_MOST_TARGETS = 100
_NEVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class ToastPolicy:
    """What is worth a toast, and for how long; `minimum_severity` None is never."""

    minimum_severity: str | None = "high"
    seconds: float = 6.0
    error_seconds: float = 12.0
    limit: int = 3


@dataclass(frozen=True, slots=True)
class Toast(Words):
    """A toast as painted: two short texts, safe to show."""


@dataclass(slots=True)
class _Group:
    severity: str
    rule: str
    until: float
    count: int = 0
    newest: int = 0
    targets: dict[str, None] = field(default_factory=dict)

    def toast(self) -> Toast:
        look = severity_look(self.severity)
        times = f" ×{self.count}" if self.count > 1 else ""
        return Toast(look.tone, f"{look.mark} {look.word}{times}  {self.rule}", self._targets())

    def note(self, target: str) -> None:
        # A rule that fires without a pause keeps its toast, and must not remember every host.
        if target and len(self.targets) < _MOST_TARGETS:
            self.targets[target] = None

    def _targets(self) -> str:
        names = list(self.targets)
        shown = ", ".join(names[:3])
        more = f" +{len(names) - 3}" if len(names) > 3 else ""
        return shown + more + ("…" if len(names) == _MOST_TARGETS else "")


@dataclass(slots=True)
class _Notice:
    toast: Toast
    until: float


class ToastBoard:
    """The toasts that are on, in order of what matters."""

    def __init__(self, policy: ToastPolicy) -> None:
        self.policy = policy
        self._groups: dict[tuple[str, str], _Group] = {}
        self._answer: _Notice | None = None
        self._summary: _Notice | None = None
        self._storms = Storms()
        self._broken: dict[tuple[str, str], float] = {}
        self._rings = 0
        self.moment = _NEVER
        """What the clock on the wall says, for the history."""
        self.sayings = Sayings()

    @property
    def is_storm(self) -> bool:
        """Whether new alerts come faster than anyone can read."""
        return self._storms.is_on

    @property
    def storm_badge(self) -> str:
        """What the top line says of a storm; nothing when there is none."""
        return f"STORM {short_count(self._storms.counts.total())} new" if self.is_storm else ""

    def announce(self, rows: Sequence[Row], now: float, *, on_cursor: int | None) -> None:
        """Take in the new alerts of one frame; `on_cursor` is being looked at already."""
        worthy = [row for row in rows if self._is_worthy(row)]
        if self._storms.note(Counter(row.severity for row in worthy), now):
            self._groups.clear()
            self._note(lambda: Words(Tone.WARNING, "A storm of new alerts began"))
        for row in worthy:
            is_break = row.severity == "critical" and self._breaks_through(row, now)
            self._rings += is_break
            if row.id != on_cursor and (is_break or not self.is_storm):
                self._join(row, now)

    def announce_again(self, row: Row, now: float) -> None:
        """Say that an alert was reported once more after it was closed."""
        if self._is_worthy(row) and not self.is_storm:
            self._join(row, now, words=f"↻ again after closing: {row.rule}")

    def take_rings(self) -> int:
        """How many critical alerts are worth a bell since this was asked last."""
        rings, self._rings = self._rings, 0
        return rings

    def sum_up_backlog(self, rows: Sequence[Row], now: float) -> None:
        """Say once what came while the connection was down."""
        if any(self._is_worthy(row) for row in rows):
            counts = Counter(row.severity for row in rows)
            detail = _name_severities(counts)
            toast = Toast(Tone.ACCENT, f"While away: {plural(len(rows), 'new alert')}", detail)
            self._sum_up(toast, now)

    def tell(self, toast: Toast, now: float) -> None:
        """Show the answer to something the analyst did; the newest answer stands."""
        self._note(lambda: toast)
        is_error = toast.tone is Tone.ERROR
        seconds = self.policy.error_seconds if is_error else self.policy.seconds
        self._answer = _Notice(toast, now + seconds)

    def dismiss(self) -> None:
        """Take all toasts away."""
        self._groups.clear()
        self._answer = self._summary = None

    def visible(self, now: float) -> tuple[Toast, ...]:
        """The toasts to paint now, at most `limit`."""
        self._expire(now)
        toasts = [notice.toast for notice in (self._answer, self._summary) if notice]
        room = self.policy.limit - len(toasts)
        groups = sorted(self._groups.values(), key=lambda group: severity_rank(group.severity))
        if len(groups) > room:
            shown, rest = groups[: room - 1], groups[room - 1 :]
            return (*toasts, *(group.toast() for group in shown), _rest_toast(rest))
        return (*toasts, *(group.toast() for group in groups))

    def _is_worthy(self, row: Row) -> bool:
        minimum = self.policy.minimum_severity
        return minimum is not None and severity_rank(row.severity) <= severity_rank(minimum)

    def _breaks_through(self, row: Row, now: float) -> bool:
        """Whether this one is worth a message whatever else goes on: once a minute for each."""
        key = (row.rule, row.target)
        last = self._broken.get(key)
        if last is not None and now - last < _BREAK_AGAIN_SECONDS:
            return False
        self._broken.pop(key, None)
        self._broken[key] = now
        if len(self._broken) > _MOST_BROKEN:
            del self._broken[next(iter(self._broken))]
        return True

    def _note(self, words: Callable[[], Words]) -> Said:
        return self.sayings.note(self.moment, words)

    def _join(self, row: Row, now: float, *, words: str = "") -> None:
        rule = words or row.rule
        key = (row.severity, rule)
        group = self._groups.get(key)
        if group is None:
            if len(self._groups) >= _MOST_GROUPS:
                self._groups.pop(next(iter(self._groups)))
            group = self._groups[key] = _Group(row.severity, rule, now)
            self._note(group.toast).alert_id = row.id
        group.count += 1
        group.until = now + self.policy.seconds
        group.note(row.target)

    def _expire(self, now: float) -> None:
        if self._answer and self._answer.until <= now:
            self._answer = None
        if self._summary and self._summary.until <= now:
            self._summary = None
        for key in [key for key, group in self._groups.items() if group.until <= now]:
            del self._groups[key]
        self._end_storm(now)

    def _end_storm(self, now: float) -> None:
        ended = self._storms.end(now)
        if ended is not None:
            headline = f"The storm is over: {plural(ended.total(), 'new alert')}"
            self._sum_up(Toast(Tone.ACCENT, headline, _name_severities(ended)), now)

    def _sum_up(self, toast: Toast, now: float) -> None:
        self._note(lambda: toast)
        # Apart from the answers: an error that nobody has read yet must not be covered.
        self._summary = _Notice(toast, now + self.policy.seconds)


def _rest_toast(groups: Sequence[_Group]) -> Toast:
    counts: Counter[str] = Counter()
    for group in groups:
        counts[group.severity] += group.count
    worst = min(counts, key=severity_rank)
    rules = plural(len(groups), "rule")
    headline = f"{severity_look(worst).mark} {counts.total():,} more of {rules}"
    return Toast(severity_look(worst).tone, headline, _name_severities(counts))


def _name_severities(counts: Counter[str]) -> str:
    severities = sorted((s for s in counts if counts[s]), key=severity_rank)
    return " · ".join(f"{counts[s]:,} {severity_look(s).word.lower()}" for s in severities)
