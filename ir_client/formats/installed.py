"""Find the formats that other packages bring: entry points of the group `ir_client.formats`.

The one impure module here: it reads what is installed, and runs its code. A package that fails,
now or at a record, harms nobody: it is complained of in one line and left out, or the record is
rejected.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points

from pydantic import ValidationError

from ir_client.wire.alerts import AlertDraft
from ir_client.wire.base import JsonObject

from .alert_format import AlertFormat
from .outcomes import RecordError, Skipped
from .registry import AUTO, FORMATS

GROUP = "ir_client.formats"

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_TAKEN = frozenset({AUTO, *(known.name for known in FORMATS)})
_ERROR_LIMIT = 200


@dataclass(frozen=True, slots=True)
class InstalledFormats:
    """What was found: the formats that can be used, and a line on each that cannot."""

    formats: tuple[AlertFormat, ...] = ()
    complaints: tuple[str, ...] = ()


class _UnusableError(Exception):
    """Why what an entry point names is no format; the message completes "is left out: "."""


def installed_formats(taken: Collection[str] = _TAKEN) -> InstalledFormats:
    """The formats that installed packages bring, by name; none called like one in `taken`.

    Ask them before ours: who installs one means it. They are guarded: what their functions raise
    rejects the record, or passes it on to the next format.
    """
    formats: dict[str, AlertFormat] = {}
    complaints = []
    for entry in sorted(entry_points(group=GROUP), key=lambda one: (one.name, _brought_by(one))):
        try:
            found = _loaded(entry)
            if found.name in taken or found.name in formats:
                raise _UnusableError(f"there is a format {found.name!r} already")
        except _UnusableError as error:
            who = f"format {entry.name!r} of {_brought_by(entry)}"
            complaints.append(f"The {who} is left out: {error}.")
        else:
            formats[found.name] = _guarded(found, _brought_by(entry))
    return InstalledFormats(tuple(formats.values()), tuple(complaints))


def _brought_by(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value


def _loaded(entry: EntryPoint) -> AlertFormat:
    try:
        found = entry.load()
    except (Exception, SystemExit) as error:
        raise _UnusableError(_in_a_line(error)) from error
    if not isinstance(found, AlertFormat):
        raise _UnusableError(f"{entry.value} is no AlertFormat but {type(found).__name__}")
    if not _NAME.fullmatch(found.name):
        raise _UnusableError(f"{found.name!r} is no name; take small letters, digits, - and _")
    return found


def _in_a_line(error: BaseException) -> str:
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= _ERROR_LIMIT else text[: _ERROR_LIMIT - 1] + "…"


def _guarded(found: AlertFormat, who: str) -> AlertFormat:
    """The format, with functions that raise nothing but what those of ours may raise."""

    def map_record(record: JsonObject) -> AlertDraft | Skipped:
        try:
            outcome: object = found.map_record(record)
        except (RecordError, ValidationError):
            raise
        except Exception as error:
            raise RecordError(
                f"{who} failed at it ({_in_a_line(error)}); tell its authors"
            ) from error
        if not isinstance(outcome, AlertDraft | Skipped):
            kind = type(outcome).__name__
            raise RecordError(f"{who} made {kind} of it, no draft; tell its authors")
        return outcome

    def unwrap(record: JsonObject) -> list[object] | None:
        inside: object = _or_none(found.unwrap, record)
        return inside if isinstance(inside, list) else None

    return replace(
        found,
        recognises=lambda record: _or_none(found.recognises, record) is True,
        map_record=map_record,
        unwrap=unwrap,
    )


def _or_none(function: Callable[[JsonObject], object], record: JsonObject) -> object:
    try:
        return function(record)
    except Exception:  # noqa: BLE001 # somebody else's code, at its edge
        return None
