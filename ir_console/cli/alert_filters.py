"""Which alerts a command is about: the options of lists and exports, checked."""

from datetime import datetime
from typing import Annotated, Any, Literal

import typer

from ir_client.wire.values import ALERT_STATUSES, SEVERITIES

from .completing import severities, statuses, words_of_query
from .given import among
from .output import Output
from .queries import checked_query
from .when import TIME_HELP, moment_given

SortBy = Literal["received_at", "detected_at", "severity", "status", "updated_at"]

SearchOption = Annotated[str | None, typer.Option(help="Alerts with this text.")]
SeverityOption = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="May be repeated.", autocompletion=severities),
]
StatusOption = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="May be repeated.", autocompletion=statuses),
]
QueryOption = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT",
        help="Only these, such as 'severity >= high and ip: 10.0.0.0/8'.",
        autocompletion=words_of_query,
    ),
]
UpdatedAfterOption = Annotated[
    str | None, typer.Option(metavar="TIME", help=f"Changed since then; {TIME_HELP}.")
]
SortByOption = Annotated[SortBy, typer.Option(help="What they are sorted by.")]
AscendingOption = Annotated[bool, typer.Option("--ascending", help="Least or oldest first.")]


def wanted(
    output: Output,
    *,
    now: datetime,
    search: str | None,
    severity: list[str] | None,
    status: list[str] | None,
    query: str | None,
    updated_after: str | None,
    sort_by: SortBy,
    ascending: bool,
) -> dict[str, Any]:
    """What `client.alerts.list` is asked with. Raises UsageProblem and QueryError."""
    given = {
        "search": search,
        "query": checked_query(query, output),
        "severity": among("--severity", severity, SEVERITIES),
        "status": among("--status", status, ALERT_STATUSES),
        "updated_after": None if updated_after is None else moment_given(updated_after, now),
    }
    filters: dict[str, Any] = {key: value for key, value in given.items() if value}
    return filters | {"sort_by": sort_by, "sort_order": "asc" if ascending else "desc"}
