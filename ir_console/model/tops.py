"""What there is most of among the alerts that pass the filter: rules, hosts, addresses, people."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from operator import itemgetter

from ir_client.book import AlertRow
from ir_client.query.patterns import quoted
from ir_console.safe_text import safe_text

from .format import short_count
from .selecting import Facts
from .spans import Line, Span, Tone, fit, fit_right

_COUNT_WIDTH = 6
_BAR_WIDTH = 10
_COLUMN = {name: position for position, name in enumerate(AlertRow._fields)}


@dataclass(frozen=True, slots=True)
class Top:
    """The most frequent values of one thing, each with its count; `of` is how many differ."""

    title: str
    field: str
    values: tuple[tuple[str, int], ...]
    of: int

    @classmethod
    def of_counts(cls, title: str, field: str, counts: Counter[str], most: int) -> "Top":
        # By name among equals, so that they do not change places at each count.
        first = nsmallest(most, counts.items(), key=lambda item: (-item[1], item[0]))
        return cls(title, field, tuple(first), len(counts))

    def query(self, value: str) -> str:
        """What to ask the filter for to see these."""
        return f"{self.field}: {quoted(value)}"


COUNTED = (
    ("Rules", "rule_name", ("rule_name",)),
    ("Hosts", "host", ("affected_hostname",)),
    ("Addresses", "ip", ("source_ip", "destination_ip")),
    ("Users", "user", ("affected_user",)),
)


class Tally:
    """Counts what there is most of, as it is shown some alerts after the others."""

    def __init__(self) -> None:
        self._counts: list[Counter[str | None]] = [Counter() for _ in COUNTED]

    def look_at(self, rows: Collection[Facts]) -> None:
        """Count these too."""
        for (_, _, columns), counts in zip(COUNTED, self._counts, strict=True):
            for column in columns:
                counts.update(map(itemgetter(_COLUMN[column]), rows))

    def tops(self, most: int) -> tuple[Top, ...]:
        """The most frequent values of each, of what was looked at so far."""
        return tuple(
            Top.of_counts(title, field, Counter({one: n for one, n in counts.items() if one}), most)
            for (title, field, _), counts in zip(COUNTED, self._counts, strict=True)
        )


def top_lines(tops: Sequence[Top], width: int) -> Iterator[Line]:
    """The lists one below the other, with bars."""
    for top in tops:
        yield _title(top, width)
        most = max((count for _, count in top.values), default=1)
        if not top.values:
            yield (Span("  none", Tone.MUTED),)
        for value, count in top.values:
            yield _value_line(value, count, most, width)
        yield ()


def _title(top: Top, width: int) -> Line:
    more = f" {top.of:,} in all" if top.of > len(top.values) else ""
    rule = "─" * max(0, width - len(top.title) - len(more) - 1)
    return (Span(top.title, Tone.ACCENT), Span(f" {rule}{more}", Tone.MUTED))


def _value_line(value: str, count: int, most: int, width: int) -> Line:
    bars = _BAR_WIDTH if width >= 50 else max(0, width // 6)
    room = max(4, width - _COUNT_WIDTH - bars - 2)
    bar = "▇" * max(1, round(count * bars / most)) if bars else ""
    return (
        Span(fit(" " + safe_text(value, 120), room)),
        Span(fit_right(short_count(count), _COUNT_WIDTH), Tone.STRONG),
        Span(" " + fit(bar, bars), Tone.ACCENT),
    )
