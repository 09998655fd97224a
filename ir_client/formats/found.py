"""What is found in a stream: a record, or something that should be one."""

from dataclasses import dataclass, field

from ir_client.wire.base import JsonObject

from .places import Place

_START = Place()


@dataclass(frozen=True, slots=True)
class RecordAt:
    """A record and the line on which it starts, counted from 1.

    `text` is the record as it was written, `after` the place behind it, from which another run
    can read on.
    """

    line: int
    record: JsonObject
    text: str = field(default="", compare=False, repr=False)
    after: Place = field(default=_START, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """Something that is no record, or a stream that cannot be read on.

    `text` is what was passed over, the header of its table before it where it needs one.
    """

    line: int
    reason: str
    text: str = field(default="", compare=False, repr=False)
    after: Place = field(default=_START, compare=False, repr=False)


Finding = RecordAt | BrokenRecord
