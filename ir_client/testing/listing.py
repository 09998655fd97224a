"""`GET /alerts/` of the fake server: filters, order, pages by number or by cursor."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import httpx

from ..wire.alerts import Alert
from ..wire.base import as_utc

_SAME = ("severity", "status", "source", "threat_type", "assigned_analyst_id", "incident_id")
_AFTER = ("detected_after", "received_after", "updated_after")

Place = tuple[float | str, int]


def listed(
    alerts: Iterable[Alert], params: httpx.QueryParams, features: Sequence[str]
) -> dict[str, Any]:
    """The page that the parameters ask for, as a server with these features answers it."""
    field = params.get("sort_by", "received_at")
    descending = params.get("sort_order", "desc") == "desc"
    rows = [alert for alert in alerts if _matches(alert, params, features)]
    rows.sort(key=lambda alert: _place(alert, field), reverse=descending)
    size, page = int(params.get("size", "50")), int(params.get("page", "1"))
    total = len(rows)
    body: dict[str, Any] = {
        "pagination": {
            "page": page,
            "size": size,
            "total": total,
            "total_pages": -(-total // size),
        }
    }
    if "cursor" in features:
        rows = _beyond(rows, params.get("cursor"), field, descending=descending)
        shown = rows[:size]
        body["next_cursor"] = json.dumps(_place(shown[-1], field)) if len(rows) > size else None
    else:
        shown = rows[(page - 1) * size : page * size]
    body["alerts"] = [alert.model_dump(mode="json") for alert in shown]
    return body


def _matches(alert: Alert, params: httpx.QueryParams, features: Sequence[str]) -> bool:
    for name in _SAME:
        wanted = params.get_list(name)
        if wanted and str(getattr(alert, name)) not in wanted:
            return False
    for name in _AFTER:
        if name in params and (name != "updated_after" or name in features):
            since = as_utc(datetime.fromisoformat(params[name]))
            if getattr(alert, name.replace("_after", "_at")) < since:
                return False
    return params.get("search", "").lower() in alert.title.lower()


def _place(alert: Alert, field: str) -> Place:
    value = getattr(alert, field)
    return (value.timestamp() if isinstance(value, datetime) else str(value), alert.id)


def _beyond(rows: list[Alert], cursor: str | None, field: str, *, descending: bool) -> list[Alert]:
    if cursor is None:
        return rows
    value, number = json.loads(cursor)
    last: Place = (value, number)
    if descending:
        return [alert for alert in rows if _place(alert, field) < last]
    return [alert for alert in rows if _place(alert, field) > last]
