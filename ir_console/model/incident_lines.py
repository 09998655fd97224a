"""Incidents as lines: one in a list, and one whole, with its alerts and its history."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ir_client.wire.incidents import Incident, IncidentEntry
from ir_client.wire.values import is_open
from ir_console.safe_text import safe_block, safe_text

from .format import long_age, moment, plural, short_age
from .looks import severity_look, status_tone, status_word
from .picking import Entry
from .rows import Row
from .spans import Line, Span, Tone, fit, fit_right, width_of, wrap
from .story import field_value

_WORD_WIDTH = 18
_SOON_SECONDS = 3600.0
_MOST_LINES = 200
_TITLE_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Part:
    """What a line of an incident stands for: one of its alerts, or nothing to open."""

    line: int
    alert_id: int | None = None


def incident_entries(incidents: Sequence[Incident], *, now: float, width: int) -> list[Entry[int]]:
    """The lines of a list of incidents."""
    return [Entry(one.id, incident_line(one, now=now, width=width)) for one in incidents]


def incident_line(incident: Incident, *, now: float, width: int) -> Line:
    """One incident in one line; on narrow terminals without its owner and its alerts."""
    look = severity_look(incident.severity)
    tone = Tone.TEXT if is_open(incident.status) else Tone.MUTED
    due = next_deadline(incident, now)
    spans = [
        Span(fit(safe_text(incident.priority, 4), 3), look.tone),
        Span(f"{look.short}  ", look.tone),
        Span(fit(incident_word(incident.status), 14), status_tone(incident.status)),
        Span(fit(due.text if due else "", 18), due.tone if due else Tone.MUTED),
    ]
    if width >= 100:
        owner = _person(incident)
        spans += [
            Span(fit(owner or "–", 13), Tone.ACCENT if owner else Tone.MUTED),
            Span(fit_right(plural(_alert_count(incident), "alert"), 10) + "  ", Tone.MUTED),
        ]
    name = safe_text(incident.incident_id, 24)
    return (*spans, Span(f"{name}  ", Tone.MUTED), Span(safe_text(incident.title, 300), tone))


def next_deadline(incident: Incident, now: float) -> Span | None:
    """What is due next, and how loud that is; nothing when nothing is."""
    if not is_open(incident.status):
        return Span("was late", Tone.MUTED) if incident.sla_breached else None
    waits_for_answer = incident.first_response_at is None
    due = incident.response_sla_deadline if waits_for_answer else None
    deadlines = [at for at in (due, incident.resolution_sla_deadline) if at is not None]
    if not deadlines:
        return Span("late", Tone.ERROR) if incident.sla_breached else None
    left = min(deadlines).timestamp() - now
    if left < 0:
        return Span(f"late {long_age(-left)}", Tone.ERROR)
    return Span(f"due {long_age(left)}", Tone.WARNING if left < _SOON_SECONDS else Tone.TEXT)


def whole_incident(
    incident: Incident,
    *,
    entries: Sequence[IncidentEntry] | None,
    problem: str,
    row_of: Callable[[int], Row | None],
    now: float,
    width: int,
) -> list[Entry[Part]]:
    """All lines of one incident; those of its alerts can be picked."""
    lines: list[tuple[Line, int | None]] = [(line, None) for line in _head(incident, now, width)]
    lines.append((_heading(plural(_alert_count(incident), "alert").capitalize(), width), None))
    lines += [(_alert_line(one, row_of(one)), one) for one in incident.alert_ids[:_MOST_LINES]]
    if not incident.alert_ids:
        lines.append(((Span("  none", Tone.MUTED),), None))
    lines.append(((), None))
    lines.append((_heading("Timeline", width), None))
    lines += [(line, None) for line in _history(incident, entries, problem, now, width)]
    return [Entry(Part(place, alert_id), line) for place, (line, alert_id) in enumerate(lines)]


def incident_word(status: str) -> str:
    """A status of an incident in words."""
    return {"assigned": "Assigned", "active": "Active"}.get(status) or status_word(status)


def _head(incident: Incident, now: float, width: int) -> Iterator[Line]:
    look = severity_look(incident.severity)
    for text in wrap(safe_text(incident.title, _TITLE_LIMIT), width):
        yield (Span(text, Tone.STRONG),)
    yield (
        Span(f"{safe_text(incident.priority, 4)} · {look.mark} {look.word}", look.tone),
        Span(f" · {incident_word(incident.status)}", status_tone(incident.status)),
        Span(f" · {safe_text(incident.incident_id, 40)}", Tone.MUTED),
    )
    yield ()
    if (due := next_deadline(incident, now)) is not None:
        yield _field("Clock", due.text, due.tone)
    for word, deadline, done in (
        ("Answer due", incident.response_sla_deadline, incident.first_response_at),
        ("End due", incident.resolution_sla_deadline, incident.resolved_at),
    ):
        if deadline is not None:
            met = f" · done {moment(done)}" if done is not None else ""
            yield _field(word, moment(deadline) + met)
    yield _field("Owner", _person(incident) or "nobody")
    if incident.assigned_analyst is not None:
        yield _field("Analyst", safe_text(incident.assigned_analyst.username, 80))
    yield _field("Created", moment(incident.created_at))
    if incident.tags:
        yield _field("Tags", safe_text(", ".join(incident.tags), 200))
    if incident.description:
        yield ()
        for text in wrap(safe_block(incident.description, 4_000), width):
            yield (Span(text),)
    yield ()


def _history(
    incident: Incident,
    entries: Sequence[IncidentEntry] | None,
    problem: str,
    now: float,
    width: int,
) -> Iterator[Line]:
    if problem:
        yield (Span(f"  {problem}", Tone.WARNING),)
    told = entries if entries is not None else shown_entries(incident)
    if not told and not problem:
        words = "reading…" if entries is None else "nothing yet"
        yield (Span(f"  {words}", Tone.MUTED),)
    for entry in [*told][::-1][:_MOST_LINES]:
        yield from _entry_lines(entry, now, width)
    if len(told) > _MOST_LINES:
        yield (Span(f"  and {len(told) - _MOST_LINES:,} more entries", Tone.MUTED),)


def shown_entries(incident: Incident) -> list[IncidentEntry]:
    """What an incident itself tells of its history, as far as it can be understood."""
    found = []
    for line in incident.incident_timeline:
        try:
            found.append(IncidentEntry.model_validate(line))
        except ValueError:
            continue
    return found


def _entry_lines(entry: IncidentEntry, now: float, width: int) -> Iterator[Line]:
    age = "" if entry.at is None else short_age(now - _at(entry.at))
    changes = ", ".join(
        f"{safe_text(name, 40).replace('_', ' ')} {_value(name, change.before)}"
        f" → {_value(name, change.after)}"
        for name, change in entry.changes.items()
    )
    action = safe_text(entry.action, 40).replace("_", " ")
    words = f"{action}: {changes}" if changes else action
    head = (Span(fit_right(age, 6) + "  ", Tone.MUTED), Span(safe_text(entry.actor, 80) + " "))
    room = max(8, width - width_of(head))
    first, *rest = wrap(words, room)
    yield (head[0], Span(head[1].text, Tone.ACCENT), Span(first))
    for line in rest:
        yield (Span(" " * 8), Span(line))
    if entry.notes:
        for line in wrap(safe_block(entry.notes, 4_000), max(8, width - 10)):
            yield (Span(" " * 8 + "│ ", Tone.MUTED), Span(line, Tone.STRONG))


def _alert_line(alert_id: int, row: Row | None) -> Line:
    number = Span(fit(f"  #{alert_id}", 11), Tone.MUTED)
    if row is None:
        return (number, Span("not loaded, or not yours to see", Tone.MUTED))
    look = severity_look(row.severity)
    return (
        number,
        Span(f"{look.short}  ", look.tone),
        Span(fit(status_word(row.status), 15), status_tone(row.status)),
        Span(row.title),
    )


def _value(name: str, value: object) -> str:
    if name == "status" and value is not None:
        return incident_word(str(value))
    return field_value(name, value)


def _heading(text: str, width: int) -> Line:
    return (Span(f"{text} ", Tone.ACCENT), Span("─" * max(0, width - len(text) - 1), Tone.MUTED))


def _field(word: str, text: str, tone: Tone = Tone.TEXT) -> Line:
    return (Span(fit(f"  {word}", _WORD_WIDTH), Tone.MUTED), Span(text, tone))


def _person(incident: Incident) -> str:
    if incident.owner is not None:
        return safe_text(incident.owner.username, 80)
    return "" if incident.owner_id is None else f"user {incident.owner_id}"


def _alert_count(incident: Incident) -> int:
    return max(incident.alert_count, len(incident.alert_ids))


def _at(time: datetime) -> float:
    return time.timestamp()
