"""A shift report: what was taken and closed, what is open, late or worth a word."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ir_client.wire.values import ALERT_STATUSES, is_open
from ir_console.model.format import plural
from ir_console.model.handover import Handover, as_document, as_markdown_text, handover_of

from .connecting import JsonOption, ProfileOption, UrlOption, connected, in_loop, profile_for
from .examples import shown_with
from .exits import UsageProblem
from .output import Output, json_text
from .paging import PAGE_SIZE, fresh_pages
from .when import TIME_HELP, clock, moment_given
from .writing import OutOption, writing

if TYPE_CHECKING:
    from ir_client import Alert, IRClient, Profile

_OPEN_STATUSES = [status for status in ALERT_STATUSES if is_open(status)]


@dataclass(frozen=True, slots=True)
class _Asked:
    since: datetime
    until: datetime
    analyst: str | None
    is_mine: bool


@shown_with(
    "ir-console handover",
    "ir-console handover --since 12h --me -o handover.md",
    "ir-console handover --analyst dana --since 2026-03-01T06:00",
    "ir-console handover --json | jq .counts",
)
def handover(
    ctx: typer.Context,
    profile: ProfileOption = None,
    url: UrlOption = None,
    since: Annotated[
        str, typer.Option(metavar="TIME", help=f"When the shift began; {TIME_HELP}.")
    ] = "8h",
    me: Annotated[bool, typer.Option("--me", help="Only what is yours.")] = False,
    analyst: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only what is this analyst's.")
    ] = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a shift report in Markdown: notable, closed, taken, overdue, still open.

    Taken is what was answered for the first time since then and is someone's. Nothing of an alert
    is markup in it, so that the report can be put into a ticket, a wiki or a mail as it is.
    """
    if me and analyst is not None:
        raise UsageProblem("It is either --me or --analyst", hint="Leave one of them out.")
    now = clock()
    asked = _Asked(moment_given(since, now), now, analyst, me)
    output, chosen = Output.standard(), profile_for(ctx, profile, url)
    with writing(out, output) as write:
        report = in_loop(_gathered(chosen, output, asked))
        write(
            json_text(as_document(report))
            if as_json
            else as_markdown_text(report, server=chosen.url)
        )


async def _gathered(profile: "Profile", output: Output, asked: _Asked) -> Handover:
    found: list[Alert] = []
    async with connected(profile, output) as client:
        whose = (await client.auth.me()).username if asked.is_mine else asked.analyst or ""
        async for alerts in fresh_pages(client.alerts.list(status=_OPEN_STATUSES, size=PAGE_SIZE)):
            found.extend(alerts)
            output.progress(f"{plural(len(found), 'open alert')} …")
        await _add_changed(client, found, asked.since)
    report = handover_of(found, since=asked.since, now=asked.until, whose=whose)
    if whose and not (report.taken or report.closed or report.open):
        output.note(f"No alert was {whose}'s since then: is the name right?")
    return report


async def _add_changed(client: "IRClient", found: "list[Alert]", since: datetime) -> None:
    """Add what changed since, also on a server that cannot be asked for that."""
    newest_first = client.alerts.list(sort_by="updated_at", size=PAGE_SIZE)
    async for alerts in fresh_pages(newest_first):
        changed = [alert for alert in alerts if alert.updated_at >= since]
        found.extend(changed)
        if len(changed) < len(alerts):
            return
