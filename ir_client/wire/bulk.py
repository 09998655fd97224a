"""Changing many alerts at once (contract, section 3)."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from .alerts import AlertUpdate, RowId
from .base import Reader, Writer

MAX_BULK_ALERTS = 10_000
AlertIds = Annotated[tuple[RowId, ...], Field(min_length=1, max_length=MAX_BULK_ALERTS)]
Revision = Annotated[int, Field(strict=True, ge=0, lt=2**63)]


class BulkUpdate(Writer):
    """The same `updates` for the alerts of these ids, or for those that match a query.

    `expected` names the revision that is known of an alert, as `If-Match` does for one.
    """

    alert_ids: AlertIds | None = None
    query: Annotated[str, Field(min_length=1)] | None = None
    updates: AlertUpdate
    expected: Annotated[dict[int, Revision], Field(max_length=MAX_BULK_ALERTS)] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _is_about_something(self) -> Self:
        if (self.alert_ids is None) == (self.query is None):
            raise PydanticCustomError("about", "Give alert_ids or a query, and not both")
        return self


class BulkUpdateResult(Reader):
    """What became of one alert of a bulk update; `revision` is the one that it has now."""

    id: int
    status: (
        Literal["updated", "unchanged", "not_found", "forbidden", "changed_since", "invalid"] | str
    )
    revision: int | None = None
    error: str | None = None


class BulkUpdateReport(Reader):
    """The answer to a bulk update; a plain server gives no `results`.

    `success`: no alert was refused. An alert that said already what was wanted is neither updated
    nor failed.
    """

    success: bool = True
    updated_count: int = 0
    failed_count: int = 0
    results: tuple[BulkUpdateResult, ...] = ()
