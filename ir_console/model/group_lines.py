"""What the table says of a group: folded or not, how many, of which severities, and of what."""

from ir_client.wire.values import SEVERITIES

from .format import short_count
from .looks import severity_look
from .rows import GroupRow
from .spans import Line, Span, Tone, fit, width_of

_COUNT_WIDTH = 5
_NOTHING = {
    "rule": "no rule",
    "host": "no host",
    "address": "no address",
    "user": "no user",
    "correlation": "not correlated",
}


def group_line(group: GroupRow, width: int) -> Line:
    """The line of a group in at most `width` cells; its name is cut before its counts."""
    tally = _tally(group)
    fold = Span("▸ " if group.is_folded else "▾ ", Tone.KEY)
    count = Span(short_count(group.count).rjust(_COUNT_WIDTH) + "  ", Tone.STRONG)
    room = width - width_of((fold, count)) - width_of(tally) - 2
    named = Tone.STRONG if group.name else Tone.MUTED
    name = Span(fit(group.name or f"({_NOTHING[group.kind]})", max(1, room)), named)
    return (fold, count, name, Span("  "), *tally)


def _tally(group: GroupRow) -> Line:
    known = [severity for severity in SEVERITIES if group.severities.get(severity)]
    other = [severity for severity in group.severities if severity not in SEVERITIES]
    spans: list[Span] = []
    for severity in (*known, *other):
        look = severity_look(severity)
        number = short_count(group.severities[severity])
        spans.append(Span(f" {look.short} {number}", look.tone))
    return tuple(spans)
