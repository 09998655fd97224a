"""What a shift hands over: what was taken and closed since, what is open, late, and worth a word.

`taken` are alerts that were answered for the first time since then and that someone has; a list
is by severity, then by who waits longest. Holds the alerts it is given, each once.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ir_client.book import AlertRow
from ir_client.wire.alerts import Alert
from ir_client.wire.values import is_open, severity_rank

from .exporting import cells_of
from .format import long_age, moment, plural
from .markdown import as_markdown, table_head, table_row
from .shift import Figures, figures_of
from .statistics import NOBODY, is_overdue, owner_of

SHOWN = 50
NOTABLE_SHOWN = 20
_OFTEN = 10
_UNHEEDED = "critical, and nobody has it"


@dataclass(frozen=True, slots=True)
class Notable:
    """An alert that the next shift should know of, and why."""

    alert: Alert
    why: str


@dataclass(frozen=True, slots=True)
class Handover:
    """The report, before it is written."""

    since: datetime
    until: datetime
    whose: str
    """The analyst that it is about; "" is everyone."""
    taken: tuple[Alert, ...]
    closed: tuple[Alert, ...]
    open: tuple[Alert, ...]
    overdue: tuple[Alert, ...]
    notable: tuple[Notable, ...]
    figures: Figures


def handover_of(
    alerts: Iterable[Alert], *, since: datetime, now: datetime, whose: str = ""
) -> Handover:
    """The report of `alerts`: all that are open, and those that changed since."""
    chosen = {one.id: one for one in alerts if not whose or owner_of(one) == whose}
    ordered = sorted(chosen.values(), key=_urgency)
    still_open = [one for one in ordered if is_open(one.status)]
    closed = [one for one in ordered if not is_open(one.status) and _is_since(_end(one), since)]
    return Handover(
        since=since,
        until=now,
        whose=whose,
        taken=tuple(
            one
            for one in ordered
            if owner_of(one) != NOBODY and _is_since(one.first_response_at, since)
        ),
        closed=tuple(closed),
        open=tuple(still_open),
        overdue=tuple(one for one in still_open if is_overdue(one, now)),
        # Of critical alerts that nobody has there may be very many: they come last.
        notable=tuple(
            sorted(
                _notable([*still_open, *closed], since, now), key=lambda one: one.why == _UNHEEDED
            )
        ),
        figures=figures_of(
            (AlertRow.of(one) for one in still_open),
            [one for one in ordered if _is_since(_end(one) or one.first_response_at, since)],
            now,
        ),
    )


def as_document(report: Handover) -> dict[str, Any]:
    """The report for programs."""
    return {
        "since": report.since.isoformat(),
        "until": report.until.isoformat(),
        "analyst": report.whose or None,
        "counts": {name: len(getattr(report, name)) for name in _SECTIONS},
        "mtta_minutes": report.figures.mtta,
        "mttr_minutes": report.figures.mttr,
        **{
            name: [_summary(one) for one in getattr(report, name)]
            for name in ("taken", "closed", "open", "overdue")
        },
        "notable": [_summary(one.alert) | {"why": one.why} for one in report.notable],
    }


_SECTIONS = ("taken", "closed", "open", "overdue", "notable")


def as_markdown_text(report: Handover, *, server: str) -> str:
    """The report for people; nothing of an alert is markup in it."""
    return "".join(_lines(report, server))


def _lines(report: Handover, server: str) -> Iterator[str]:
    whose = f" of {as_markdown(report.whose)}" if report.whose else ""
    span = long_age((report.until - report.since).total_seconds())
    yield f"# Handover{whose}, {moment(report.until)}\n\n"
    yield f"Since {moment(report.since)} ({span}), at {as_markdown(server)}. Times are in UTC.\n\n"
    yield from _in_short(report)
    yield from _notable_lines(report.notable)
    yield from _closed_lines(report.closed)
    yield from _section("Taken", report.taken, "Nothing was taken.")
    yield from _section("Overdue", report.overdue, "Nothing is overdue.")
    yield from _section("Still open", report.open, "Nothing is open.")


def _in_short(report: Handover) -> Iterator[str]:
    figures = report.figures
    counts = [f"{len(report.taken):,} taken", f"{len(report.closed):,} closed"]
    counts += [f"{figures.open:,} still open", f"{len(report.overdue):,} overdue"]
    yield f"- **{', '.join(counts)}**\n"
    if figures.unassigned:
        yield f"- {plural(figures.unassigned, 'open alert')} with nobody\n"
    by_severity = sorted(figures.by_severity.items(), key=lambda one: severity_rank(one[0]))
    if by_severity:
        words = ", ".join(f"{count:,} {as_markdown(name)}" for name, count in by_severity)
        yield f"- Open by severity: {words}\n"
    if figures.mtta is not None:
        yield f"- Answered after {long_age(figures.mtta * 60)} on average (MTTA)\n"
    if figures.mttr is not None:
        yield f"- Closed after {long_age(figures.mttr * 60)} on average (MTTR)\n"


def _section(title: str, alerts: Sequence[Alert], nothing: str) -> Iterator[str]:
    yield f"\n## {title}\n\n"
    if not alerts:
        yield f"{nothing}\n"
        return
    yield table_head(("id", "severity", "status", "received", "owner", "host", "title"))
    for alert in alerts[:SHOWN]:
        yield table_row(cells_of(AlertRow.of(alert)))
    yield from _rest(len(alerts))


def _closed_lines(alerts: Sequence[Alert]) -> Iterator[str]:
    yield "\n## Closed\n\n"
    if not alerts:
        yield "Nothing was closed.\n"
        return
    yield table_head(("id", "severity", "status", "turned out to be", "owner", "why", "title"))
    for one in alerts[:SHOWN]:
        why = one.disposition_reason or one.false_positive_reason or ""
        turned_out = (one.disposition or "").replace("_", " ")
        owner = owner_of(one)
        yield table_row((str(one.id), one.severity, one.status, turned_out, owner, why, one.title))
    yield from _rest(len(alerts))


def _notable_lines(notable: Sequence[Notable]) -> Iterator[str]:
    yield "\n## Notable\n\n"
    if not notable:
        yield "Nothing stands out.\n"
    for one in notable[:NOTABLE_SHOWN]:
        alert = one.alert
        host = f" on {as_markdown(alert.affected_hostname)}" if alert.affected_hostname else ""
        yield f"- **#{alert.id}** {as_markdown(alert.title, 200)}{host}: {as_markdown(one.why)}\n"
    yield from _rest(len(notable), NOTABLE_SHOWN)


def _rest(count: int, shown: int = SHOWN) -> Iterator[str]:
    if count > shown:
        yield f"\n… and {count - shown:,} more, less urgent ones.\n"


def _notable(alerts: Iterable[Alert], since: datetime, now: datetime) -> Iterator[Notable]:
    for alert in alerts:
        reasons = [why for is_so, why in _REASONS if is_so(alert, since)]
        deadline = alert.notification_deadline
        if alert.requires_notification and not alert.reported:
            due = f" by {moment(deadline)}" if deadline else ""
            late = ", which is over" if deadline and deadline < now else ""
            reasons.append(f"someone must be told{due}{late}")
        if reasons:
            yield Notable(alert, "; ".join(reasons))


_REASONS: tuple[tuple[Callable[[Alert, datetime], bool], str], ...] = (
    (lambda a, _: a.severity == "critical" and _is_nobodys(a), _UNHEEDED),
    (lambda a, _: a.status == "escalated", "escalated"),
    (lambda a, _: a.status == "contained", "contained, and not resolved yet"),
    (
        lambda a, _: not is_open(a.status) and a.disposition == "true_positive",
        "closed as a true positive",
    ),
    (lambda a, since: _is_seen_often(a, since), "reported again and again"),
)


def _is_nobodys(alert: Alert) -> bool:
    return is_open(alert.status) and owner_of(alert) == NOBODY


def _is_seen_often(alert: Alert, since: datetime) -> bool:
    return alert.occurrences >= _OFTEN and _is_since(alert.last_seen_at, since)


def _is_since(moment_of: datetime | None, since: datetime) -> bool:
    return moment_of is not None and moment_of >= since


def _end(alert: Alert) -> datetime | None:
    return alert.resolution_at or alert.closed_at


def _urgency(alert: Alert) -> tuple[int, datetime, int]:
    return severity_rank(alert.severity), alert.received_at, alert.id


def _summary(alert: Alert) -> dict[str, Any]:
    wanted = {
        "id", "title", "severity", "status", "affected_hostname", "incident_id", "received_at",
        "first_response_at", "resolution_at", "disposition", "disposition_reason",
    }  # fmt: skip
    return alert.model_dump(mode="json", include=wanted) | {"owner": owner_of(alert) or None}
