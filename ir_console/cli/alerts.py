"""Alerts: list, show, export; and, from next door, update, take, comment."""

from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ir_console.model.format import plural

from .alert_changes import comment, take, update
from .alert_filters import (
    AscendingOption,
    QueryOption,
    SearchOption,
    SeverityOption,
    SortByOption,
    StatusOption,
    UpdatedAfterOption,
    wanted,
)
from .alert_views import LIST_COLUMNS, list_row, markdown_of, show_alert
from .connecting import (
    AlertId,
    JsonOption,
    ProfileOption,
    UrlOption,
    connected,
    in_loop,
    profile_for,
)
from .examples import examples
from .output import Output
from .paging import PAGE_SIZE, fresh_pages
from .when import clock
from .writing import OutOption, is_shown, writing

if TYPE_CHECKING:
    from ir_client import Alert, Profile
    from ir_client.wire.alerts import TimelineEntry

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="List, show, export, update, take and comment alerts.",
    epilog=examples(
        "ir-console alerts list --severity critical --status new",
        "ir-console alerts take 1042",
        "ir-console alerts export --query 'is_open: true' -o open.csv",
    ),
)

ListFormat = Literal["table", "csv", "markdown", "json"]
ExportFormat = Literal["csv", "json", "markdown"]
_SUFFIXES = {"csv": "csv", "json": "jsonl", "markdown": "md"}
_PAGE_SIZE = 100


@app.command(
    "list",
    epilog=examples(
        "ir-console alerts list",
        "ir-console alerts list --query 'severity >= high and not assignee: *'",
        "ir-console alerts list --updated-after 8h --sort-by updated_at",
        "ir-console alerts list --status new --json | jq '.alerts[].title'",
        "ir-console alerts list --format markdown --limit 10",
    ),
)
def list_alerts(
    ctx: typer.Context,
    profile: ProfileOption = None,
    url: UrlOption = None,
    search: SearchOption = None,
    severity: SeverityOption = None,
    status: StatusOption = None,
    query: QueryOption = None,
    updated_after: UpdatedAfterOption = None,
    sort_by: SortByOption = "received_at",
    ascending: AscendingOption = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    format_name: Annotated[
        ListFormat, typer.Option("--format", help="CSV and Markdown are safe to open.")
    ] = "table",
    as_json: JsonOption = False,
) -> None:
    """List alerts, newest first."""
    output = Output.standard()
    filters = wanted(
        output,
        now=clock(),
        search=search,
        severity=severity,
        status=status,
        query=query,
        updated_after=updated_after,
        sort_by=sort_by,
        ascending=ascending,
    )
    found, total = in_loop(_listed(profile_for(ctx, profile, url), output, limit, filters))
    _print_list(output, found, total, "json" if as_json else format_name)
    if total > len(found) and not as_json:
        output.note(f"{len(found)} of {total} alerts; --limit shows more.")


def _print_list(output: Output, found: "list[Alert]", total: int, format_name: ListFormat) -> None:
    match format_name:
        case "json":
            shown = [one.model_dump(mode="json") for one in found]
            output.document({"alerts": shown, "total": total})
        case "table":
            output.table(LIST_COLUMNS, [list_row(alert) for alert in found])
        case _:
            from ir_console.model.exporting import head_of, line_of

            suffix = _SUFFIXES[format_name]
            output.text(head_of(suffix) + "".join(line_of(suffix, one) for one in found))


@app.command(
    epilog=examples(
        "ir-console alerts show 1042",
        "ir-console alerts show 1042 --json | jq .timeline",
        "ir-console alerts show 1042 --format markdown",
    )
)
def show(
    ctx: typer.Context,
    alert_id: AlertId,
    profile: ProfileOption = None,
    url: UrlOption = None,
    format_name: Annotated[ListFormat, typer.Option("--format", help="How.")] = "table",
    as_json: JsonOption = False,
) -> None:
    """Show one alert and what happened to it."""
    from ir_console.model.exporting import head_of, line_of

    output = Output.standard()
    alert, timeline = in_loop(_shown(profile_for(ctx, profile, url), output, alert_id))
    match "json" if as_json else format_name:
        case "json":
            entries = [entry.model_dump(mode="json") for entry in timeline]
            output.document(alert.model_dump(mode="json") | {"timeline": entries})
        case "csv":
            output.text(head_of("csv") + line_of("csv", alert))
        case "markdown":
            output.text(markdown_of(alert, timeline))
        case _:
            show_alert(output, alert, timeline)


@app.command(
    epilog=examples(
        "ir-console alerts export -o alerts.csv",
        "ir-console alerts export --format json --status closed | gzip > closed.jsonl.gz",
        "ir-console alerts export --format markdown --query 'severity: critical' --limit 20",
        "ir-console alerts export --updated-after 24h -o today.csv",
    )
)
def export(
    ctx: typer.Context,
    profile: ProfileOption = None,
    url: UrlOption = None,
    search: SearchOption = None,
    severity: SeverityOption = None,
    status: StatusOption = None,
    query: QueryOption = None,
    updated_after: UpdatedAfterOption = None,
    sort_by: SortByOption = "received_at",
    ascending: AscendingOption = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most so many; all without it.")
    ] = None,
    format_name: Annotated[
        ExportFormat, typer.Option("--format", help="json is a document a line, with every field.")
    ] = "csv",
    out: OutOption = None,
) -> None:
    """Write any number of alerts to a file or a pipe.

    They are written while they come, so that a million need no more memory than a hundred. A
    file appears when it is complete, and only you can read it. In CSV no cell is a formula.
    """
    output = Output.standard()
    filters = wanted(
        output,
        now=clock(),
        search=search,
        severity=severity,
        status=status,
        query=query,
        updated_after=updated_after,
        sort_by=sort_by,
        ascending=ascending,
    )
    chosen = profile_for(ctx, profile, url)
    count = in_loop(_exported(chosen, output, filters, limit, _SUFFIXES[format_name], out))
    if not is_shown(out):
        output.note(f"{plural(count, 'alert')} written.")


app.command(
    epilog=examples(
        "ir-console alerts update 1042 --status contained",
        "ir-console alerts update 1042 --assign me --tag beacon --tag vpn",
        "ir-console alerts update 1042 --status closed --disposition benign --reason 'a test'",
    )
)(update)
app.command(
    epilog=examples(
        "ir-console alerts take 1042",
        "ir-console alerts take 1042 --notes 'calling the user' --json",
    )
)(take)
app.command(
    epilog=examples("ir-console alerts comment 1042 'The host is off the network.'"),
)(comment)


async def _exported(
    profile: "Profile",
    output: Output,
    filters: dict[str, Any],
    limit: int | None,
    suffix: str,
    out: Path | None,
) -> int:
    from ir_console.model.exporting import head_of, line_of

    count, head = 0, head_of(suffix)
    size = PAGE_SIZE if limit is None else min(limit, PAGE_SIZE)
    # A file that cannot be written is found out before anything is asked.
    with writing(out, output) as write:
        async with connected(profile, output) as client:
            query = client.alerts.list(size=size, **filters)
            async with aclosing(fresh_pages(query)) as pages:
                async for alerts in pages:
                    chosen = alerts if limit is None else alerts[: limit - count]
                    write(head + "".join(line_of(suffix, alert) for alert in chosen))
                    head, count = "", count + len(chosen)
                    output.progress(f"{plural(count, 'alert')} …")
                    if count == limit:
                        break
    return count


async def _listed(
    profile: "Profile", output: Output, limit: int, filters: dict[str, Any]
) -> "tuple[list[Alert], int]":
    found: list[Alert] = []
    total = 0
    async with connected(profile, output) as client:
        async for page in client.alerts.list(size=min(limit, _PAGE_SIZE), **filters).pages():
            total = page.pagination.total
            found.extend(page.alerts)
            if len(found) >= limit:
                break
    return found[:limit], total


async def _shown(
    profile: "Profile", output: Output, alert_id: int
) -> "tuple[Alert, Sequence[TimelineEntry]]":
    from ir_client.errors import MissingFeature

    async with connected(profile, output) as client:
        alert = await client.alerts.get(alert_id)
        try:
            return alert, await client.alerts.timeline(alert_id)
        except MissingFeature:
            output.note("This server keeps no timeline; the alert is shown without it.")
            return alert, ()
