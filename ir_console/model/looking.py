"""Change how the alerts are looked at: by a view, and by what becomes one."""

from dataclasses import replace

from .saved_views import View
from .state import ConsoleState


def choose_view(state: ConsoleState, view: View) -> None:
    """Look at the alerts as a view says; a cursor that is not in it goes to the top."""
    state.chosen_view, state.columns = view, view.columns
    state.arrange(view.arrangement)
    cursor = state.viewport.cursor
    state.set_filter(view.filter, leaves_ghost=False)
    if state.viewport.cursor != cursor:
        state.viewport.follow()


def keep_view(state: ConsoleState, name: str) -> View:
    """Give what is shown now a name; it is the chosen view then."""
    known = state.views.named(name)
    is_known = known is not None and known.name.casefold() == name.casefold()
    view = replace(state.look, name=known.name if known and is_known else name)
    state.views = state.views.with_view(view)
    state.chosen_view = view
    before, state.counts = state.counts, state.views.counts()
    state.counts.take_over(before)
    state.count_over(lambda wanted: wanted in state.counts.uncounted)
    return view
