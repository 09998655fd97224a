"""What happens after an alert was stored or changed, apart from the request that did it.

Requests leave ids here: that never waits and never fails. One runner takes them up: new alerts
are first processed, then broadcast; changed ones are broadcast. A step that fails is logged and
stops neither the next step nor the next alerts, and the write stands whatever happens here.

Bounded: ids beyond the limit are not kept. Nothing is lost by that. The hub looks into the log
every second without being called, and what was not processed is found in storage again. Each
step opens what it needs of the database itself and closes it.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from itertools import islice
from typing import Protocol

from server_stub.errors import Unavailable

logger = logging.getLogger(__name__)

MAX_WAITING = 10_000
CATCH_UP_SECONDS = 5.0
_ALERTS_AT_ONCE = 500

Doorbell = Callable[[], None]


class Processing(Protocol):
    """What finds out what new alerts mean."""

    async def enrich(self, alert_ids: Sequence[int], /) -> Collection[int]:
        """Fill in these alerts, in one transaction; doing it again changes nothing."""

    async def unenriched(self) -> Sequence[int]:
        """Alerts that were stored but not filled in, oldest first."""


async def process_new_alerts(alert_ids: Sequence[int], *, processing: Processing) -> None:
    """Find out what new alerts mean; one that cannot be processed does not hold up the others."""
    try:
        await processing.enrich(alert_ids)
        return
    except Unavailable:
        raise
    except Exception:
        logger.exception("processing %d new alerts failed; trying them one by one", len(alert_ids))
    for alert_id in alert_ids:
        try:
            await processing.enrich([alert_id])
        except Unavailable:
            raise
        except Exception:
            logger.exception("new alert %d cannot be processed", alert_id)


async def broadcast_new_alerts_websocket(alert_ids: Sequence[int], *, doorbell: Doorbell) -> None:
    """Tell live subscribers of new alerts: the hub finds them in the log."""
    logger.debug("broadcasting %d new alerts", len(alert_ids))
    doorbell()


async def broadcast_alert_update_websocket(alert_ids: Sequence[int], *, doorbell: Doorbell) -> None:
    """Tell live subscribers of changed alerts: the hub finds them in the log."""
    logger.debug("broadcasting changes of %d alerts", len(alert_ids))
    doorbell()


async def broadcast_incident_update_websocket(*, doorbell: Doorbell) -> None:
    """Tell live subscribers of new and changed incidents: the hub finds them in the log."""
    logger.debug("broadcasting changed incidents")
    doorbell()


class Background:
    """What is left to do, and its one runner."""

    def __init__(
        self, processing: Processing, doorbell: Doorbell, *, max_waiting: int = MAX_WAITING
    ) -> None:
        self._processing = processing
        self._doorbell = doorbell
        self._max_waiting = max_waiting
        self._created: dict[int, None] = {}
        self._updated: dict[int, None] = {}
        self._incidents_changed = False
        self._work = asyncio.Event()
        # At the start too: a server that died may have left alerts unprocessed.
        self._is_behind = True
        self.left_out = 0
        """How many ids found no room: the hub and storage find those alerts without us."""
        self._found_before: list[int] = []

    def alerts_created(self, alert_ids: Collection[int]) -> None:
        """Leave new alerts to be processed and broadcast."""
        if not self._keep(self._created, alert_ids):
            self._is_behind = True

    def alerts_updated(self, alert_ids: Collection[int]) -> None:
        """Leave changed alerts to be broadcast."""
        self._keep(self._updated, alert_ids)

    def incidents_updated(self) -> None:
        """Leave word that incidents are new or changed, to be broadcast."""
        self._incidents_changed = True
        self._work.set()

    def _keep(self, waiting: dict[int, None], alert_ids: Collection[int]) -> bool:
        room = self._max_waiting - len(waiting)
        waiting.update(dict.fromkeys(islice(alert_ids, max(0, room))))
        self._work.set()
        left_out = max(0, len(alert_ids) - max(0, room))
        self.left_out += left_out
        return not left_out

    async def run(self) -> None:
        """Do what was left, until cancelled."""
        while True:
            self._work.clear()
            await self._do_what_waits()
            if self._is_behind:
                await self._attempt("catching up on new alerts", self._catch_up())
            if not (self._created or self._updated or self._incidents_changed):
                await self._wait()

    async def _do_what_waits(self) -> None:
        created, updated = _taken(self._created), _taken(self._updated)
        if created:
            done = await self._attempt(
                "processing new alerts", process_new_alerts(created, processing=self._processing)
            )
            self._is_behind |= not done
            await self._attempt(
                "broadcasting new alerts",
                broadcast_new_alerts_websocket(created, doorbell=self._doorbell),
            )
        if updated:
            await self._attempt(
                "broadcasting changed alerts",
                broadcast_alert_update_websocket(updated, doorbell=self._doorbell),
            )
        if self._incidents_changed:
            self._incidents_changed = False
            await self._attempt(
                "broadcasting changed incidents",
                broadcast_incident_update_websocket(doorbell=self._doorbell),
            )

    async def _catch_up(self) -> None:
        """Process what storage still holds unprocessed, a batch at a time."""
        found = list(await self._processing.unenriched())
        # Found twice means that they cannot be processed: their failure was logged.
        if not found or found == self._found_before:
            self._is_behind, self._found_before = False, []
            return
        await process_new_alerts(found, processing=self._processing)
        self._found_before = found
        await broadcast_alert_update_websocket(found, doorbell=self._doorbell)
        self._work.set()

    async def _attempt(self, what: str, step: Awaitable[None]) -> bool:
        try:
            await step
        except Unavailable as error:
            # It passes, and is tried again until then: no place in our code to look at.
            logger.error("%s failed; the alerts stay as they are stored: %s", what, error)
            return False
        except Exception:
            logger.exception("%s failed; the alerts stay as they are stored", what)
            return False
        return True

    async def _wait(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CATCH_UP_SECONDS if self._is_behind else None):
                await self._work.wait()


def _taken(waiting: dict[int, None]) -> list[int]:
    """The oldest of what waits, which then waits no longer."""
    taken = list(islice(waiting, _ALERTS_AT_ONCE))
    for alert_id in taken:
        del waiting[alert_id]
    return taken
