"""Follow a query over alerts that change.

Whoever follows wants to hear that an alert no longer matches, or it would stay on a list for
ever: so what was taken is taken once more when it leaves. Holds the ids of what was taken, the
latest of them only; one that was forgotten leaves unheard.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from .parsing import Query

if TYPE_CHECKING:
    from ..wire.alerts import Alert

MAX_REMEMBERED = 100_000


class Selection:
    """The alerts of a query, as they come and go.

    `me` is the id of the user who asks and may be set when it becomes known. Raises QueryError for
    a query about the sender's own record, which followed alerts do not carry.
    """

    def __init__(
        self, query: Query, *, me: int | None = None, max_remembered: int = MAX_REMEMBERED
    ) -> None:
        query.require_no_raw()
        self.query = query
        self.me = me
        self._max_remembered = max_remembered
        self._taken: dict[int, None] = {}

    def takes(self, alert: "Alert", *, now: datetime) -> bool:
        """Whether the alert matches, or did when it was last taken."""
        was_taken = alert.id in self._taken
        self.forget(alert.id)
        if not self.query.matches(alert, now=now, me=self.me):
            return was_taken
        self._taken[alert.id] = None
        if len(self._taken) > self._max_remembered:
            self.forget(next(iter(self._taken)))
        return True

    def forget(self, alert_id: int) -> bool:
        """Leave an alert out that is gone; whether it was among them."""
        was_taken = alert_id in self._taken
        self._taken.pop(alert_id, None)
        return was_taken
