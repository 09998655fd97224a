"""From one alert that matters to the next."""

from .rows import GroupRow, Row
from .viewport import Viewport
from .views import TableView


def move_to_severity(viewport: Viewport, severity: str, step: int) -> bool:
    """Go to the next shown open alert of a severity, older with step 1; False if none."""
    view, index = viewport.view, viewport.cursor_index
    if index is None:
        return False
    position = index + step
    while 0 <= position < len(view):
        found = _open_one_on(view, view.row_at(position), severity)
        if found is not None:
            return viewport.move_to(found)
        position += step
    return False


def _open_one_on(view: TableView, row: Row | GroupRow, severity: str) -> int | None:
    """The open alert of a severity on a line; of a folded group, its newest."""
    rows = [row] if isinstance(row, Row) else []
    if isinstance(row, GroupRow) and row.is_folded and row.severities.get(severity):
        rows = [one for i in view.members(row.id) if (one := view.get(i))]
    found = [one for one in rows if one.severity == severity and one.is_open]
    return max(found, key=lambda one: one.key).id if found else None
