"""From one alert that matters to the next."""

from .viewport import Viewport
from .views import TableView


def move_to_severity(viewport: Viewport, severity: str, step: int) -> bool:
    """Go to the next shown open alert of a severity, older with step 1; False if none."""
    view, index = viewport.view, viewport.cursor_index
    if index is None:
        return False
    wanted = view.open_ids(severity)
    lines = view.folded_with(severity) | wanted
    # Whatever lies between is passed over without a look at its row: it may be a million.
    for line_id in filter(lines.__contains__, view.ids_beyond(index, step)):
        found = line_id if line_id > 0 else _newest(view, view.members(line_id) & wanted)
        if found is not None:
            return viewport.move_to(found)
    return False


def _newest(view: TableView, alert_ids: set[int]) -> int | None:
    rows = [row for one in alert_ids if (row := view.get(one))]
    return max(rows, key=lambda row: row.key).id if rows else None
