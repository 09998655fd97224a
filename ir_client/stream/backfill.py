"""Fetch the alerts that changed since a moment.

With a stable cursor: oldest change first, page by page, so that what has been handed out is a
true watermark. Without one: newest change first by page number, where rows that change meanwhile
can only show up twice, then handed out oldest first. Whether nothing can be missing is said.
"""

from collections.abc import AsyncIterator
from datetime import datetime

from ..rest.alerts import AlertCalls, Page
from ..rest.meta import Meta
from ..wire.alerts import Alert
from ..wire.cursor import StreamPosition

CURSOR_PAGE_SIZE = 500
PLAIN_PAGE_SIZE = 100
MAX_PAGES = 1_000


class Backfill:
    """One fetch of what changed since `since`, inclusive."""

    def __init__(self, alerts: AlertCalls, meta: Meta, *, since: datetime) -> None:
        self._alerts = alerts
        self._meta = meta
        self._since = since
        self.is_complete = True
        self.is_resumable = False
        self.epoch: str | None = None
        self.read_at: StreamPosition | None = None

    async def pages(self) -> AsyncIterator[list[Alert]]:
        """The changed alerts, the oldest change first."""
        features = (await self._meta.fetch()).features
        if "cursor" in features and "updated_after" in features:
            self.is_resumable = True
            async for alerts in self._by_cursor():
                yield alerts
        else:
            yield await self._by_number()

    async def _by_cursor(self) -> AsyncIterator[list[Alert]]:
        query = self._alerts.list(
            updated_after=self._since,
            sort_by="updated_at",
            sort_order="asc",
            size=CURSOR_PAGE_SIZE,
        )
        async for page in query.pages():
            self._note_epoch(page)
            yield list(page.alerts)

    async def _by_number(self) -> list[Alert]:
        query = self._alerts.list(sort_by="updated_at", sort_order="desc", size=PLAIN_PAGE_SIZE)
        newest_by_id: dict[int, Alert] = {}
        count = 0
        async for page in query.pages():
            self._note_epoch(page)
            count += 1
            moments = [alert.updated_at for alert in page.alerts]
            for alert in page.alerts:
                if alert.updated_at >= self._since:
                    newest_by_id.setdefault(alert.id, alert)
            if moments != sorted(moments, reverse=True) or count == MAX_PAGES:
                self.is_complete = False
                break
            if moments and moments[-1] < self._since:
                break
        return sorted(newest_by_id.values(), key=lambda alert: alert.updated_at)

    def _note_epoch(self, page: Page) -> None:
        if page.position is not None:
            self.epoch = page.position.epoch
            # Later pages are of later moments: only up to the first is all of it in the pages.
            self.read_at = self.read_at or page.position
