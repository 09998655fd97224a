"""How the shift stands: what is open and late, and how fast alerts were answered and closed."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ir_client.book import AlertRow
from ir_client.query.matching import OVERDUE_AFTER
from ir_client.wire.alerts import Alert
from ir_client.wire.overview import AlertStats
from ir_client.wire.values import SEVERITIES, is_open
from ir_console.safe_text import safe_text

from .format import long_age, short_count
from .looks import severity_look
from .spans import Line, Span, Tone, fit, fit_right, wrap

_LABEL_WIDTH = 26
_FIGURE_WIDTH = 14
_BAR_WIDTH = 30


@dataclass(frozen=True, slots=True)
class Oldest:
    """The open alert that waits longest."""

    alert_id: int
    title: str
    received: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts and average minutes; None where there is nothing to average or it is not known."""

    open: int = 0
    overdue: int = 0
    unassigned: int = 0
    by_severity: dict[str, int] = field(default_factory=dict)
    mtta: float | None = None
    mttr: float | None = None
    oldest: Oldest | None = None


def figures_of(
    rows: Iterable[tuple[Any, ...]], answered: Collection[Alert], now: datetime
) -> Figures:
    """The figures of loaded rows; times from `answered`, alerts that someone has looked at."""
    open_rows = [row for row in map(AlertRow._make, rows) if is_open(row.status)]
    oldest = min(open_rows, key=lambda row: (row.received_at, row.id), default=None)
    return Figures(
        open=len(open_rows),
        overdue=sum(now - row.received_at > OVERDUE_AFTER for row in open_rows),
        unassigned=sum(row.assigned_analyst_id is None for row in open_rows),
        by_severity=dict(Counter(row.severity for row in open_rows)),
        mtta=_average(a.first_response_at - a.received_at for a in answered if a.first_response_at),
        mttr=_average(a.resolution_at - a.received_at for a in answered if a.resolution_at),
        oldest=None
        if oldest is None
        else Oldest(oldest.id, safe_text(oldest.title, 200), oldest.received_at),
    )


def figures_of_server(stats: AlertStats, oldest: Oldest | None) -> Figures:
    """The server's own figures; it does not tell which alert is the oldest."""
    return Figures(
        open=stats.open,
        overdue=stats.overdue,
        unassigned=stats.unassigned,
        by_severity=dict(stats.by_severity),
        mtta=stats.average_time_to_first_response,
        mttr=stats.average_time_to_resolution,
        oldest=oldest,
    )


def _average(spans: Iterable[timedelta]) -> float | None:
    minutes = [span.total_seconds() / 60 for span in spans]
    return sum(minutes) / len(minutes) if minutes else None


@dataclass(frozen=True, slots=True)
class Shift:
    """The team's figures beside one's own; `loaded` alerts are on this machine."""

    team: Figures
    mine: Figures
    loaded: int
    me: str
    at: datetime
    problem: str = ""
    """Why the team's figures are not the server's."""


def shift_lines(shift: Shift, width: int) -> tuple[Line, ...]:
    """The whole screen."""
    return tuple(_lines(shift, shift.at, width))


def _lines(shift: Shift, now: datetime, width: int) -> Iterator[Line]:
    team, mine = shift.team, shift.mine
    tone = Tone.WARNING if shift.problem else Tone.MUTED
    yield from ((Span(line, tone),) for line in wrap(_source(shift), width))
    yield ()
    yield _row("", "Everyone", safe_text(shift.me, 12) or "Mine", Tone.MUTED)
    yield _row("Open", f"{team.open:,}", f"{mine.open:,}")
    late = Tone.ERROR if team.overdue or mine.overdue else Tone.STRONG
    sign = "! " if team.overdue or mine.overdue else ""
    yield _row(f"{sign}Overdue", f"{team.overdue:,}", f"{mine.overdue:,}", late)
    yield _row("Nobody’s", f"{team.unassigned:,}", "–")
    yield _row("Answered after (MTTA)", _minutes(team.mtta), _minutes(mine.mtta))
    yield _row("Closed after (MTTR)", _minutes(team.mttr), _minutes(mine.mttr))
    yield ()
    for words, oldest in (("Oldest open", team.oldest), ("Oldest of mine", mine.oldest)):
        yield _oldest(words, oldest, now, width)
    yield ()
    yield (Span("Open by severity", Tone.ACCENT), Span(" " + "─" * max(0, width - 17), Tone.MUTED))
    yield from _bars(team, mine, max(1, min(_BAR_WIDTH, width - 29)))


def _row(label: str, team: str, mine: str, tone: Tone = Tone.STRONG) -> Line:
    return (
        Span(fit(label, _LABEL_WIDTH), Tone.MUTED),
        Span(fit_right(team, _FIGURE_WIDTH), tone),
        Span(fit_right(mine, _FIGURE_WIDTH), tone),
    )


def _oldest(words: str, oldest: Oldest | None, now: datetime, width: int) -> Line:
    if oldest is None:
        return (Span(fit(words, _LABEL_WIDTH), Tone.MUTED), Span("none", Tone.MUTED))
    age = long_age((now - oldest.received).total_seconds())
    title = fit(f"  #{oldest.alert_id} {oldest.title}", max(4, width - _LABEL_WIDTH - len(age)))
    return (Span(fit(words, _LABEL_WIDTH), Tone.MUTED), Span(age, Tone.STRONG), Span(title))


def _bars(team: Figures, mine: Figures, room: int) -> Iterator[Line]:
    known = [*SEVERITIES, *sorted(set(team.by_severity) - set(SEVERITIES))]
    most = max([1, *team.by_severity.values()])
    for severity in known:
        look, count = severity_look(severity), team.by_severity.get(severity, 0)
        bar = "▇" * (max(1, round(count * room / most)) if count else 0)
        tone = Tone.ERROR if look.tone is Tone.CRITICAL else look.tone
        yield (
            Span(fit(f"{look.mark} {look.word}", 14), look.tone if count else Tone.MUTED),
            Span(fit_right(short_count(count), 6), Tone.STRONG),
            Span(fit_right(short_count(mine.by_severity.get(severity, 0)), 6), Tone.TEXT),
            Span("  " + bar, tone),
        )


def _minutes(minutes: float | None) -> str:
    return "–" if minutes is None else long_age(minutes * 60)


def _source(shift: Shift) -> str:
    mine = f"One’s own figures and the oldest are of the {shift.loaded:,} alerts loaded here."
    if shift.problem:
        return f"All figures are of the {shift.loaded:,} alerts loaded here: {shift.problem}"
    return f"Everyone: the server’s figures. {mine}"


def chosen_answered(alerts: Sequence[Alert | None]) -> list[Alert]:
    """Those that someone has answered: what averages are made of."""
    return [alert for alert in alerts if alert is not None and alert.first_response_at is not None]
