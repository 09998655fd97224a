"""Alerts: read, create, triage."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypedDict, Unpack

from ..query import Query, parse
from ..wire.alerts import (
    Alert,
    AlertDraft,
    AlertPage,
    AlertUpdate,
    IngestReport,
    Pagination,
    Timeline,
    TimelineEntry,
)
from ..wire.base import rfc3339
from ..wire.bulk import BulkUpdateReport
from ..wire.cursor import EPOCH_HEADER, SEQ_HEADER, StreamPosition
from ..wire.incidents import Ownership
from ..wire.overview import AlertSources, AlertSourceSystems, AlertStats
from .bulk import BulkIngest, BulkItem, BulkReport, Drafts, OnError, Tally, batches_of
from .bulk_update import update_many
from .call import Call, encode
from .failures import Answer, parsed
from .transport import Transport

SortField = Literal["received_at", "detected_at", "severity", "status", "updated_at"]
INGEST_TIMEOUT_SECONDS = 60.0
# What a server without our extensions gives at most.
PLAIN_PAGE_SIZE = 100


class AlertFilters(TypedDict, total=False):
    """What a list of alerts may be narrowed by; several values of a field mean any of them."""

    search: str
    severity: str | Sequence[str]
    status: str | Sequence[str]
    source: str | Sequence[str]
    threat_type: str | Sequence[str]
    assigned_analyst_id: int
    incident_id: str
    detected_after: datetime
    detected_before: datetime
    received_after: datetime
    received_before: datetime
    updated_after: datetime
    false_positives: bool
    reported: bool
    overdue_only: bool
    query: str | Query


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `position` is where the server's log stood when it was read."""

    alerts: tuple[Alert, ...]
    pagination: Pagination
    position: StreamPosition | None
    next_cursor: str | None


class AlertQuery:
    """A list of alerts, fetched page by page while it is iterated over."""

    def __init__(self, transport: Transport, params: Mapping[str, Any]) -> None:
        self._transport = transport
        self._params = params

    async def __aiter__(self) -> AsyncIterator[Alert]:
        seen: set[int] = set()
        async for page in self.pages():
            for alert in page.alerts:
                # Without a cursor, rows that arrive meanwhile push others onto the next page.
                if alert.id not in seen:
                    seen.add(alert.id)
                    yield alert

    async def pages(self) -> AsyncIterator[Page]:
        """The pages one by one; by cursor where the server has them, else by number."""
        number, cursor = 1, None
        size = await self._size()
        while True:
            place = {"cursor": cursor} if cursor is not None else {"page": number}
            page = await self._fetch({**self._params, "size": size, **place})
            yield page
            number, before, cursor = number + 1, cursor, page.next_cursor
            # The last page by cursor has none; counts of pages may be estimates by then.
            is_last = before is not None or number > page.pagination.total_pages
            if not page.alerts or (cursor is None and is_last):
                return

    async def _size(self) -> int:
        size: int = self._params["size"]
        if size > PLAIN_PAGE_SIZE and await self._transport.lacks("cursor"):
            return PLAIN_PAGE_SIZE
        return size

    async def _fetch(self, params: Mapping[str, Any]) -> Page:
        needs = next((name for name in ("query", "updated_after") if name in params), None)
        answer = await self._transport.send(Call("GET", "/alerts/", params=params, needs=needs))
        body = parsed(answer, AlertPage)
        return Page(body.alerts, body.pagination, _position(answer), body.next_cursor)


def _position(answer: Answer) -> StreamPosition | None:
    epoch, seq = answer.headers.get(EPOCH_HEADER), answer.headers.get(SEQ_HEADER, "")
    if not epoch or not (seq.isascii() and seq.isdigit()):
        return None
    return StreamPosition(epoch, int(seq))


class AlertCalls:
    """`client.alerts`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(
        self,
        *,
        sort_by: SortField = "received_at",
        sort_order: Literal["asc", "desc"] = "desc",
        size: int = 100,
        **filters: Unpack[AlertFilters],
    ) -> AlertQuery:
        """Alerts that match all filters, newest first; iterate over it or over its `.pages()`.

        `query` is a text of the filter language (docs/filter-language.md), for servers with the
        feature `query`; raises QueryError here when it cannot be read.
        """
        order = {"sort_by": sort_by, "sort_order": sort_order, "size": size}
        return AlertQuery(self._transport, order | {k: _param(k, v) for k, v in filters.items()})

    async def get(self, alert_id: int) -> Alert:
        """One alert, whole."""
        return parsed(await self._transport.send(Call("GET", f"/alerts/{alert_id}")), Alert)

    async def update(
        self, alert_id: int, update: AlertUpdate, *, if_revision: int | None = None
    ) -> Alert:
        """Change the fields that are set in `update`.

        With `if_revision`, raises ChangedSince when a person changed the alert after that.
        """
        call = Call(
            "PUT",
            f"/alerts/{alert_id}",
            body=update.model_dump(mode="json", exclude_unset=True),
            headers={"If-Match": f'"{if_revision}"'} if if_revision is not None else {},
            # Without a key: sent twice, it could meet its own first half and seem refused.
            idempotent=if_revision is None,
            needs=None if if_revision is None else "if_match",
        )
        return parsed(await self._transport.send(call), Alert)

    async def comment(self, alert_id: int, text: str) -> TimelineEntry:
        """Add a comment to an alert's timeline."""
        path = f"/alerts/{alert_id}/comments"
        call = Call("POST", path, body={"content": text}, needs="comments")
        return parsed(await self._transport.send(call), TimelineEntry)

    async def timeline(self, alert_id: int) -> Sequence[TimelineEntry]:
        """Who did what to an alert, oldest first."""
        call = Call("GET", f"/alerts/{alert_id}/timeline", needs="timeline")
        return parsed(await self._transport.send(call), Timeline).timeline

    async def take(self, alert_id: int, notes: str | None = None) -> Ownership:
        """Make an alert ours and open its incident; ConflictError when it is someone else's."""
        body = {} if notes is None else {"notes": notes}
        call = Call("POST", f"/alerts/{alert_id}/ownership", body=body, needs="ownership")
        return parsed(await self._transport.send(call), Ownership)

    async def bulk_update(
        self,
        update: AlertUpdate,
        *,
        alert_ids: Iterable[int] | None = None,
        query: str | Query | None = None,
        expected: Mapping[int, int] | None = None,
        idempotency_key: str | None = None,
    ) -> BulkUpdateReport:
        """Change the fields that are set in `update`, of many alerts.

        The alerts are those of `alert_ids`, or the up to 10,000 that match `query`. `expected`
        names revisions: an alert that a person changed after its one is left as it is. The report
        tells of each alert; one that is refused stops no other. Analysts change only what is
        theirs. A plain server takes ids only, and is asked for a hundred at a time.

        For `idempotency_key` see `create`: with it, an update that broke off goes on.
        """
        body: dict[str, object] = {"updates": update.model_dump(mode="json", exclude_unset=True)}
        if query is not None:
            body["query"] = _param("query", query)
        return await update_many(
            self._transport, body, alert_ids, expected=expected or {}, key=idempotency_key
        )

    async def stats(self) -> AlertStats:
        """Counts of the alerts that we may see, by status and severity, and average minutes."""
        return parsed(await self._transport.send(Call("GET", "/alerts/stats/overview")), AlertStats)

    async def sources(self) -> Sequence[str]:
        """The sources of the alerts that we may see, by name."""
        return parsed(
            await self._transport.send(Call("GET", "/alerts/sources")), AlertSources
        ).sources

    async def source_systems(self) -> Sequence[str]:
        """The systems that sent the alerts that we may see, by name."""
        answer = await self._transport.send(Call("GET", "/alerts/source-systems"))
        return parsed(answer, AlertSourceSystems).source_systems

    async def create(self, draft: AlertDraft, *, idempotency_key: str | None = None) -> Alert:
        """Create one alert (endpoint tokens); ConflictError for a duplicate.

        Where the server knows keys, each call has one, the same for all its attempts. Give your
        own to make calls of several runs of a program one: the later get the first one's answer.
        """
        call = Call("POST", "/alerts/single", body=_record(draft), key=idempotency_key)
        return parsed(await self._transport.send(call), Alert)

    async def ingest(
        self,
        source_system: str,
        drafts: Iterable[AlertDraft | Mapping[str, Any] | bytes],
        *,
        idempotency_key: str | None = None,
    ) -> IngestReport:
        """Create up to 1000 alerts at once (endpoint tokens); the report tells of each.

        A draft in bytes is JSON already, as `Reading.encoded` of `ir_client.formats` is.

        Sending the same drafts again creates nothing: they come back as duplicates, or, with
        the same `idempotency_key`, in the same report once more (see `create`). For more than
        1000 there is `ingest_many`.
        """
        encoded = [one if isinstance(one, bytes) else encode(_record(one)) for one in drafts]
        head = b'{"source_system":%b,"alerts":[' % encode(source_system)
        call = Call(
            "POST",
            "/alerts/ingest",
            body=b"%b%b]}" % (head, b",".join(encoded)),
            timeout_seconds=INGEST_TIMEOUT_SECONDS,
            key=idempotency_key,
        )
        return parsed(await self._transport.send(call), IngestReport)

    async def ingest_many(
        self,
        source_system: str,
        drafts: Drafts,
        *,
        batch_size: int = 500,
        concurrency: int = 4,
        on_progress: Callable[[BulkReport], None] | None = None,
        on_item: Callable[[BulkItem], None] | None = None,
        on_error: OnError = "raise",
    ) -> BulkReport:
        """Create any number of alerts, in batches, and tell of each in the order of the drafts.

        `concurrency` batches are on their way at once; drafts, from an iterable or an asynchronous
        one, are read no faster than that. `on_progress` hears the counts whenever some are settled.
        `on_item` gets each item as it settles; they are not kept in the report then, so that any
        number of drafts needs the same memory.

        With `on_error="raise"`, a batch that does not get through, after its retries, ends all of
        it with its error. With `"collect"` its drafts are `failed` and the next batches go on,
        unless the login or the token is what was refused. After an error or a cancellation the
        same drafts may be sent again: those that got through come back as duplicates.
        """
        bulk = self._begin_bulk(source_system, concurrency=concurrency, on_error=on_error)
        tally = Tally(on_progress, on_item)
        try:
            async with aclosing(batches_of(drafts, batch_size)) as batches:
                async for batch in batches:
                    tally.take_in(await bulk.feed(batch))
            tally.take_in(await bulk.finish())
        finally:
            bulk.abandon()
        return tally.report()

    def _begin_bulk(self, source_system: str, *, concurrency: int, on_error: OnError) -> BulkIngest:
        return BulkIngest(
            lambda batch: self.ingest(source_system, batch),
            self._transport.start,
            concurrency=concurrency,
            on_error=on_error,
        )


def _record(draft: AlertDraft | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(draft, AlertDraft):
        return draft.model_dump(mode="json", exclude_unset=True)
    return dict(draft)


def _param(name: str, value: object) -> object:
    if name == "query":
        # A mistake is told here, where its place can be shown, and not by the server.
        return str(parse(value) if isinstance(value, str) else value)
    return rfc3339(value) if isinstance(value, datetime) else value
