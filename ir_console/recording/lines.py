"""The format of a recording: one JSON document a line, in ASCII.

The first says what the file is and when it began. Each of the others is an event as the server sent
it, with `after`, the seconds since then, and `origin`, whether it was pushed or fetched.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from ir_client.errors import IRError
from ir_client.stream.events import Event, MalformedEvent, UnknownEvent, decode
from ir_client.wire.events import (
    AlertUpdated,
    IncidentCreated,
    IncidentUpdated,
    InitialData,
    NewAlert,
    RecentAlerts,
)
from ir_client.wire.protocol2 import AlertRemoved

FORMAT = "ir-console/1"

Recordable = (
    InitialData
    | RecentAlerts
    | NewAlert
    | AlertUpdated
    | AlertRemoved
    | IncidentCreated
    | IncidentUpdated
)


class RecordingError(IRError):
    """A file that is no recording, or is damaged; names the line."""

    hint = "Record one with `ir-console tail --record FILE`."


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event, and how many seconds after the beginning it came."""

    after: float
    event: Event


def first_line(began: datetime) -> str:
    """What stands at the beginning of a recording."""
    return _json({"recording": FORMAT, "began": began.isoformat()})


def line_of(event: Recordable, after: float) -> str:
    """An event as a line."""
    document: dict[str, Any] = {"after": round(max(0.0, after), 3)}
    if isinstance(event, NewAlert | AlertUpdated):
        document["origin"] = event.origin
    return _json(document | event.model_dump(mode="json", exclude_unset=True) | _kind(event))


def read_first_line(text: str) -> datetime:
    """When the recording began. Raises RecordingError."""
    document = _read(text, 1)
    if document.get("recording") != FORMAT:
        raise RecordingError("This file is no recording of a stream")
    try:
        began = datetime.fromisoformat(document.get("began"))  # type: ignore[arg-type] # any value
    except (TypeError, ValueError):
        raise RecordingError("Line 1 of the recording does not say when it began") from None
    return began if began.tzinfo else began.replace(tzinfo=UTC)


def read_line(text: str, number: int) -> Recorded:
    """The event of a line. Raises RecordingError, which names the line and quotes nothing."""
    document = _read(text, number)
    after, origin = document.pop("after", None), document.pop("origin", "live")
    if not isinstance(after, int | float) or isinstance(after, bool) or not 0 <= after < _AGES:
        raise RecordingError(f"Line {number} of the recording does not say when it came")
    event = _event_of(document)
    if isinstance(event, MalformedEvent | UnknownEvent):
        raise RecordingError(f"Line {number} of the recording is no event of a stream")
    if origin == "backfill" and isinstance(event, NewAlert | AlertUpdated):
        event = event.backfilled(event.alert)
    return Recorded(after, event)


_AGES = 10 * 365 * 86_400


def _event_of(document: dict[str, Any]) -> Event:
    if document.get("type") != "alert_removed":
        return decode(json.dumps(document))
    try:
        return AlertRemoved.model_validate(document)
    except ValidationError:
        return MalformedEvent("alert_removed", "not as it should be", "")


def _kind(event: Recordable) -> dict[str, str]:
    return {"type": event.type}


def _read(text: str, number: int) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise RecordingError(f"Line {number} of the recording is no JSON document")
    return document


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=True)
