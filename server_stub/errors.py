"""Everything the server may refuse, and why.

    Refusal
    ├── Unauthenticated      no, bad or expired credentials
    ├── Forbidden            known, but may not
    ├── NotFound             is not there, or is not yours to see
    ├── Conflict
    │   ├── Duplicate        it is there already
    │   ├── AlreadyOwned     someone else has it
    │   └── KeyReused        the Idempotency-Key stands for another request
    ├── ChangedSince         a person changed it after the revision you know
    ├── TooLarge             body or alert over its limit
    ├── MalformedBody        bytes that are no JSON, or not all there
    ├── RequestTimeout       a body that drips in
    ├── UnsupportedMediaType not plain JSON
    ├── Invalid              JSON that breaks the contract, field by field
    ├── RateLimited          too many; knows when to come back
    └── Unavailable          the server cannot now
        └── StorageFull      there is no space left to write

Each carries the `code` of the contract and a sentence for a person. Nothing here knows HTTP.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

Location = tuple[str | int, ...]

_MAX_FIELDS = 50
_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


class Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """A request that is refused: `code` for programs, the message for people."""

    code = "internal"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Unauthenticated(Refusal):
    code = "unauthenticated"


class Forbidden(Refusal):
    code = "forbidden"


class NotFound(Refusal):
    code = "not_found"


class Conflict(Refusal):
    code = "conflict"


class Duplicate(Conflict):
    code = "duplicate"


class AlreadyOwned(Conflict):
    code = "already_owned"


class KeyReused(Conflict):
    code = "idempotency_key_reused"


class ChangedSince(Refusal):
    """Carries the record as it is now, as the JSON that is sent of it."""

    code = "changed_since"

    def __init__(self, message: str, *, current: bytes) -> None:
        super().__init__(message)
        self.current = current


class TooLarge(Refusal):
    code = "too_large"


class MalformedBody(Refusal):
    code = "malformed_body"


class RequestTimeout(Refusal):
    code = "request_timeout"


class UnsupportedMediaType(Refusal):
    code = "unsupported_media_type"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One refused field: where it stands and why; never what was in it."""

    loc: Location
    msg: str

    def __str__(self) -> str:
        place = ".".join(str(part) for part in self.loc)
        return f"{place}: {self.msg}" if place else self.msg


class Invalid(Refusal):
    code = "validation_failed"

    def __init__(self, fields: Sequence[FieldError]) -> None:
        super().__init__("; ".join(str(field) for field in fields))
        self.fields = tuple(fields)

    @classmethod
    def of(cls, error: ValidationError, *prefix: str | int) -> "Invalid":
        """What a model refused; without the input, and without names that are no names."""
        return cls.of_details(error.errors(include_url=False, include_input=False), *prefix)

    @classmethod
    def of_details(cls, details: Sequence[ErrorDetails], *prefix: str | int) -> "Invalid":
        return cls(
            [
                FieldError((*prefix, *map(_shown_part, detail["loc"])), _shown_message(detail))
                for detail in details[:_MAX_FIELDS]
            ]
        )

    @classmethod
    def field(cls, *loc: str | int, msg: str) -> "Invalid":
        return cls([FieldError(loc, msg)])

    def within(self, *prefix: str | int) -> "Invalid":
        """The same, standing in something larger."""
        return Invalid([FieldError((*prefix, *one.loc), one.msg) for one in self.fields])


def _shown_part(part: str | int) -> str | int:
    """A step of a place; the name of a field that we do not know may be anything."""
    return part if isinstance(part, int) or _FIELD_NAME.fullmatch(part) else "(unknown)"


def _shown_message(detail: ErrorDetails) -> str:
    """What was wrong; messages of the standard library quote the input, so they are left out."""
    bounds = detail.get("ctx", {})
    if bounds.get("field_type") == "Value":
        # A secret, whose length pydantic tells in "items after validation".
        if detail["type"] == "too_short":
            return f"Must have at least {bounds['min_length']} characters"
        return f"Must have at most {bounds['max_length']} characters"
    return "Input is not valid" if detail["type"] == "value_error" else detail["msg"]


class RateLimited(Refusal):
    code = "rate_limited"

    def __init__(self, message: str, *, retry_after_seconds: float) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(Refusal):
    code = "unavailable"


class StorageFull(Unavailable):
    code = "storage_full"
