"""Which columns fit a width, and what each says of a row.

A view may name its columns; else they are those of the width. Widths are fixed, one column takes
the rest; the least important go first when it gets narrow, of those that a view names the last
ones. Nothing is ever measured: a wide value is cut, so an update cannot move the columns.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from .format import short_age
from .looks import severity_look, short_status_word, status_tone, status_word
from .rows import Row
from .sla import sla_look
from .spans import Line, Span, Tone, fit, fit_right

GUTTER = 3
_GAP = 2
_ROOMY_FROM = 118
_TITLE_MINIMUM = {True: 40, False: 26}

_Cell = Callable[[Row, float], Span]


@dataclass(frozen=True, slots=True)
class Column:
    """A column as planned for one width."""

    name: str
    label: str
    width: int
    cell: _Cell
    at_right: bool = False


def _severity_short(row: Row, _: float) -> Span:
    look = severity_look(row.severity)
    return Span(look.short, look.tone)


def _severity_long(row: Row, _: float) -> Span:
    look = severity_look(row.severity)
    return Span(f"{look.mark} {look.word}", look.tone)


def _age(row: Row, now: float) -> Span:
    return Span(short_age(now - row.received), Tone.MUTED)


def _age_and_clock(row: Row, now: float) -> Span:
    look = sla_look(row, now)
    return Span(look.sign + fit_right(short_age(now - row.received), 4), look.tone)


def _due(row: Row, now: float) -> Span:
    look = sla_look(row, now)
    return Span(look.sign + fit_right(look.left, 4), look.tone)


def _status(row: Row, _: float) -> Span:
    return Span(status_word(row.status), status_tone(row.status))


def _short_status(row: Row, _: float) -> Span:
    return Span(short_status_word(row.status), status_tone(row.status))


def _title(row: Row, _: float) -> Span:
    seen = f" ×{row.occurrences}" if row.occurrences > 1 else ""
    if row.is_seen_again:
        return Span(f"↻ {row.title}{seen}", Tone.TEXT)
    if not row.is_open:
        return Span(row.title + seen, Tone.MUTED)
    return Span(row.title + seen, Tone.STRONG if row.severity == "critical" else Tone.TEXT)


def _target(row: Row, _: float) -> Span:
    return Span(row.target or "–", Tone.TEXT if row.is_open else Tone.MUTED)


def _owner(row: Row, _: float) -> Span:
    return Span(row.owner or "–", Tone.ACCENT if row.owner else Tone.MUTED)


def _source(row: Row, _: float) -> Span:
    return Span(row.source or "–", Tone.MUTED)


def _number(row: Row, _: float) -> Span:
    return Span(f"#{row.id}", Tone.MUTED)


def _risk(row: Row, _: float) -> Span:
    return Span("–" if row.risk is None else f"{row.risk:g}", Tone.TEXT)


def _seen(row: Row, _: float) -> Span:
    return Span(f"×{row.occurrences}", Tone.TEXT if row.occurrences > 1 else Tone.MUTED)


def _updated(row: Row, now: float) -> Span:
    return Span(short_age(now - row.updated), Tone.MUTED)


def _text(name: str) -> _Cell:
    return lambda row, _: Span(getattr(row, name) or "–", Tone.TEXT if row.is_open else Tone.MUTED)


_NARROW: dict[str, Column] = {
    column.name: column
    for column in (
        Column("severity", "SEV", 3, _severity_short),
        Column("age", "AGE", 5, _age_and_clock, at_right=True),
        Column("due", "DUE", 5, _due, at_right=True),
        Column("status", "STATUS", 10, _short_status),
        Column("title", "ALERT", 0, _title),
        Column("host", "HOST", 13, _target),
        Column("owner", "OWNER", 8, _owner),
        Column("id", "ID", 7, _number, at_right=True),
        Column("source", "SOURCE", 8, _source),
        Column("rule", "RULE", 18, _text("rule")),
        Column("user", "USER", 10, _text("user")),
        Column("address", "ADDRESS", 15, _text("address")),
        Column("risk", "RISK", 4, _risk, at_right=True),
        Column("seen", "SEEN", 5, _seen, at_right=True),
        Column("updated", "UPD", 4, _updated, at_right=True),
        Column("correlation", "CORRELATION", 12, _text("correlation")),
    )
}
_ROOMY: dict[str, Column] = _NARROW | {
    column.name: column
    for column in (
        Column("severity", "SEVERITY", 10, _severity_long),
        Column("status", "STATUS", 14, _status),
        Column("host", "HOST", 18, _target),
        Column("source", "SOURCE", 12, _source),
        Column("owner", "OWNER", 12, _owner),
        Column("rule", "RULE", 28, _text("rule")),
        Column("user", "USER", 14, _text("user")),
    )
}
_AGE_ALONE = Column("age", "AGE", 5, _age, at_right=True)
COLUMN_NAMES: tuple[str, ...] = tuple(_NARROW)
_USUAL_NARROW = ("severity", "age", "due", "status", "title", "host", "owner")
_USUAL_ROOMY = ("id", "severity", "age", "due", "status", "title", "host", "source", "owner")
_FIRST_TO_GO = ("source", "id", "due", "owner", "host", "status", "age")
_TAKES_THE_REST = ("title", "rule")


def plan_columns(width: int, names: Sequence[str] = ()) -> tuple[Column, ...]:
    """The columns for a table of `width` cells; those that a view names, else the usual ones."""
    is_roomy = width >= _ROOMY_FROM
    known = _ROOMY if is_roomy else _NARROW
    usual = _USUAL_ROOMY if is_roomy else _USUAL_NARROW
    columns = [known[name] for name in names or usual]
    wide = next((name for name in _TAKES_THE_REST if name in names or not names), columns[-1].name)
    to_go = reversed(names) if names else _FIRST_TO_GO
    for name in to_go:
        if _room(columns, wide, width) >= _TITLE_MINIMUM[is_roomy] or name == wide:
            continue
        columns = [column for column in columns if column.name != name]
    if any(column.name == "due" for column in columns):
        # The clock has a column of its own then.
        columns = [_AGE_ALONE if column.name == "age" else column for column in columns]
    room = max(1, _room(columns, wide, width))
    return tuple(
        replace(column, width=room, at_right=False) if column.name == wide else column
        for column in columns
    )


def read_columns(names: Sequence[str]) -> tuple[str, ...]:
    """The names of columns as they are written. Raises ValueError in words."""
    for name in names:
        if name not in COLUMN_NAMES:
            near = get_close_matches(name, COLUMN_NAMES, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(COLUMN_NAMES)}"
            raise ValueError(f"“{name}” is no column: {hint}")
    return tuple(dict.fromkeys(names))


def header_line(columns: tuple[Column, ...]) -> Line:
    """The labels of the columns."""
    return _line(columns, [Span(column.label, Tone.MUTED) for column in columns])


def row_line(row: Row, columns: tuple[Column, ...], now: float) -> Line:
    """What the table says of a row, exactly as wide as planned, the gutter left out."""
    return _line(columns, [column.cell(row, now) for column in columns])


def _room(columns: Sequence[Column], wide: str, width: int) -> int:
    """What is left for the column that takes the rest."""
    taken = sum(column.width for column in columns if column.name != wide)
    return width - GUTTER - taken - _GAP * (len(columns) - 1)


def _line(columns: tuple[Column, ...], spans: list[Span]) -> Line:
    # The gap belongs to the cell after it: half the spans, half the work of painting.
    return tuple(
        Span(
            (" " * _GAP if position else "")
            + (fit_right if column.at_right else fit)(span.text, column.width),
            span.tone,
        )
        for position, (column, span) in enumerate(zip(columns, spans, strict=True))
    )
