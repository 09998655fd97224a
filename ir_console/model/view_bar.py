"""The line of views: each with its key and its live count, the present one marked."""

from collections.abc import Sequence

from .format import short_count
from .saved_views import View
from .spans import Line, Span, Tone, fit, spread, width_of
from .state import ConsoleState

_KEYS = 9


def view_bar(
    views: Sequence[View], counts: Sequence[int], *, present: View, is_changed: bool, width: int
) -> Line:
    """All views in `width` cells; names are cut before a view is left out.

    `*` says that the present one was changed.
    """
    look = _look(present)
    room = width - width_of(look)
    for length in (40, 12, 8, 5, 3):
        entries = [
            _entry(number, view, count, length, present=present, is_changed=is_changed)
            for number, (view, count) in enumerate(zip(views, counts, strict=True), start=1)
        ]
        if sum(map(width_of, entries)) < room:
            break
    return spread(tuple(_that_fit(entries, room, present, views)), look, width)


def view_bar_of(state: ConsoleState, width: int) -> Line:
    """The bar of what the console shows."""
    return view_bar(
        state.views.views,
        state.counts.counts,
        present=state.look,
        is_changed=state.is_view_changed,
        width=width,
    )


def _that_fit(entries: list[Line], room: int, present: View, views: Sequence[View]) -> list[Span]:
    """As many as there is room for, the present one among them."""
    at = next((i for i, view in enumerate(views) if view.name == present.name), 0)
    first = 0
    while sum(map(width_of, entries[first : at + 1])) > room and first < at:
        first += 1
    spans: list[Span] = []
    for entry in entries[first:]:
        if width_of(spans) + width_of(entry) > room:
            break
        spans.extend(entry)
    return spans


def _entry(
    number: int, view: View, count: int, length: int, *, present: View, is_changed: bool
) -> Line:
    key = f" {number} " if number <= _KEYS else "   "
    title = view.title if len(view.title) <= length else fit(view.title, length)
    said = Span(f" {short_count(count)} ", Tone.STRONG if count else Tone.MUTED)
    if view.name != present.name:
        return (Span(key, Tone.KEY), Span(title, Tone.MUTED), said)
    star = "*" if is_changed else ""
    return (Span(key, Tone.KEY), Span(f"[{title}{star}]", Tone.ACCENT), said)


def _look(present: View) -> Line:
    """How the rows stand, where they are not simply newest first."""
    arrangement = present.arrangement
    words = []
    if arrangement.group:
        words.append(f"by {arrangement.group}")
    if str(arrangement.sort) != "received":
        sign = "▴" if arrangement.sort.is_reversed else "▾"
        words.append(f"{sign} {arrangement.sort.name}")
    return (Span(" " + " ".join(words) + " ", Tone.ACCENT),) if words else ()
