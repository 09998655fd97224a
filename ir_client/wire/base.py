"""The two kinds of model on the wire, and the one way a time is read and written."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    PlainSerializer,
)
from pydantic_core import CoreSchema, core_schema

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


class _UtcAsItIs:
    """Take a time that is in UTC as it is; only others go through Python.

    A call into Python costs twice what reading a time does, and an alert has four. The price is
    a `tzinfo` that equals `UTC` and is another object, and one error for whatever is wrong: fit
    for what a server sends, not for what a person wrote. In UTC, pydantic writes RFC 3339 itself.
    """

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        other = core_schema.no_info_after_validator_function(as_utc, handler(source))
        return core_schema.union_schema(
            [core_schema.datetime_schema(tz_constraint=0), other],
            mode="left_to_right",
            custom_error_type="time",
            custom_error_message="Input should be a valid time",
        )


ReadTime = Annotated[datetime, _UtcAsItIs()]


# A program waits for the few models that it needs, not for all of them.
BUILT_WHEN_USED = ConfigDict(defer_build=True)

# What is read and let go again gains nothing from texts that are looked up, to be held once only.
READ_ONCE = BUILT_WHEN_USED | ConfigDict(cache_strings="keys")


class Reader(BaseModel):
    """A body or frame that is read: ignores what it does not know."""

    model_config = ConfigDict(extra="ignore", frozen=True, **BUILT_WHEN_USED)


class Writer(BaseModel):
    """A body that is written: refuses what the contract does not list."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=False, **BUILT_WHEN_USED
    )
