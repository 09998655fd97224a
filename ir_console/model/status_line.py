"""The two lines at the bottom: where the analyst is, and what the keys do."""

from collections.abc import Iterable

from ir_console.safe_text import safe_text

from .format import plural
from .keys import KEYS
from .marks import marks_words
from .spans import Line, Span, Tone, fit_line, spread, width_of
from .state import ConsoleState
from .viewport import Mode
from .views import TableView

_GAP = Span("  ")

MARK_HINTS = (
    ("a s x", "act on the marked"),
    ("Space", "mark"),
    ("V", "range"),
    ("*", "all"),
    ("!", "invert"),
    ("Esc", "unmark"),
)
READER_HINTS = (("Esc", "back"), ("j k", "scroll"), ("J K", "next alert"), ("a s c x", "triage"))

_LIFELINES = (
    Span(" ? ", Tone.KEY),
    Span("help", Tone.MUTED),
    Span("  q ", Tone.KEY),
    Span("quit ", Tone.MUTED),
)


def status_line(state: ConsoleState, width: int) -> Line:
    """Following or not, the filter, and how much of what is shown."""
    marks = _marks(state)
    # Beside marks and a filter there is no room on a small terminal for what keys do.
    mode = _mode(state)[:1] if marks else _mode(state)
    left = (Span(" "), *mode, *marks, *_filter(state))
    return spread(left, (Span(" "), *_position(state), Span(" ")), width)


def bottom_line(width: int, *, news: Line, is_reading: bool, is_marking: bool) -> Line:
    """The news where there are any, else what the keys do now."""
    if news:
        return with_lifelines(news, width)
    if is_reading:
        return hints_line(width, READER_HINTS)
    return hints_line(width, MARK_HINTS if is_marking else None)


def reader_title(width: int, *, is_read: bool) -> Line:
    """What stands over the reader."""
    if is_read:
        return fit_line((Span(" Reading ", Tone.STRONG),), width)
    return fit_line((Span(" Alert · Enter reads it", Tone.MUTED),), width)


def hints_line(width: int, hints: Iterable[tuple[str, str]] | None = None) -> Line:
    """What the keys do, as far as there is room."""
    given = list(hints or ((use.shown_keys.split("  ")[0], use.hint) for use in KEYS if use.hint))
    line: list[Span] = [Span(" ")]
    for key, words in given:
        hint = (Span(f"{key} ", Tone.KEY), Span(words, Tone.MUTED), _GAP)
        if key not in "?q" and width_of([*line, *hint, *_LIFELINES]) <= width:
            line.extend(hint)
    return with_lifelines(tuple(line), width)


def with_lifelines(line: Line, width: int) -> Line:
    """A bottom line, cut so that the keys for help and for quitting are always there."""
    return spread(line, _LIFELINES, width)


def _mode(state: ConsoleState) -> Line:
    view, viewport = state.view, state.viewport
    if view.is_held:
        waiting = f" · {view.waiting_count:,} waiting" if view.waiting_count else ""
        return (Span("‖ Held" + waiting, Tone.WARNING), Span(" · = lets them in", Tone.MUTED))
    if viewport.mode is Mode.FOLLOWING:
        return (Span("▼ Following", Tone.OK),)
    if viewport.unseen_count:
        return (
            Span(f"▲ {viewport.unseen_count:,} new", Tone.ACCENT),
            Span(" · f shows them", Tone.MUTED),
        )
    return (Span("■ Staying", Tone.TEXT), Span(" · f follows", Tone.MUTED))


def _marks(state: ConsoleState) -> Line:
    words = marks_words(state.marks)
    return (Span(f"   ● {words}", Tone.ACCENT),) if words else ()


def _filter(state: ConsoleState) -> Line:
    text = state.filter.text
    if not text:
        return ()
    found = f"{state.view.matching_count:,} of {plural(state.view.known_count, 'alert')}"
    return (
        Span("   / ", Tone.KEY),
        Span(safe_text(text, 60), Tone.STRONG),
        Span(f"  {found}", Tone.MUTED),
    )


def _position(state: ConsoleState) -> Line:
    index = state.viewport.cursor_index
    if index is None:
        return ()
    ghost = _why_ghost(state.view, state.viewport.cursor or 0)
    pinned = "pinned · " if state.viewport.is_pinned else ""
    return (Span(f"{ghost}{pinned}{index + 1:,} of {len(state.view):,}", Tone.MUTED),)


def _why_ghost(view: TableView, alert_id: int) -> str:
    if view.is_gone(alert_id):
        return "no longer yours to see · "
    return "gone from the filter · " if view.is_ghost(alert_id) else ""
