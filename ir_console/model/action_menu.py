"""What may be done with the alert under the cursor now, and why the rest may not."""

from dataclasses import dataclass

from .format import plural
from .keymap import Keymap
from .keys import KeyUse
from .rows import GroupRow, Row
from .state import ConsoleState
from .triage import Action, refusal

_TRIAGE = {
    "triage.take": Action.TAKE,
    "triage.status": Action.STATUS,
    "triage.comment": Action.COMMENT,
    "triage.close": Action.CLOSE,
}
# What is about one alert that is open before one, changes nothing, and is always possible.
_ABOUT_ONE = (
    "look.open",
    "look.raw",
    "look.copy",
    "look.links",
    "look.related",
    "notice.mute",
    "notice.remind",
)
_ABOUT_ALL = ("mark.one", "view.fold", "triage.undo")


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One thing to do; `reason` says why it cannot be done."""

    use: KeyUse
    reason: str = ""

    @property
    def is_possible(self) -> bool:
        return not self.reason


def action_menu(
    state: ConsoleState, keymap: Keymap, *, is_read_only: bool
) -> tuple[MenuEntry, ...]:
    """The entries of the menu, always in the same order: fingers learn it."""
    line = _line_of(state)
    entries = []
    for use in keymap.uses:
        if use.id in _TRIAGE:
            reason = _why_not(state, line, _TRIAGE[use.id], is_read_only=is_read_only)
        elif use.id in _ABOUT_ONE:
            reason = "" if isinstance(line, Row) else "it is about one alert"
        elif use.id in _ABOUT_ALL:
            is_fold = use.id == "view.fold"
            grouped = state.view.arrangement.group
            reason = "the alerts are in no groups" if is_fold and not grouped else ""
        else:
            continue
        entries.append(MenuEntry(use, reason))
    return tuple(entries)


def subject_of(state: ConsoleState) -> tuple[str, str]:
    """What the menu is about: a title and a line below it."""
    if len(state.marks.visible):
        return plural(len(state.marks.visible), "marked alert"), "and those of the line below"
    line = _line_of(state)
    if isinstance(line, GroupRow):
        return plural(line.count, "alert"), f"of one {line.kind}: {line.name or 'none'}"
    if line is None:
        return "No alert", "There is nothing under the cursor."
    return f"#{line.id}", line.title


def _line_of(state: ConsoleState) -> Row | GroupRow | None:
    index = state.viewport.cursor_index
    return None if index is None else state.view.row_at(index)


def _why_not(
    state: ConsoleState, line: Row | GroupRow | None, action: Action, *, is_read_only: bool
) -> str:
    is_bulk = action is not Action.COMMENT and (len(state.marks) or isinstance(line, GroupRow))
    if is_bulk and not is_read_only:
        return ""  # its dialog says which of them are left out
    row = line if isinstance(line, Row) else None
    if row is None and line is not None and not is_read_only:
        return "it is about one alert"
    if row is not None and row.id in state.pending:
        return f"still busy ({state.pending[row.id]})"
    return refusal(action, row, me=state.me, is_read_only=is_read_only, keymap=state.keymap)
