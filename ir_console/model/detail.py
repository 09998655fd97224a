"""Everything there is to say about one alert, as lines of a given width.

Every field of an alert that is set appears exactly once; a test holds this to the wire model.
What changed a moment ago is marked with Δ.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ir_client.wire.alerts import Alert, TimelineEntry
from ir_client.wire.base import JsonObject
from ir_console.safe_text import safe_block, safe_text

from .format import long_age, moment
from .looks import severity_look, status_tone, status_word
from .spans import Line, Span, Tone, fit, wrap
from .story import timeline_lines

_LABEL_WIDTH = 16
_BLOCK_LIMIT = 8_000


@dataclass(frozen=True, slots=True)
class History:
    """The timeline of an alert: not asked for yet (None), here, or not to be had."""

    entries: tuple[TimelineEntry, ...] | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class DetailInput:
    """What the detail pane is made of; `now` is the time of day in seconds."""

    alert: Alert
    now: float
    width: int
    history: History = field(default_factory=History)
    changed: frozenset[str] = frozenset()


_Say = Callable[[Any, float], str]


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    label: str
    say: _Say


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


_SECTIONS: tuple[tuple[str, tuple[_Field, ...]], ...] = (
    (
        "Triage",
        (
            _Field("severity", "Severity", _severity),
            _Field("status", "Status", _status),
            _Field("assigned_analyst", "Owner", _person),
            _Field("assigned_analyst_id", "Owner id", _plain),
            _Field("incident_id", "Incident", _plain),
            _Field("disposition", "Disposition", _code),
            _Field("disposition_reason", "Reason", _block),
            _Field("false_positive", "False positive", _yes),
            _Field("false_positive_reason", "Because", _block),
            _Field("is_overdue", "Overdue", _yes),
            _Field("team", "Team", _plain),
            _Field("tags", "Tags", _words),
            _Field("occurrences", "Seen", _plain),
            _Field("last_seen_at", "Last seen", _time),
        ),
    ),
    (
        "Where",
        (
            _Field("affected_hostname", "Host", _plain),
            _Field("affected_user", "User", _plain),
            _Field("source_ip", "From address", _plain),
            _Field("source_port", "From port", _plain),
            _Field("destination_ip", "To address", _plain),
            _Field("destination_port", "To port", _plain),
            _Field("protocol", "Protocol", _plain),
            _Field("asset_criticality", "Asset", _plain),
        ),
    ),
    ("What", (_Field("description", "Description", _block),)),
    ("Timeline", ()),
    (
        "Detection",
        (
            _Field("source", "Source", _plain),
            _Field("source_system", "System", _plain),
            _Field("rule_name", "Rule", _plain),
            _Field("rule_id", "Rule id", _plain),
            _Field("threat_type", "Threat", _code),
            _Field("mitre_techniques", "ATT&CK", _words),
            _Field("risk_score", "Risk", _number),
            _Field("confidence_score", "Confidence", _percent),
            _Field("external_alert_id", "External id", _plain),
            _Field("correlation_id", "Correlation", _plain),
            _Field("parent_alert_id", "Parent alert", _plain),
            _Field("playbook_execution_id", "Playbook run", _plain),
        ),
    ),
    (
        "Clocks",
        (
            _Field("detected_at", "Detected", _time),
            _Field("received_at", "Received", _time),
            _Field("created_at", "Created", _time),
            _Field("updated_at", "Updated", _time),
            _Field("first_response_at", "First response", _time),
            _Field("time_to_first_response", "Took", _minutes),
            _Field("containment_at", "Contained", _time),
            _Field("resolution_at", "Resolved", _time),
            _Field("time_to_resolution", "Took in all", _minutes),
            _Field("closed_at", "Closed", _time),
            _Field("revision", "Revision", _plain),
        ),
    ),
    (
        "Notes and impact",
        (
            _Field("investigation_notes", "Notes", _block),
            _Field("analyst_comments", "Comments", _block),
            _Field("business_impact", "Impact", _block),
            _Field("estimated_financial_impact", "Estimated cost", _number),
            _Field("data_classification", "Data class", _plain),
            _Field("requires_notification", "Must notify", _yes),
            _Field("notification_deadline", "Notify until", _time),
            _Field("reported", "Reported", _yes),
            _Field("reported_at", "Reported at", _time),
            _Field("reported_to", "Reported to", _words),
            _Field("compliance_notes", "Compliance", _block),
        ),
    ),
    ("Enrichment", (_Field("enrichment_data", "Data", _json),)),
)

# The head says these two.
_HEAD_FIELDS = frozenset({"id", "title"})
SHOWN_FIELDS = _HEAD_FIELDS | {field.name for _, fields in _SECTIONS for field in fields}


def changed_fields(before: Alert, after: Alert) -> frozenset[str]:
    """The fields that differ, those aside that change with every change."""
    always = {"updated_at", "revision"}
    return frozenset(
        name
        for name in Alert.model_fields
        if name not in always and getattr(before, name) != getattr(after, name)
    )


def detail_lines(given: DetailInput) -> tuple[Line, ...]:
    """The whole pane for one alert."""
    lines = list(_head(given))
    for title, fields in _SECTIONS:
        body = list(_section(fields, given)) if fields else list(_timeline(given))
        if body:
            lines += [(), _rule(title, given.width), *body]
    return tuple(lines)


def _head(given: DetailInput) -> Iterator[Line]:
    alert = given.alert
    look = severity_look(alert.severity)
    for text in wrap(safe_text(alert.title), given.width):
        yield (Span(text, Tone.STRONG),)
    owner = alert.assigned_analyst
    yield (
        Span(f"{look.mark} {look.word}", look.tone),
        Span("  ·  ", Tone.MUTED),
        Span(status_word(alert.status), status_tone(alert.status)),
        Span("  ·  ", Tone.MUTED),
        Span(f"#{alert.id}", Tone.MUTED),
        Span("  ·  ", Tone.MUTED),
        Span(safe_text(owner.username, 80), Tone.ACCENT) if owner else Span("nobody’s", Tone.MUTED),
    )


def _rule(title: str, width: int) -> Line:
    return (Span(title, Tone.ACCENT), Span(" " + "─" * max(0, width - len(title) - 1), Tone.MUTED))


def _section(fields: tuple[_Field, ...], given: DetailInput) -> Iterator[Line]:
    for field_ in fields:
        value = getattr(given.alert, field_.name)
        if value is None or value in ("", (), {}) or _goes_without_saying(field_.name, value):
            continue
        is_changed = field_.name in given.changed
        text = field_.say(value, given.now)
        yield from _labelled(field_.label, text, given.width, is_changed=is_changed)


def _goes_without_saying(name: str, value: Any) -> bool:
    return (value is False) or (name == "occurrences" and value == 1)


def _labelled(label: str, text: str, width: int, *, is_changed: bool) -> Iterator[Line]:
    mark = Span("Δ " if is_changed else "  ", Tone.WARNING)
    room = max(8, width - _LABEL_WIDTH - 2)
    for position, line in enumerate(wrap(text, room)):
        head = (mark, Span(fit(label, _LABEL_WIDTH), Tone.MUTED))
        if position:
            head = (Span("  "), Span(" " * _LABEL_WIDTH))
        yield (*head, Span(line, Tone.STRONG if is_changed else Tone.TEXT))


def _timeline(given: DetailInput) -> Iterator[Line]:
    history = given.history
    if history.problem:
        yield (Span("  " + safe_text(history.problem, 200), Tone.ERROR),)
    if history.entries is None:
        if not history.problem:
            yield (Span("  loading…", Tone.MUTED),)
        return
    if not history.entries:
        yield (Span("  nothing yet", Tone.MUTED),)
    owner = given.alert.assigned_analyst
    names = {owner.id: owner.username} if owner else {}
    yield from timeline_lines(history.entries, now=given.now, width=given.width, names=names)
