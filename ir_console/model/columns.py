"""Which columns fit a width, and what each says of a row.

Widths are fixed, the title takes the rest; the least important columns go first when it gets
narrow. Nothing is ever measured: a wide value is cut, so an update cannot move the columns.
"""

from collections.abc import Callable
from dataclasses import dataclass

from .format import short_age
from .looks import severity_look, short_status_word, status_tone, status_word
from .rows import Row
from .spans import Line, Span, Tone, fit, fit_right

GUTTER = 3
_GAP = 2
_ROOMY_FROM = 100
_TITLE_MINIMUM = {True: 44, False: 26}

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


def _status(row: Row, _: float) -> Span:
    return Span(status_word(row.status), status_tone(row.status))


def _short_status(row: Row, _: float) -> Span:
    return Span(short_status_word(row.status), status_tone(row.status))


def _title(row: Row, _: float) -> Span:
    seen = f" ×{row.occurrences}" if row.occurrences > 1 else ""
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


_TITLE = Column("title", "ALERT", 0, _title)
_NARROW = (
    Column("severity", "SEV", 3, _severity_short),
    Column("age", "AGE", 4, _age, at_right=True),
    Column("status", "STATUS", 10, _short_status),
    _TITLE,
    Column("target", "HOST", 13, _target),
    Column("owner", "OWNER", 8, _owner),
)
_ROOMY = (
    Column("number", "ID", 7, _number, at_right=True),
    Column("severity", "SEVERITY", 10, _severity_long),
    Column("age", "AGE", 4, _age, at_right=True),
    Column("status", "STATUS", 14, _status),
    _TITLE,
    Column("target", "HOST", 18, _target),
    Column("source", "SOURCE", 12, _source),
    Column("owner", "OWNER", 12, _owner),
)
_FIRST_TO_GO = ("source", "number", "owner", "target", "status", "age")


def plan_columns(width: int) -> tuple[Column, ...]:
    """The columns for a table of `width` cells, the title's width worked out."""
    is_roomy = width >= _ROOMY_FROM
    columns = list(_ROOMY if is_roomy else _NARROW)
    for name in _FIRST_TO_GO:
        if _title_room(columns, width) >= _TITLE_MINIMUM[is_roomy]:
            break
        columns = [column for column in columns if column.name != name]
    room = max(1, _title_room(columns, width))
    return tuple(
        Column(column.name, column.label, room, column.cell) if column is _TITLE else column
        for column in columns
    )


def header_line(columns: tuple[Column, ...]) -> Line:
    """The labels of the columns."""
    return _line(columns, [Span(column.label, Tone.MUTED) for column in columns])


def row_line(row: Row, columns: tuple[Column, ...], now: float) -> Line:
    """What the table says of a row, exactly as wide as planned, the gutter left out."""
    return _line(columns, [column.cell(row, now) for column in columns])


def _title_room(columns: list[Column], width: int) -> int:
    taken = sum(column.width for column in columns) + _GAP * (len(columns) - 1)
    return width - GUTTER - taken


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
