"""What CEF and LEEF have in common: their severities, times, labelled pairs and identity."""

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from ir_client.wire.base import JsonObject, as_utc
from ir_client.wire.values import Severity

from .fields import as_text
from .identity import record_id
from .moments import read_moment
from .outcomes import RecordError
from .severity_words import SEVERITY_OF_WORD
from .sources import FieldSource, FirstOf, Scale, Words, Worked

# CEF's own words, those of syslog, and those that vendors are known to write.
_SEVERITY_OF_EVENT_WORD: Mapping[str, Severity] = MappingProxyType(
    {
        **SEVERITY_OF_WORD,
        "very-high": "critical",
        "very high": "critical",
        "veryhigh": "critical",
        "emergency": "critical",
        "fatal": "critical",
        "severe": "critical",
        "alert": "high",
        "error": "high",
        "major": "high",
        "important": "high",
        "warning": "medium",
        "warn": "medium",
        "moderate": "medium",
        "unknown": "medium",
        "minor": "low",
        "notice": "low",
        "debug": "info",
        "none": "info",
    }
)
# To 10 as the formats say; some products count to 100.
_UP_TO: tuple[tuple[float, Severity], ...] = (
    (0, "info"),
    (3, "low"),
    (6, "medium"),
    (8, "high"),
    (10, "critical"),
    (39, "low"),
    (69, "medium"),
    (89, "high"),
    (100, "critical"),
)
_OF_PRIORITY: tuple[Severity, ...] = (
    "critical",
    "critical",
    "critical",
    "high",
    "medium",
    "low",
    "info",
    "info",
)

_LABEL = re.compile(r"(.+)Label")
_TECHNIQUE_LABEL = re.compile(r"mitre|att&?ck|technique|tactic", re.IGNORECASE)
_JAVA = (
    ("yyyy", "%Y"),
    ("yy", "%y"),
    ("MMM", "%b"),
    ("MM", "%m"),
    ("dd", "%d"),
    ("HH", "%H"),
    ("hh", "%I"),
    ("mm", "%M"),
    ("ss", "%S"),
    ("SSS", "%f"),
    ("XXX", "%z"),
    ("zzz", "%Z"),
    ("d", "%d"),
    ("a", "%p"),
    ("Z", "%z"),
    ("z", "%Z"),
)
_JAVA_PART = re.compile("|".join([r"'([^']*)'", *(letters for letters, _ in _JAVA)]))
_FOR_JAVA = dict(_JAVA)


def severity_of(*paths: str, otherwise: FieldSource | None = None) -> FieldSource:
    """The severity at the first of `paths` that has one, in words or as a number."""
    last = [otherwise] if otherwise else []
    return FirstOf(Words(*paths, table=_SEVERITY_OF_EVENT_WORD), Scale(*paths, up_to=_UP_TO), *last)


def severity_of_priority() -> FieldSource:
    """The severity in the priority of the syslog header."""

    def found(record: JsonObject) -> Severity | None:
        header = record.get("syslog")
        priority = header.get("priority") if isinstance(header, dict) else None
        return _OF_PRIORITY[priority % 8] if type(priority) is int else None

    return Worked(
        found,
        "the severity in `syslog.priority`: 0 to 2 critical, 3 high, 4 medium, 5 low, 6 and 7 info",
    )


def time_at(*keys: str, format_key: str = "") -> FieldSource:
    """The first time among `keys` of the extension, then syslog's, that says its year."""

    def found(record: JsonObject) -> str | None:
        extension, header = record.get("extension"), record.get("syslog")
        said = [extension.get(key) for key in keys] if isinstance(extension, dict) else []
        pattern = extension.get(format_key) if isinstance(extension, dict) else None
        said += [header.get("timestamp")] if isinstance(header, dict) else []
        moments = (_moment(value, pattern) for value in said)
        return next((moment.isoformat() for moment in moments if moment), None)

    written = ", ".join(f"`extension.{key}`" for key in keys)
    shaped = f" (as `extension.{format_key}` says)" if format_key else ""
    return Worked(found, f"{written}{shaped}, `syslog.timestamp`: the first that says its year")


def _moment(value: object, pattern: object) -> datetime | None:
    text = as_text(value)
    if not text:
        return None
    if isinstance(pattern, str):
        try:
            return as_utc(datetime.strptime(text, _from_java(pattern)))  # noqa: DTZ007 # as_utc
        except ValueError:
            pass
    try:
        return read_moment(text)
    except RecordError:
        return None


def _from_java(pattern: str) -> str:
    """A pattern of Java's SimpleDateFormat as one of strptime."""
    return _JAVA_PART.sub(
        lambda part: _FOR_JAVA.get(part[0], part[1] or "'"), pattern.replace("%", "%%")
    )


def with_labels(record: JsonObject) -> JsonObject:
    """The record with `labels`: what `cs1Label` and `cs1` say together, and all such pairs."""
    extension = record.get("extension")
    if not isinstance(extension, dict):
        return record
    labels: JsonObject = {}
    for key, label in extension.items():
        if key.endswith("Label") and (match := _LABEL.fullmatch(key)):
            value, name = extension.get(match[1]), as_text(label)
            if name and value not in (None, ""):
                labels[name] = value
    return record | {"labels": labels} if labels else record


def labelled(*labels: str) -> Worked:
    """The value of a pair that has one of these labels, whatever their case."""
    wanted = {label.lower() for label in labels}

    def found(record: JsonObject) -> list[object]:
        pairs = record.get("labels")
        if not isinstance(pairs, dict):
            return []
        return [value for label, value in pairs.items() if label.lower().strip() in wanted]

    return Worked(found, f"the pair labelled {', '.join(labels)}")


def techniques() -> Worked:
    """Pairs whose label or key speaks of ATT&CK."""

    def found(record: JsonObject) -> list[object]:
        pairs: list[tuple[str, object]] = []
        for part in ("labels", "extension"):
            inside = record.get(part)
            pairs += inside.items() if isinstance(inside, dict) else []
        return [value for key, value in pairs if _TECHNIQUE_LABEL.search(key)]

    return Worked(found, "pairs whose label or key names ATT&CK, a technique or a tactic")


def identity_of(kind: str, time_keys: tuple[str, ...]) -> Worked:
    """A digest without the header of syslog, which each relay writes anew.

    Where the event says no time of its own, the header is what tells two of them apart.
    """

    def found(record: JsonObject) -> str:
        extension = record.get("extension")
        has_time = isinstance(extension, dict) and any(extension.get(key) for key in time_keys)
        of = {key: value for key, value in record.items() if key not in ("syslog", "labels")}
        return record_id(kind, of if has_time else record | {"labels": None})

    return Worked(found, "a digest of the event, without the syslog header if it has a time itself")
