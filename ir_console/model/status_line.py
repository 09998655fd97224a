"""The two lines at the bottom: where the analyst is, and what the keys do."""

from collections.abc import Iterable

from ir_console.safe_text import safe_text

from .format import plural
from .keymap import USUAL, Keymap
from .marks import marks_words
from .out_queue import queue_words
from .spans import Line, Span, Tone, spread, width_of
from .state import ConsoleState
from .viewport import Mode
from .views import TableView

_GAP = Span("  ")

# What keys do in a mode: the ids of those whose keys are shown together, and the words for them.
_Hints = tuple[tuple[tuple[str, ...], str], ...]
_MARK_HINTS: _Hints = (
    (("triage.take", "triage.status", "triage.close"), "act on the marked"),
    (("mark.one",), "mark"),
    (("mark.range",), "range"),
    (("mark.all",), "all"),
    (("mark.invert",), "invert"),
    (("look.back",), "unmark"),
)
_READER_HINTS: _Hints = (
    (("look.back",), "back"),
    (("move.next_read", "move.previous_read"), "next alert"),
    (("triage.take", "triage.status", "triage.comment", "triage.close"), "triage"),
    (("look.related",), "related"),
    (("look.copy",), "copy"),
    (("look.raw",), "JSON"),
)
_LIFELINE_IDS = ("console.help", "console.quit")


def status_line(state: ConsoleState, width: int, keymap: Keymap = USUAL) -> Line:
    """Following or not, the filter, and how much of what is shown."""
    marks = _marks(state)
    # Beside marks and a filter there is no room on a small terminal for what keys do.
    mode = _mode(state, keymap)[: 1 if marks else 2]
    left = (Span(" "), *mode, *_queue(state), *marks, *_filter(state))
    return spread(left, (Span(" "), *_aside(state), *_position(state), Span(" ")), width)


def bottom_line(
    width: int, *, news: Line, is_reading: bool, is_marking: bool, keymap: Keymap = USUAL
) -> Line:
    """The news where there are any, else what the keys do now."""
    if news:
        return with_lifelines(news, width, keymap)
    if is_reading:
        return hints_line(width, reader_hints(keymap), keymap)
    return hints_line(width, mark_hints(keymap) if is_marking else None, keymap)


def reader_hints(keymap: Keymap = USUAL) -> tuple[tuple[str, str], ...]:
    """What keys do while an alert is read."""
    back, *others = _named(_READER_HINTS, keymap)
    scroll = f"{keymap.key('reader.down')} {keymap.key('reader.up')}"
    return (back, (scroll, "scroll"), *others)


def mark_hints(keymap: Keymap = USUAL) -> tuple[tuple[str, str], ...]:
    """What keys do while something is marked."""
    return _named(_MARK_HINTS, keymap)


def reader_title(width: int, *, is_read: bool, company: Line = (), keymap: Keymap = USUAL) -> Line:
    """What stands over the reader: who else is there, too."""
    title = (Span(" Reading ", Tone.STRONG),)
    if not is_read:
        title = (Span(f" Alert · {keymap.key('look.open')} reads it", Tone.MUTED),)
    return spread(title, company, width)


def hints_line(
    width: int, hints: Iterable[tuple[str, str]] | None = None, keymap: Keymap = USUAL
) -> Line:
    """What the keys do, as far as there is room."""
    usual = (
        (use.first_key, use.hint) for use in keymap.uses if use.hint and use.id not in _LIFELINE_IDS
    )
    room = width - width_of(_lifelines(keymap))
    line: list[Span] = [Span(" ")]
    for key, words in hints or usual:
        hint = (Span(f"{key} ", Tone.KEY), Span(words, Tone.MUTED), _GAP)
        if width_of([*line, *hint]) <= room:
            line.extend(hint)
    return with_lifelines(tuple(line), width, keymap)


def with_lifelines(line: Line, width: int, keymap: Keymap = USUAL) -> Line:
    """A bottom line, cut so that the keys for help and for quitting are always there."""
    return spread(line, _lifelines(keymap), width)


def _lifelines(keymap: Keymap) -> Line:
    return (
        Span(f" {keymap.key('console.help')} ", Tone.KEY),
        Span("help", Tone.MUTED),
        Span(f"  {keymap.key('console.quit')} ", Tone.KEY),
        Span("quit ", Tone.MUTED),
    )


def _named(hints: _Hints, keymap: Keymap) -> tuple[tuple[str, str], ...]:
    return tuple((" ".join(keymap.key(use_id) for use_id in ids), words) for ids, words in hints)


def _mode(state: ConsoleState, keymap: Keymap) -> Line:
    view, viewport = state.view, state.viewport
    if view.is_held:
        waiting = f" · {view.waiting_count:,} waiting" if view.waiting_count else ""
        return (
            Span("‖ Held" + waiting, Tone.WARNING),
            Span(f" · {keymap.key('look.hold')} lets them in", Tone.MUTED),
        )
    if viewport.mode is Mode.FOLLOWING:
        return (Span("▼ Following", Tone.OK),)
    follow = keymap.key("look.follow")
    if viewport.unseen_count:
        return (
            Span(f"▲ {viewport.unseen_count:,} new", Tone.ACCENT),
            Span(f" · {follow} shows them", Tone.MUTED),
        )
    if view.misplaced_count:
        words = f" · {view.misplaced_count:,} moved, {follow} sorts"
        return (Span("■ Staying", Tone.TEXT), Span(words, Tone.MUTED))
    return (Span("■ Staying", Tone.TEXT), Span(f" · {follow} follows", Tone.MUTED))


def _aside(state: ConsoleState) -> Line:
    """What waits beside the rows: reminders that are due, and what is muted."""
    due, mutes = state.reminders.due_count, state.mutes
    spans = (Span(f"◷ {due} due  ", Tone.WARNING),) if due else ()
    if len(mutes):
        return (*spans, Span(f"⊘ {len(mutes)} muted, {mutes.silenced:,} silent  ", Tone.MUTED))
    return spans


def _marks(state: ConsoleState) -> Line:
    words = marks_words(state.marks)
    return (Span(f"   ● {words}", Tone.ACCENT),) if words else ()


def _queue(state: ConsoleState) -> Line:
    words = queue_words(state.queue)
    return (Span(f"   ↑ {words}", Tone.WARNING),) if words else ()


def _filter(state: ConsoleState) -> Line:
    text = state.filter.text
    if not state.is_filter_changed:
        return ()
    found = f"{state.view.matching_count:,} of {plural(state.view.known_count, 'alert')}"
    return (
        Span("   / ", Tone.KEY),
        Span(safe_text(text, 60) or "everything", Tone.STRONG),
        Span(f"  {found}", Tone.MUTED),
    )


def _position(state: ConsoleState) -> Line:
    index = state.viewport.cursor_index
    if index is None:
        return ()
    ghost = _why_ghost(state.view, state.viewport.cursor or 0)
    pinned = "pinned · " if state.viewport.is_pinned else ""
    place = f"{ghost}{pinned}{index + 1:,} of {len(state.view):,}"
    if state.sieve.is_searching:
        place += f", {state.sieve.searched_share:.0%} searched"
    return (Span(place, Tone.MUTED),)


def _why_ghost(view: TableView, alert_id: int) -> str:
    if view.is_gone(alert_id):
        return "no longer yours to see · "
    return "gone from the filter · " if view.is_ghost(alert_id) else ""
