"""The tables of docs/formats.md, as the mappings of the formats say them."""

import re
import sys
from pathlib import Path

from ir_client.formats.alert_format import AlertFormat
from ir_client.formats.registry import FORMATS

_TABLE = re.compile(r"<!-- table (\S+) -->\n(.*?)<!-- end -->\n", re.DOTALL)

# A longer cell is told below its table.
_CELL_LIMIT = 140


def table_of(known: AlertFormat) -> str:
    """The mapping of a format as Markdown."""
    assert known.mapping is not None
    rows, notes = ["| field | from |", "|---|---|"], []
    told = {name: source.described() for name, source in known.mapping.fields.items()}
    if known.mapping.tactics:
        told["ATT&CK tactics"] = ", ".join(f"`{path}`" for path in known.mapping.tactics)
    if known.mapping.context:
        told["context"] = ", ".join(f"`{path}`" for path in known.mapping.context)
    for name, text in told.items():
        field = name.replace("_", " ")
        if len(text) > _CELL_LIMIT:
            notes.append(f"- {field}: {text}")
            text = "see below"
        escaped = text.replace("|", "\\|")
        rows.append(f"| {field} | {escaped} |")
    return "\n".join([*rows, "", *notes, *([""] if notes else [])])


def tabled() -> list[AlertFormat]:
    """The formats that are data, and so have a table."""
    return [known for known in FORMATS if known.mapping is not None]


def with_tables(document: str) -> str:
    """The document with every table written anew."""
    by_name = {known.name: known for known in tabled()}

    def written(match: re.Match[str]) -> str:
        name = match[1]
        return f"<!-- table {name} -->\n{table_of(by_name[name])}<!-- end -->\n"

    return _TABLE.sub(written, document)


def tables_in(document: str) -> list[str]:
    """The names of the formats that have a table in the document."""
    return [match[1] for match in _TABLE.finditer(document)]


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(with_tables(target.read_text()))
