"""A format out of a document that a person wrote, instead of a module: `--map FILE.toml`.

Takes the document parsed; opens nothing. docs/formats.md shows all that it may hold. What is wrong
in it is a MappingFileError that names the key and says what to do.
"""

from collections.abc import Callable, Mapping
from difflib import get_close_matches

from ir_client.wire.base import JsonObject

from .alert_format import AlertFormat
from .fields import LABEL_LIMIT, READERS
from .mapping import AlertMapping
from .mapping_conditions import RecordTest, record_test_at
from .mapping_keys import (
    MappingFileError,
    Table,
    needed_text,
    path_at,
    paths_at,
    refuse_unknown,
    table_at,
    text_at,
)
from .mapping_sources import source_at
from .paths import Path
from .sources import FieldSource

_KEYS = frozenset({"name", "title", "unwrap", "recognise", "skip", "fields", "context", "tactics"})
_LEAST = {
    "title": '`title = "message"`, if that is where its text is',
    "severity": '`severity = {always = "medium"}`, if the source has none',
}


def format_from_document(document: Table, *, taken: frozenset[str] = frozenset()) -> AlertFormat:
    """The format that `document` describes; its name may be none of `taken`.

    Without `recognise` it takes every record. Raises MappingFileError.
    """
    refuse_unknown(document, _KEYS, "")
    name = needed_text(document, "name", "it is the source of its alerts, and `--format` names it")
    if len(name) > LABEL_LIMIT:
        raise MappingFileError("name", f"longer than {LABEL_LIMIT} characters; shorten it")
    if name in taken:
        raise MappingFileError("name", f"{name!r} is a format already; choose another")
    test = record_test_at(document, "recognise") if "recognise" in document else None
    mapping = AlertMapping(
        source=name,
        fields=_fields(document),
        context=paths_at(document, "context"),
        tactics=paths_at(document, "tactics"),
        skip=_skipping(document),
    )
    return AlertFormat(
        name=name,
        title=text_at(document, "title") or name,
        known_by=test.described if test else "a mapping was named for it",
        recognises=test.holds if test else lambda _: True,
        map_record=mapping.draft_from,
        unwrap=_unwrapping(document),
        mapping=mapping,
    )


def _fields(document: Table) -> Mapping[str, FieldSource]:
    table = table_at(document, "fields")
    for name in table:
        if name not in READERS:
            close = get_close_matches(name, READERS, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(READERS)}"
            raise MappingFileError(f"fields.{name}", f"no field of an alert; {hint}")
    for name, example in _LEAST.items():
        if name not in table:
            raise MappingFileError(
                f"fields.{name}", f"missing, and every alert needs one; write {example}"
            )
    return {name: source_at(value, name) for name, value in table.items()}


def _skipping(document: Table) -> Callable[[JsonObject], str | None]:
    entries = document.get("skip", [])
    if not isinstance(entries, list):
        raise MappingFileError("skip", "write `[[skip]]`, with a reason and what it holds for")
    tests: list[tuple[str, RecordTest]] = []
    for number, entry in enumerate(entries, 1):
        where = f"skip {number}"
        if not isinstance(entry, dict):
            raise MappingFileError(where, "write `[[skip]]`, with a reason and what it holds for")
        reason = needed_text(entry, "reason", "such records are counted under it", where)
        rest = {key: value for key, value in entry.items() if key != "reason"}
        tests.append((reason, record_test_at({where: rest}, where)))

    def why(record: JsonObject) -> str | None:
        return next((reason for reason, test in tests if test.holds(record)), None)

    return why


def _unwrapping(document: Table) -> Callable[[JsonObject], list[object] | None]:
    text = text_at(document, "unwrap")
    path: Path | None = path_at(text, "unwrap") if text else None

    def unwrap(record: JsonObject) -> list[object] | None:
        return (path.values_in(record) or None) if path else None

    return unwrap
