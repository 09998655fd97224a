"""Everything there is to say about one alert, as lines of a given width.

Every field of an alert that is set appears exactly once; a test holds this to the wire model.
What changed a moment ago is marked with Δ.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ir_client.wire.alerts import Alert, TimelineEntry
from ir_console.safe_text import safe_text

from .detail_fields import SECTIONS, Shown
from .keymap import USUAL
from .looks import severity_look, status_tone, status_word
from .placed import PlacedLines
from .related import Related, Relation, related_lines
from .spans import Line, Span, Tone, fit, wrap
from .story import timeline_lines

Placed = tuple[Hashable, Line]

_LABEL_WIDTH = 16


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
    relations: tuple[Relation, ...] = ()
    counted: tuple[Related, ...] = ()
    related_key: str = USUAL.key("look.related")


def changed_fields(before: Alert, after: Alert) -> frozenset[str]:
    """The fields that differ, those aside that change with every change."""
    always = {"updated_at", "revision"}
    return frozenset(
        name
        for name in Alert.model_fields
        if name not in always and getattr(before, name) != getattr(after, name)
    )


def detail_text(given: DetailInput) -> PlacedLines:
    """The whole pane for one alert."""
    return PlacedLines.of(_placed(given))


def _placed(given: DetailInput) -> Iterator[Placed]:
    yield from _head(given)
    for title, fields in SECTIONS:
        body = list(_body(title, fields, given))
        if body:
            yield ("before", title), ()
            yield ("section", title), _rule(title, given.width, _hint(title, given))
            yield from body


def _hint(title: str, given: DetailInput) -> str:
    return f" {given.related_key} goes there" if title == "Related" else ""


def _body(title: str, fields: tuple[Shown, ...], given: DetailInput) -> Iterator[Placed]:
    match title:
        case "Timeline":
            return _timeline(given)
        case "Related":
            lines = related_lines(given.relations, given.counted, given.width)
            return ((("related", query), line) for query, line in lines)
        case _:
            return _section(fields, given)


def _head(given: DetailInput) -> Iterator[Placed]:
    alert = given.alert
    look = severity_look(alert.severity)
    for position, text in enumerate(wrap(safe_text(alert.title), given.width)):
        yield ("title", position), (Span(text, Tone.STRONG),)
    owner = alert.assigned_analyst
    yield (
        "head",
        (
            Span(f"{look.mark} {look.word}", look.tone),
            Span("  ·  ", Tone.MUTED),
            Span(status_word(alert.status), status_tone(alert.status)),
            Span("  ·  ", Tone.MUTED),
            Span(f"#{alert.id}", Tone.MUTED),
            Span("  ·  ", Tone.MUTED),
            Span(safe_text(owner.username, 80), Tone.ACCENT)
            if owner
            else Span("nobody’s", Tone.MUTED),
        ),
    )


def _rule(title: str, width: int, hint: str) -> Line:
    room = max(0, width - len(title) - len(hint) - 1)
    return (
        Span(title, Tone.ACCENT),
        Span(" " + "─" * room, Tone.MUTED),
        *((Span(hint, Tone.MUTED),) if hint else ()),
    )


def _section(fields: tuple[Shown, ...], given: DetailInput) -> Iterator[Placed]:
    for shown in fields:
        value = getattr(given.alert, shown.name)
        if value is None or value in ("", (), {}) or _goes_without_saying(shown.name, value):
            continue
        text = shown.say(value, given.now)
        lines = _labelled(shown.label, text, given.width, is_changed=shown.name in given.changed)
        for position, line in enumerate(lines):
            yield (shown.name, position), line


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


def _timeline(given: DetailInput) -> Iterator[Placed]:
    history = given.history
    if history.problem:
        yield "problem", (Span("  " + safe_text(history.problem, 200), Tone.ERROR),)
    if history.entries is None:
        if not history.problem:
            yield "loading", (Span("  loading…", Tone.MUTED),)
        return
    if not history.entries:
        yield "nothing", (Span("  nothing yet", Tone.MUTED),)
    owner = given.alert.assigned_analyst
    names = {owner.id: owner.username} if owner else {}
    yield from timeline_lines(history.entries, now=given.now, width=given.width, names=names)
