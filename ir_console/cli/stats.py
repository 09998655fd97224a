"""How the alerts stand: tables and little pictures, or JSON."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from ir_console.model.format import long_age, plural
from ir_console.model.pulse import sparkline
from ir_console.model.statistics import NOBODY, Group, Statistics, in_order, statuses_in_order

from .connecting import JsonOption, ProfileOption, UrlOption, connected, in_loop, profile_for
from .examples import shown_with
from .output import Column, Output
from .paging import PAGE_SIZE, fresh_pages
from .when import TIME_HELP, clock, moment_given

if TYPE_CHECKING:
    from ir_client import IRClient, Profile
    from ir_client.wire.overview import AlertStats

_FIGURES = (
    Column("ALERTS", align_right=True),
    Column("OPEN", align_right=True),
    Column("OVERDUE", align_right=True),
    Column("MTTA", align_right=True),
    Column("MTTR", align_right=True),
)


@shown_with(
    "ir-console stats",
    "ir-console stats --since 24h",
    "ir-console stats --since 2026-03-01T00:00 --json | jq .by_analyst",
)
def stats(
    ctx: typer.Context,
    profile: ProfileOption = None,
    url: UrlOption = None,
    since: Annotated[
        str, typer.Option(metavar="TIME", help=f"Alerts received since then; {TIME_HELP}.")
    ] = "7d",
    as_json: JsonOption = False,
) -> None:
    """Count alerts by severity, status, analyst and time, and say how fast they are worked.

    MTTA is the average time from receipt to the first answer, MTTR to the end; by analyst means
    by who has the alert now. What is said of all alerts is the server's word, the rest is counted
    here from the alerts that were received since.
    """
    now = clock()
    counted = Statistics(since=moment_given(since, now), now=now)
    output, chosen = Output.standard(), profile_for(ctx, profile, url)
    overview = in_loop(_counted(chosen, output, counted))
    if as_json:
        whole = None if overview is None else overview.model_dump(mode="json")
        output.document(counted.as_document() | {"all_time": whole})
        return
    _show(output, counted, overview)


async def _counted(profile: "Profile", output: Output, counted: Statistics) -> "AlertStats | None":
    async with connected(profile, output) as client:
        overview = await _overview(client)
        listed = client.alerts.list(received_after=counted.since, size=PAGE_SIZE)
        async for alerts in fresh_pages(listed):
            for alert in alerts:
                counted.note(alert)
            output.progress(f"{plural(counted.all.alerts, 'alert')} …")
    return overview


async def _overview(client: "IRClient") -> "AlertStats | None":
    from ir_client import errors

    try:
        return await client.alerts.stats()
    except (errors.NotFound, errors.BadRequest, errors.InvalidResponse, errors.ValidationFailed):
        # A plain server may not have it, or take the address for that of an alert.
        return None


def _show(output: Output, counted: Statistics, overview: "AlertStats | None") -> None:
    if overview is None:
        output.note("This server keeps no figures of all alerts; these are counted from the list.")
    else:
        output.line(f"All time: {_counts(overview.total, overview)}")
        answered, ended = (
            overview.average_time_to_first_response,
            overview.average_time_to_resolution,
        )
        output.line(f"Answered after {_time(answered)}, closed after {_time(ended)} on average.")
        output.line()
    figures = counted.all
    output.line(
        f"Since {counted.since:%Y-%m-%d %H:%M}Z: {_counts(figures.alerts, figures)}", style="bold"
    )
    if not figures.alerts:
        output.note("No alert was received since then; --since looks further back.")
        return
    output.line()
    _show_severities(output, counted)
    output.line()
    output.table(
        [Column("STATUS"), Column("ALERTS", align_right=True)],
        [[name, f"{counted.statuses[name]:,}"] for name in statuses_in_order(counted.statuses)],
    )
    output.line()
    _show_analysts(output, counted)


def _counts(total: int, figures: "Group | AlertStats") -> str:
    return (
        f"{plural(total, 'alert')}, {figures.open:,} open, "
        f"{figures.overdue:,} overdue, {figures.unassigned:,} nobody's"
    )


def _show_severities(output: Output, counted: Statistics) -> None:
    names = in_order(counted.severities)
    rows = [
        [name, *_figures(counted.severities[name]), _picture(counted.over_time(name))]
        for name in names
    ]
    rows.append(["all", *_figures(counted.all), _picture(counted.over_time())])
    over_time = f"OVER TIME, {_step(counted)} A BAR"
    output.table([Column("SEVERITY", styled=True), *_FIGURES, Column(over_time)], rows)


def _show_analysts(output: Output, counted: Statistics) -> None:
    names = sorted(counted.analysts, key=lambda name: (name == NOBODY, name))
    rows = []
    for name in names:
        group = counted.analysts[name]
        alerts, *rest = _figures(group)
        rows.append([name or "(nobody)", alerts, f"{group.closed:,}", *rest])
    first, *others = _FIGURES
    output.table(
        [Column("ANALYST", limit=24), first, Column("CLOSED", align_right=True), *others], rows
    )


def _figures(group: Group) -> list[str]:
    counts = (group.alerts, group.open, group.overdue)
    return [*(f"{count:,}" for count in counts), _time(group.mtta), _time(group.mttr)]


def _picture(counts: "Iterable[int]") -> str:
    bars = list(counts)
    return sparkline(bars, max(bars))


def _step(counted: Statistics) -> str:
    return long_age(counted.step_seconds).upper()


def _time(minutes: float | None) -> str:
    return "-" if minutes is None else long_age(minutes * 60)
