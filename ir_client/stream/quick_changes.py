"""Read changes of alerts in half the time that validating models takes. See decisions/0014.

msgspec checks JSON against what the fields of the models say, and the models take the values over
as they are. It is stricter than pydantic (it takes no text for a number), and here every field has
to be there, a revision too. What it refuses says nothing about the frame: the caller reads that the
careful way. What it takes, it reads as the models do; only digits of a time beyond the microsecond
are rounded and not cut off, which decides nothing where there are revisions.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from types import NoneType
from typing import Any, NamedTuple, TypedDict, TypeVar, get_args, get_type_hints

from msgspec import MsgspecError, Struct
from msgspec.json import Decoder
from msgspec.structs import asdict
from pydantic import BaseModel

from ..wire.alerts import Alert
from ..wire.auth import UserRef
from ..wire.base import JsonObject, ReadTime, as_utc
from ..wire.events import AlertUpdated, NewAlert
from ..wire.protocol2 import AlertRemoved, Removal

AlertEvent = NewAlert | AlertUpdated | AlertRemoved
_Model = TypeVar("_Model", bound=BaseModel)

# What pydantic takes from JSON, it gives to the model unchanged.
_AS_THEY_ARE = (int, float, bool, str, NoneType, JsonObject, tuple[str, ...])


class QuickFrame(NamedTuple):
    """A frame that holds changes of alerts and nothing else."""

    events: tuple[AlertEvent, ...]
    seq: int | None
    request_id: str | None


def quick_frame(frame: bytes) -> QuickFrame | None:
    """The changes in a frame of protocol 2, a batch or one alone; None where it is another."""
    try:
        read = _frames.decode(frame)
        events = read.data.events if isinstance(read, _Batch) else (read,)
        return QuickFrame(tuple(map(_event_of, events)), read.seq, read.request_id)
    except _REFUSALS:
        return None


def quick_changes(frames: Sequence[bytes]) -> list[NewAlert | AlertUpdated] | None:
    """The changes in frames of protocol 1; None unless each is one."""
    try:
        return [_change_of(_changes.decode(frame)) for frame in frames]
    except _REFUSALS:
        return None


def _shape_of(model: type[BaseModel], **special: Any) -> Any:
    """The fields of a model for msgspec; TypeError for one that it would read otherwise."""
    hints = get_type_hints(model, include_extras=True)
    # In the order of the model, in which our server writes them: they are found at once then.
    shapes = {n: special.get(n) or _shape_of_field(hints[n]) for n in model.model_fields}
    return TypedDict(model.__name__, shapes)  # type: ignore[operator] # made from a model


def _shape_of_field(hint: Any) -> Any:
    if hint == ReadTime:
        return datetime
    if hint in _AS_THEY_ARE:
        return hint
    if NoneType in (kinds := get_args(hint)):
        (kind,) = (kind for kind in kinds if kind is not NoneType)
        return _shape_of_field(kind) | None
    raise TypeError(f"msgspec would not read {hint} as pydantic does")


class _Analyst(Struct, frozen=True, gc=False):
    id: int
    username: str
    full_name: str | None
    role: str


_ALERT: Any = _shape_of(Alert, revision=int, assigned_analyst=_Analyst | None)


class _Change(Struct, tag_field="type", gc=False):
    data: _ALERT
    seq: int | None = None
    request_id: str | None = None


class _New(_Change, tag="new_alert", gc=False):
    pass


class _Updated(_Change, tag="alert_updated", gc=False):
    pass


class _Removal(Struct):
    id: int
    revision: int


class _Removed(Struct, tag_field="type", tag="alert_removed"):
    data: _Removal


class _Events(Struct):
    events: list[_New | _Updated | _Removed]


class _Batch(Struct, tag_field="type", tag="batch"):
    data: _Events
    seq: int | None = None
    request_id: str | None = None


_frames = Decoder(_New | _Updated | _Batch)
_changes = Decoder(_New | _Updated)
# What is nested too deeply is no MsgspecError; a time beyond the calendar is a ValueError.
_REFUSALS = (MsgspecError, RecursionError, ValueError)


def _event_of(read: _New | _Updated | _Removed) -> AlertEvent:
    if isinstance(read, _Removed):
        return AlertRemoved(data=Removal(id=read.data.id, revision=read.data.revision))
    return _change_of(read)


def _change_of(read: _New | _Updated) -> NewAlert | AlertUpdated:
    values = read.data
    for moment in _times_of(values):
        if moment is not None and moment.tzinfo is not UTC:
            values.update({name: as_utc(values[name]) for name in _TIMES if values[name]})
            break
    if (analyst := values["assigned_analyst"]) is not None:
        values["assigned_analyst"] = _user_ref(analyst)
    alert = _taken_over(Alert, values, _ALERT_FIELDS)
    if type(read) is _New:
        return _taken_over(NewAlert, {"data": alert, "type": "new_alert"}, _EVENT_FIELDS)
    return _taken_over(AlertUpdated, {"data": alert, "type": "alert_updated"}, _EVENT_FIELDS)


@lru_cache(maxsize=256)
def _user_ref(analyst: _Analyst) -> UserRef:
    """There are few analysts, and many alerts of each."""
    return UserRef(**asdict(analyst))


# All alerts share one set of the fields that were set: it is as large as the alert, and nobody
# changes what a frozen model has; a copy of the model copies it.
_ALERT_FIELDS = set(Alert.model_fields)
_EVENT_FIELDS = set(NewAlert.model_fields)
_TIMES = tuple(
    name
    for name, hint in get_type_hints(Alert, include_extras=True).items()
    if hint == ReadTime or ReadTime in get_args(hint)
)
_times_of = itemgetter(*_TIMES)


def _taken_over(model: type[_Model], values: dict[str, Any], fields: set[str]) -> _Model:
    """The model with these values, which are known to be right."""
    made = object.__new__(model)
    _set_values(made, values)
    _set_fields_set(made, fields)
    _set_extra(made, None)
    _set_private(made, None)
    return made


# What `BaseModel.model_construct` sets. Frozen models refuse to be set by name, and looking each
# name up takes longer than setting it.
_slots = vars(BaseModel)
_set_values = _slots["__dict__"].__set__
_set_fields_set = _slots["__pydantic_fields_set__"].__set__
_set_extra = _slots["__pydantic_extra__"].__set__
_set_private = _slots["__pydantic_private__"].__set__
