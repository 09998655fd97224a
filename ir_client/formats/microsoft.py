"""What the alerts of Microsoft's products have in common: words, names, envelopes."""

from collections.abc import Mapping
from types import MappingProxyType

from ir_client.wire.base import JsonObject
from ir_client.wire.values import Severity

from .fields import as_text
from .severity_words import SEVERITY_OF_WORD

# What nobody has rated is no reason to look at it last.
SEVERITY_OF_MICROSOFT: Mapping[str, Severity] = MappingProxyType(
    {
        **SEVERITY_OF_WORD,
        "unknown": "medium",
        "unspecified": "medium",
        "unknownFutureValue": "medium",
    }
)


def account_name(name: object, domain: object, suffix: object = None) -> str:
    """`DOMAIN\\name`, else `name@suffix`, else the name; empty without a name."""
    account = as_text(name)
    if account and as_text(domain):
        return f"{as_text(domain)}\\{account}"
    return f"{account}@{as_text(suffix)}" if account and as_text(suffix) else account


def rows_of_tables(record: JsonObject) -> list[object] | None:
    """The rows of an answer of Log Analytics, or the `value` of any other answer."""
    tables = record.get("tables")
    if isinstance(tables, list):
        return [row for table in tables for row in _rows(table)]
    return values_of(record)


def values_of(record: JsonObject) -> list[object] | None:
    """The records in the `value` of an OData answer."""
    inside = record.get("value")
    return inside if isinstance(inside, list) else None


def _rows(table: object) -> list[object]:
    if not isinstance(table, dict):
        return []
    columns, rows = table.get("columns"), table.get("rows")
    if not isinstance(columns, list) or not isinstance(rows, list):
        return []
    names = [as_text(one.get("name")) if isinstance(one, dict) else "" for one in columns]
    return [dict(zip(names, row, strict=False)) for row in rows if isinstance(row, list)]
