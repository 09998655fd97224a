"""The fields of an alert in their sections: what each is called, and how its value is said."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ir_client.wire.base import JsonObject
from ir_console.safe_text import safe_block, safe_text

from .format import long_age, moment
from .looks import severity_look, status_word

_BLOCK_LIMIT = 8_000

Say = Callable[[Any, float], str]


@dataclass(frozen=True, slots=True)
class Shown:
    """A field as it is shown: its name in the model, its label, and how its value is said."""

    name: str
    label: str
    say: Say


def _plain(value: Any, _: float) -> str:
    return safe_text(str(value))


def _block(value: Any, _: float) -> str:
    return safe_block(str(value), _BLOCK_LIMIT)


def _words(value: Any, _: float) -> str:
    return ", ".join(safe_text(str(part), 120) for part in value)


def _code(value: Any, _: float) -> str:
    return safe_text(str(value)).replace("_", " ")


def _time(value: datetime, now: float) -> str:
    seconds = now - value.timestamp()
    age = f"{long_age(seconds)} ago" if seconds >= 0 else f"in {long_age(-seconds)}"
    return f"{moment(value)}  ({age})"


def _minutes(value: float, _: float) -> str:
    return long_age(value * 60)


def _percent(value: float, _: float) -> str:
    return f"{value * 100:.0f} %"


def _number(value: float, _: float) -> str:
    return f"{value:g}"


def _yes(value: bool, _: float) -> str:
    return "yes" if value else "no"


def _status(value: str, _: float) -> str:
    return status_word(value)


def _severity(value: str, _: float) -> str:
    look = severity_look(value)
    return f"{look.mark} {look.word}"


def _person(value: Any, _: float) -> str:
    name = safe_text(value.username, 80)
    return f"{name} ({safe_text(value.full_name, 80)})" if value.full_name else name


_json_encoder = json.JSONEncoder(indent=2, ensure_ascii=False, default=str)


def _json(value: JsonObject, _: float) -> str:
    # Written only as far as it is shown: a whole alert may hold a megabyte, and this runs often.
    written, size = [], 0
    for part in _json_encoder.iterencode(value):
        written.append(part)
        size += len(part)
        if size > _BLOCK_LIMIT:
            break
    return safe_block("".join(written), _BLOCK_LIMIT)


SECTIONS: tuple[tuple[str, tuple[Shown, ...]], ...] = (
    (
        "Triage",
        (
            Shown("severity", "Severity", _severity),
            Shown("status", "Status", _status),
            Shown("assigned_analyst", "Owner", _person),
            Shown("assigned_analyst_id", "Owner id", _plain),
            Shown("incident_id", "Incident", _plain),
            Shown("disposition", "Disposition", _code),
            Shown("disposition_reason", "Reason", _block),
            Shown("false_positive", "False positive", _yes),
            Shown("false_positive_reason", "Because", _block),
            Shown("is_overdue", "Overdue", _yes),
            Shown("team", "Team", _plain),
            Shown("tags", "Tags", _words),
            Shown("occurrences", "Seen", _plain),
            Shown("last_seen_at", "Last seen", _time),
        ),
    ),
    (
        "Where",
        (
            Shown("affected_hostname", "Host", _plain),
            Shown("affected_user", "User", _plain),
            Shown("source_ip", "From address", _plain),
            Shown("source_port", "From port", _plain),
            Shown("destination_ip", "To address", _plain),
            Shown("destination_port", "To port", _plain),
            Shown("protocol", "Protocol", _plain),
            Shown("asset_criticality", "Asset", _plain),
        ),
    ),
    ("What", (Shown("description", "Description", _block),)),
    ("Related", ()),
    ("Timeline", ()),
    (
        "Detection",
        (
            Shown("source", "Source", _plain),
            Shown("source_system", "System", _plain),
            Shown("rule_name", "Rule", _plain),
            Shown("rule_id", "Rule id", _plain),
            Shown("threat_type", "Threat", _code),
            Shown("mitre_techniques", "ATT&CK", _words),
            Shown("risk_score", "Risk", _number),
            Shown("confidence_score", "Confidence", _percent),
            Shown("external_alert_id", "External id", _plain),
            Shown("correlation_id", "Correlation", _plain),
            Shown("parent_alert_id", "Parent alert", _plain),
            Shown("playbook_execution_id", "Playbook run", _plain),
        ),
    ),
    (
        "Clocks",
        (
            Shown("detected_at", "Detected", _time),
            Shown("received_at", "Received", _time),
            Shown("created_at", "Created", _time),
            Shown("updated_at", "Updated", _time),
            Shown("first_response_at", "First response", _time),
            Shown("time_to_first_response", "Took", _minutes),
            Shown("containment_at", "Contained", _time),
            Shown("resolution_at", "Resolved", _time),
            Shown("time_to_resolution", "Took in all", _minutes),
            Shown("closed_at", "Closed", _time),
            Shown("revision", "Revision", _plain),
        ),
    ),
    (
        "Notes and impact",
        (
            Shown("investigation_notes", "Notes", _block),
            Shown("analyst_comments", "Comments", _block),
            Shown("business_impact", "Impact", _block),
            Shown("estimated_financial_impact", "Estimated cost", _number),
            Shown("data_classification", "Data class", _plain),
            Shown("requires_notification", "Must notify", _yes),
            Shown("notification_deadline", "Notify until", _time),
            Shown("reported", "Reported", _yes),
            Shown("reported_at", "Reported at", _time),
            Shown("reported_to", "Reported to", _words),
            Shown("compliance_notes", "Compliance", _block),
        ),
    ),
    ("Enrichment", (Shown("enrichment_data", "Data", _json),)),
)

# The head says these two.
_HEAD_FIELDS = frozenset({"id", "title"})
SHOWN_FIELDS = _HEAD_FIELDS | {field.name for _, fields in SECTIONS for field in fields}
