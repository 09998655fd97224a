"""Lists of alerts: their parameters read, their answers written."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from ir_client.query import MAX_LENGTH, QueryError, parse
from ir_client.query import Query as FilterQuery
from ir_client.wire.alerts import Pagination
from ir_client.wire.base import UtcTime
from ir_client.wire.cursor import EPOCH_HEADER, SEQ_HEADER
from ir_client.wire.values import AlertStatus, Severity, ThreatType
from server_stub.access import Viewer, sight_key
from server_stub.domain.resume import epoch_for
from server_stub.errors import Invalid
from server_stub.storage.alerts import AlertListing, AlertListRequest
from server_stub.storage.cursors import decode_cursor
from server_stub.storage.encoding import json_list, to_json_bytes
from server_stub.storage.query_sql import AlertFilter, AlertOrder, SortField, SortOrder

_FILTERS = frozenset(AlertFilter.__dataclass_fields__)
_PAGING = frozenset({"page", "size", "sort_by", "sort_order", "cursor"})

# SQLite's texts end at a null character: after one, a search would find everything.
SearchText = Annotated[str, Field(pattern=r"^[^\x00]*$")]
RowId = Annotated[int, Field(ge=1, lt=2**63)]


class AlertListParameters(BaseModel):
    """The query of a list; a parameter we do not know is refused, for it would narrow nothing."""

    model_config = ConfigDict(extra="forbid")

    search: Annotated[SearchText, Field(max_length=1000)] | None = None
    severity: Annotated[list[Severity], Field(max_length=10)] = []
    status: Annotated[list[AlertStatus], Field(max_length=10)] = []
    source: Annotated[list[SearchText], Field(max_length=50)] = []
    threat_type: Annotated[list[ThreatType], Field(max_length=20)] = []
    assigned_analyst_id: RowId | None = None
    incident_id: Annotated[SearchText, Field(max_length=500)] | None = None
    detected_after: UtcTime | None = None
    detected_before: UtcTime | None = None
    received_after: UtcTime | None = None
    received_before: UtcTime | None = None
    updated_after: UtcTime | None = None
    false_positives: bool | None = None
    reported: bool | None = None
    overdue_only: bool = False
    query: Annotated[SearchText, Field(max_length=MAX_LENGTH)] | None = None
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    size: Annotated[int, Field(ge=1, le=500)] = 50
    sort_by: SortField = "received_at"
    sort_order: SortOrder = "desc"
    cursor: str | None = None

    def request(self) -> AlertListRequest:
        """The page that is asked for. Raises Invalid."""
        order = AlertOrder(self.sort_by, self.sort_order)
        cursor = None if self.cursor is None else decode_cursor(self.cursor)
        if cursor is not None:
            if self.page != 1:
                raise Invalid.field("query", "page", msg="Give a cursor or a page, not both")
            if self.model_fields_set & {"sort_by", "sort_order"} and cursor.order != order:
                raise Invalid.field("query", "sort_by", msg="Not the order of the cursor")
            order = cursor.order
        return AlertListRequest(
            self._filter(), order, self.size, offset=(self.page - 1) * self.size, cursor=cursor
        )

    def _filter(self) -> AlertFilter:
        values = self.model_dump(include=set(_FILTERS))
        lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
        query = None if self.query is None else parsed_query(self.query)
        return AlertFilter(**(values | lists | {"query": query}))

    def applied(self) -> dict[str, object]:
        """The filters that were asked for, as they were understood."""
        return self.model_dump(mode="json", exclude_unset=True, exclude=set(_PAGING))


def parsed_query(text: str, *, where: str = "query") -> FilterQuery:
    """A text of the filter language. Raises Invalid, which says where it cannot be read."""
    try:
        return parse(text)
    except QueryError as mistake:
        # Not its message, which quotes the text; the hint quotes nothing but our own words.
        place = f"Cannot be read at character {mistake.position + 1}"
        raise Invalid.field(where, "query", msg=f"{place}. {mistake.hint}") from None


InListParameters = Annotated[AlertListParameters, Query()]


def listing_json(listing: AlertListing, parameters: AlertListParameters) -> bytes:
    """The body of an answered list."""
    size = parameters.size
    pagination = Pagination(
        page=parameters.page,
        size=size,
        total=listing.total,
        total_pages=-(-listing.total // size),
        total_exact=listing.total_exact,
    )
    rest = to_json_bytes(
        {
            "pagination": pagination.model_dump(),
            "filters_applied": parameters.applied(),
            "next_cursor": listing.next_cursor,
        }
    )
    alerts = json_list([alert.json for alert in listing.alerts])
    return b'{"alerts":' + alerts + b"," + rest[1:]


def position_headers(listing: AlertListing, *, viewer: Viewer) -> dict[str, str]:
    """Where the log stood in the snapshot that was read, for who sees what `viewer` sees."""
    position = listing.position
    epoch = epoch_for(position.epoch, sight_key(viewer))
    return {EPOCH_HEADER: epoch, SEQ_HEADER: str(position.seq)}
