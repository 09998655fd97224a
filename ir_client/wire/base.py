"""The two kinds of model on the wire, and the one way a time is read and written."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer

JsonObject = dict[str, Any]


def as_utc(moment: datetime) -> datetime:
    """Read a time without a zone as UTC: plain servers send such."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time that no calendar in UTC has") from None


def rfc3339(moment: datetime) -> str:
    """Write a time as RFC 3339 in UTC, ending in `Z`."""
    return as_utc(moment).isoformat().replace("+00:00", "Z")


UtcTime = Annotated[
    datetime, AfterValidator(as_utc), PlainSerializer(rfc3339, return_type=str, when_used="json")
]


class Reader(BaseModel):
    """A body or frame that is read: ignores what it does not know."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Writer(BaseModel):
    """A body that is written: refuses what the contract does not list."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)
