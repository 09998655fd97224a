"""Keep the log short: remove its oldest events by age and by count.

Removes from the old end only, so that what is left has no hole and its first seq says what was
removed; and never the newest event, which says how far the log counted. A few thousand at a time:
writers wait for no more than that. A client whose position is before what is left is reset.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, delete, func, select

from server_stub.domain.clocks import Clock, instant
from server_stub.storage.database import Database
from server_stub.storage.events import read_head
from server_stub.storage.schema import events

logger = logging.getLogger(__name__)

TRIM_SECONDS = 60.0
_EVENTS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Retention:
    """What is kept: events younger than `age`, and of those the newest `count`."""

    age: timedelta
    count: int


class LogTrim:
    """Trims the log of a running server, once a minute."""

    def __init__(self, database: Database, clock: Clock, retention: Retention) -> None:
        self._database = database
        self._clock = clock
        self._retention = retention

    async def run(self) -> None:
        """Trim until cancelled."""
        await trimming(self.trim, "the log", bite=_EVENTS_AT_ONCE)

    async def trim(self) -> int:
        """Remove what is not kept, the oldest first; how many events that were."""
        before = instant(self._clock() - self._retention.age)
        count = self._retention.count
        return await self._database.write(
            lambda connection: trim_log(connection, before=before, keep=count)
        )


async def trimming(trim: Callable[[], Awaitable[int]], what: str, *, bite: int) -> None:
    """Call `trim` once a minute, and again at once while it removes a whole bite.

    Until cancelled; a failure is logged and tried again.
    """
    while True:
        removed = 0
        try:
            removed = await trim()
        except Exception:
            logger.exception("%s could not be trimmed; it is tried again", what)
        if removed < bite:
            await asyncio.sleep(TRIM_SECONDS)


def trim_log(connection: Connection, *, before: str, keep: int, most: int = _EVENTS_AT_ONCE) -> int:
    """Remove up to `most` of the oldest events: those from `before`, and those beyond `keep`."""
    head = read_head(connection)
    oldest = select(events.c.seq, events.c.at).order_by(events.c.seq).limit(most).subquery()
    last: int | None = connection.execute(select(func.max(oldest.c.seq))).scalar()
    if last is None:
        return 0
    # Up to the first young one: clocks are put back, and a hole would look like a loss.
    young: int | None = connection.execute(
        select(func.min(oldest.c.seq)).where(oldest.c.at >= before)
    ).scalar()
    old_through = last if young is None else young - 1
    through = min(max(old_through, head - keep), last, head - 1)
    return connection.execute(delete(events).where(events.c.seq <= through)).rowcount
