"""What the hub reads: the log, present rows, and who still has which rights."""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Protocol, TypeVar

from server_stub.access import AlertSight, Viewer
from server_stub.errors import Unavailable
from server_stub.hub.states import AlertState, IncidentState
from server_stub.security.authentication import Authentication
from server_stub.security.principals import LoginId
from server_stub.storage.alerts import Alerts
from server_stub.storage.events import Events, LogEvent
from server_stub.storage.incidents import Incidents

logger = logging.getLogger(__name__)

Row = TypeVar("Row")


class Source(Protocol):
    """Each read opens what it needs and closes it again; any of them may fail."""

    async def head(self) -> int:
        """The seq of the newest event."""

    async def read_after(self, seq: int, limit: int) -> Sequence[LogEvent]:
        """The next events, oldest first."""

    async def alerts(self, ids: Collection[int]) -> list[AlertState]:
        """The present states of those that exist, and the last ones of those that are gone."""

    async def sights(self, ids: Collection[int]) -> Mapping[int, AlertSight]:
        """What decides now who sees these alerts, of those that exist."""

    async def incidents(self, ids: Collection[int]) -> list[IncidentState]:
        """The present states of those that exist."""

    async def viewers(self, logins: Collection[LoginId]) -> Mapping[LoginId, Viewer]:
        """The present rights of the logins that still stand."""


class StorageSource:
    """The database as the hub's source."""

    def __init__(
        self,
        *,
        events: Events,
        alerts: Alerts,
        incidents: Incidents,
        authentication: Authentication,
    ) -> None:
        self._events = events
        self._alerts = alerts
        self._incidents = incidents
        self._authentication = authentication

    async def head(self) -> int:
        return await self._events.head()

    async def read_after(self, seq: int, limit: int) -> list[LogEvent]:
        return await self._events.read_after(seq, limit)

    async def alerts(self, ids: Collection[int]) -> list[AlertState]:
        rows = await _read_what_can_be_read(self._alerts.get_many, ids)
        states = [AlertState.of(row) for row in rows]
        missing = set(ids) - {state.id for state in states}
        if missing:
            removed = await self._alerts.get_removed(sorted(missing))
            states += [AlertState.of_removed(alert) for alert in removed]
        return states

    async def sights(self, ids: Collection[int]) -> Mapping[int, AlertSight]:
        return await self._alerts.sights(list(ids))

    async def incidents(self, ids: Collection[int]) -> list[IncidentState]:
        rows = await _read_what_can_be_read(self._incidents.get_many, ids)
        return [IncidentState.of(row) for row in rows]

    async def viewers(self, logins: Collection[LoginId]) -> Mapping[LoginId, Viewer]:
        return await self._authentication.viewers(logins)


async def _read_what_can_be_read(
    get_many: Callable[[Sequence[int]], Awaitable[Mapping[int, Row]]], ids: Collection[int]
) -> list[Row]:
    """All rows at once; if one of them cannot be rendered, the others without it.

    A row that always fails must not hold up the log for everyone. A database that cannot be
    read now is something else: that is tried again, and nothing is passed over.
    """
    try:
        return list((await get_many(list(ids))).values())
    except Unavailable:
        raise
    except Exception:
        logger.exception("one of %d rows cannot be read; reading them one by one", len(ids))
    rows: list[Row] = []
    for one in ids:
        try:
            rows += (await get_many([one])).values()
        except Unavailable:
            raise
        except Exception:
            logger.exception("row %d cannot be told to subscribers", one)
    return rows
