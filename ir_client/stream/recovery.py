"""Fetch what was missed, and say so when nothing is missing any more.

Runs after the subscription is there, so live frames already wait behind what is fetched. Begins
a little before the watermark, because a transaction may become visible after later ones, and
before the oldest state that was dropped here. The overlap has to exceed a server's longest
transaction and its slowest broadcast together, and where it has no revisions the steps of its
clock too: of a server that tells later than that, only positions (protocol 2) miss nothing.
"""

from datetime import datetime, timedelta

from ..errors import AuthenticationError, IRError
from ..rest.alerts import AlertCalls
from ..rest.meta import Meta
from ..wire.cursor import StreamPosition
from .backfill import Backfill
from .endings import BackfillFailed, Ending, NoToken
from .events import Resumed
from .inbox import Inbox

OVERLAP = timedelta(seconds=30)


class Recovery:
    """The fetches of one stream."""

    def __init__(
        self,
        inbox: Inbox,
        alerts: AlertCalls,
        meta: Meta,
        *,
        exact_since: datetime | None = None,
    ) -> None:
        self._inbox = inbox
        self._exact_since = exact_since
        self._alerts = alerts
        self._meta = meta
        self._epoch: str | None = None
        self._unfinished_since: datetime | None = None
        self._reaches_back = False
        self._is_complete = True
        self.read_at: StreamPosition | None = None
        self.is_whole = False

    def note_reset(self, *, is_other_data: bool) -> None:
        """The server cannot tell what happened: a fetch shows what is there, not what is gone."""
        self._is_complete = False
        if is_other_data:
            self._epoch = None

    async def run(self) -> Ending | None:
        """Fetch, hand over, release the live frames; or say why the connection must go."""
        self.read_at, self.is_whole = None, False
        since = self._since()
        if since is None:
            self._is_complete = False
        else:
            fetch = Backfill(self._alerts, self._meta, since=since)
            # What is cut off has to begin at the same place again, unless it went by a cursor and
            # nothing later was read before it: then what was read is how far it came.
            self._unfinished_since = since
            try:
                await self._hand_over(fetch)
            except IRError as error:
                if (ending := _ending_for(error)) is not None:
                    return ending
                self._is_complete = False
            finally:
                if fetch.is_resumable and not self._reaches_back:
                    self._unfinished_since = None
            self._is_complete &= fetch.is_complete
            self.read_at = fetch.read_at
        self._finish()
        return None

    def _since(self) -> datetime | None:
        watermark = self._inbox.watermark
        if watermark is None:
            return None
        dropped = self._inbox.take_oldest_dropped()
        self._reaches_back |= dropped is not None and dropped < watermark
        starts = (watermark - OVERLAP, dropped, self._unfinished_since)
        since = min(start for start in starts if start is not None)
        return since if self._exact_since is None else max(since, self._exact_since)

    async def _hand_over(self, fetch: Backfill) -> None:
        async for alerts in fetch.pages():
            self._compare_epoch(fetch.epoch)
            for alert in alerts:
                await self._inbox.put_fetched(alert)

    def _compare_epoch(self, epoch: str | None) -> None:
        if self._epoch is not None and epoch != self._epoch:
            # Another database answers at this address: what we knew is about other alerts.
            self._inbox.forget()
            self._is_complete = False
        self._epoch = epoch

    def _finish(self) -> None:
        if not self._inbox.release():
            return  # frames were dropped meanwhile: one more fetch follows once they are read
        self.is_whole = True
        complete = self._inbox.take_completeness() and self._is_complete
        self._inbox.announce(Resumed(recovered=0, complete=complete))
        self._is_complete = True
        self._unfinished_since = None
        self._reaches_back = False


def _ending_for(error: IRError) -> Ending | None:
    """Why the connection must go, or None where fetching is not allowed here at all."""
    if isinstance(error, AuthenticationError):
        return NoToken(str(error), is_final=True, hint=error.hint)
    if error.retryable:
        return BackfillFailed(f"what was missed could not be fetched: {error}")
    return None
