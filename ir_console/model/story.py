"""Tell what happened to an alert: the entries of its timeline in words, newest first."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import datetime
from heapq import nlargest

from ir_client.wire.alerts import Change, TimelineEntry
from ir_console.safe_text import safe_block, safe_text

from .format import moment, short_age
from .looks import severity_look, status_word
from .spans import Line, Span, Tone, fit_right, wrap

_AGE_WIDTH = 6
_VALUE_LIMIT = 80
_COMMENT_LIMIT = 4_000
_MOST_ENTRIES = 200
_FIELD_WORDS = {
    "assigned_analyst_id": "owner",
    "incident_id": "incident",
    "disposition_reason": "reason",
    "false_positive_reason": "reason",
}
_DEEDS = {
    "created": "created it",
    "commented": "commented",
    "owned": "took it",
    "seen_again": "saw it again",
}


def timeline_lines(
    entries: Sequence[TimelineEntry],
    *,
    now: float,
    width: int,
    names: Mapping[int, str] | None = None,
) -> Iterator[tuple[Hashable, Line]]:
    """The entries, newest first: who did what, and how long ago; each line with its entry.

    A noisy alert is seen again ten thousand times: of too many entries, what was done to the alert
    is told before what was only seen, and how many are left out is said.
    `names` of users by id turn the owner's number into a name; those who acted are known anyway.
    """
    known = _names_of_actors(entries) | dict(names or {})
    told = nlargest(_MOST_ENTRIES, entries, key=lambda entry: (_is_deed(entry), *_place(entry)))
    for entry in sorted(told, key=_place, reverse=True):
        age = fit_right(short_age(now - entry.at.timestamp()), _AGE_WIDTH)
        indent = " " * (_AGE_WIDTH + 2)
        who = safe_text(entry.actor.name, 80)
        words = wrap(deed(entry, known), max(8, width - len(indent) - len(who) - 1))
        lines: list[Line] = [
            (Span(age + "  ", Tone.MUTED), Span(who + " ", Tone.ACCENT), Span(words[0])),
            *((Span(indent), Span(line)) for line in words[1:]),
        ]
        if entry.comment:
            comment = safe_block(entry.comment, _COMMENT_LIMIT)
            for line in wrap(comment, max(8, width - len(indent) - 2)):
                lines.append((Span(indent + "│ ", Tone.MUTED), Span(line, Tone.STRONG)))
        yield from ((("entry", entry.id, position), line) for position, line in enumerate(lines))
    if len(entries) > _MOST_ENTRIES:
        yield "more", (Span(f"  and {len(entries) - _MOST_ENTRIES:,} more entries", Tone.MUTED),)


def _is_deed(entry: TimelineEntry) -> bool:
    return entry.action != "seen_again"


def _place(entry: TimelineEntry) -> tuple[datetime, int]:
    return (entry.at, entry.id)


def deed(entry: TimelineEntry, names: Mapping[int, str] | None = None) -> str:
    """What an entry says was done, in words."""
    changes = ", ".join(
        _change(name, change, names or {}) for name, change in entry.changes.items()
    )
    known = _DEEDS.get(entry.action)
    if entry.action == "created" or not changes:
        return known or safe_text(entry.action, 40).replace("_", " ")
    return f"{known}: {changes}" if known else changes


def deed_at(entry: TimelineEntry) -> str:
    """An entry as one sentence with its actor and its time of day."""
    return f"{moment(entry.at)[11:]}  {safe_text(entry.actor.name, 80)}: {deed(entry)}"


def _names_of_actors(entries: Sequence[TimelineEntry]) -> dict[int, str]:
    people = (entry.actor for entry in entries if entry.actor.kind == "user")
    return {actor.id: actor.name for actor in people if actor.id is not None}


def _change(name: str, change: Change, names: Mapping[int, str]) -> str:
    word = _FIELD_WORDS.get(name) or safe_text(name, 60).replace("_", " ")
    before, after = (_named(name, value, names) for value in (change.before, change.after))
    return f"{word} {field_value(name, before)} → {field_value(name, after)}"


def _named(name: str, value: object, names: Mapping[int, str]) -> object:
    if name == "assigned_analyst_id" and isinstance(value, int):
        return names.get(value, value)
    return value


def field_value(name: str, value: object) -> str:
    """The value of a field in few words."""
    if value is None or value == "":
        return "–"
    if name == "status":
        return status_word(str(value))
    if name == "severity":
        return severity_look(str(value)).word
    return safe_text(str(value), _VALUE_LIMIT)
