"""Which toasts are on the screen: few, grouped, and silent about what the analyst knows.

New alerts of one rule and severity share a toast that counts up in place. Never more than
`limit` are visible: the answer to the analyst's own action comes first, then the most severe
groups, and what does not fit is summed up in the last one. In a storm one toast stands for all.
"""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ir_client.wire.values import severity_rank

from .format import plural
from .looks import severity_look
from .rows import Row
from .spans import Tone

_STORM_PER_SECOND = 50
_STORM_WINDOW_SECONDS = 3.0
_MOST_GROUPS = 50
_MOST_TARGETS = 100


@dataclass(frozen=True, slots=True)
class ToastPolicy:
    """What is worth a toast, and for how long; `minimum_severity` None is never."""

    minimum_severity: str | None = "high"
    seconds: float = 6.0
    error_seconds: float = 12.0
    limit: int = 3


@dataclass(frozen=True, slots=True)
class Toast:
    """A toast as painted: two short texts, safe to show."""

    tone: Tone
    headline: str
    detail: str = ""


@dataclass(slots=True)
class _Group:
    severity: str
    rule: str
    until: float
    count: int = 0
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
        self._arrivals: deque[tuple[float, Counter[str]]] = deque()
        self._storm: Counter[str] = Counter()

    @property
    def is_storm(self) -> bool:
        """Whether new alerts come faster than anyone can read."""
        return bool(self._storm)

    def announce(self, rows: Sequence[Row], now: float, *, on_cursor: int | None) -> None:
        """Take in the new alerts of one frame; `on_cursor` is being looked at already."""
        worthy = [row for row in rows if self._is_worthy(row)]
        self._watch_rate(worthy, now)
        if self.is_storm:
            self._groups.clear()
            return
        for row in worthy:
            if row.id != on_cursor:
                self._join(row, now)

    def sum_up_backlog(self, rows: Sequence[Row], now: float) -> None:
        """Say once what came while the connection was down."""
        if any(self._is_worthy(row) for row in rows):
            counts = Counter(row.severity for row in rows)
            detail = _name_severities(counts)
            toast = Toast(Tone.ACCENT, f"While away: {plural(len(rows), 'new alert')}", detail)
            self._sum_up(toast, now)

    def tell(self, toast: Toast, now: float) -> None:
        """Show the answer to something the analyst did; the newest answer stands."""
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
        if self.is_storm:
            toasts.append(self._storm_toast())
        room = self.policy.limit - len(toasts)
        groups = sorted(self._groups.values(), key=lambda group: severity_rank(group.severity))
        if len(groups) > room:
            shown, rest = groups[: room - 1], groups[room - 1 :]
            return (*toasts, *(group.toast() for group in shown), _rest_toast(rest))
        return (*toasts, *(group.toast() for group in groups))

    def _is_worthy(self, row: Row) -> bool:
        minimum = self.policy.minimum_severity
        return minimum is not None and severity_rank(row.severity) <= severity_rank(minimum)

    def _join(self, row: Row, now: float) -> None:
        key = (row.severity, row.rule)
        group = self._groups.get(key)
        if group is None:
            if len(self._groups) >= _MOST_GROUPS:
                self._groups.pop(next(iter(self._groups)))
            group = self._groups[key] = _Group(row.severity, row.rule, now)
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

    def _watch_rate(self, rows: Iterable[Row], now: float) -> None:
        counts = Counter(row.severity for row in rows)
        if counts:
            self._arrivals.append((now, counts))
        self._forget_arrivals(now)
        total = sum(arrived.total() for _, arrived in self._arrivals)
        if self._storm:
            self._storm.update(counts)
        elif total > _STORM_PER_SECOND * _STORM_WINDOW_SECONDS:
            for _, arrived in self._arrivals:
                self._storm.update(arrived)

    def _end_storm(self, now: float) -> None:
        self._forget_arrivals(now)
        rate = sum(arrived.total() for _, arrived in self._arrivals) / _STORM_WINDOW_SECONDS
        if self._storm and rate <= _STORM_PER_SECOND / 2:
            ended = Toast(
                Tone.ACCENT,
                f"The storm is over: {plural(self._storm.total(), 'new alert')}",
                _name_severities(self._storm),
            )
            self._storm.clear()
            self._sum_up(ended, now)

    def _sum_up(self, toast: Toast, now: float) -> None:
        # Apart from the answers: an error that nobody has read yet must not be covered.
        self._summary = _Notice(toast, now + self.policy.seconds)

    def _forget_arrivals(self, now: float) -> None:
        while self._arrivals and self._arrivals[0][0] <= now - _STORM_WINDOW_SECONDS:
            self._arrivals.popleft()

    def _storm_toast(self) -> Toast:
        tone = Tone.CRITICAL if self._storm["critical"] else Tone.HIGH
        headline = f"Storm: {plural(self._storm.total(), 'new alert')}"
        return Toast(tone, headline, _name_severities(self._storm))


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
