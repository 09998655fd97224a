"""Alerts as a file for other programs and people: CSV, JSON lines, or a Markdown table.

Texts come from attackers: a cell never begins as a spreadsheet's formula, control characters are
made visible, and nothing of an alert is markup of the file.
"""

import csv
import io
import json
import re
from collections.abc import Iterable
from datetime import datetime

from ir_client.book import AlertRow
from ir_console.safe_text import safe_text

from .format import moment

FORMATS: dict[str, str] = {
    "csv": "CSV, for spreadsheets",
    "jsonl": "JSON lines, with every field",
    "md": "Markdown table, for reports",
}
_COLUMNS = (
    "id",
    "severity",
    "status",
    "received_at",
    "owner",
    "host",
    "user",
    "source_ip",
    "destination_ip",
    "source",
    "rule",
    "incident",
    "tags",
    "title",
)
_SHORT = ("id", "severity", "status", "received_at", "owner", "host", "title")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~&])")
_CELL_LIMIT = 2_000


def csv_text(rows: Iterable[AlertRow]) -> str:
    """A header and one line for each alert."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        cells = _cells(row)
        writer.writerow([_inert(cells[name]) for name in _COLUMNS])
    return out.getvalue()


def json_lines(encoded: Iterable[bytes]) -> str:
    """One document for each alert, in ASCII, so that none of it acts on a terminal."""
    # ASCII leaves DEL as it is.
    lines = (json.dumps(json.loads(one)).replace("\x7f", "\\u007f") for one in encoded)
    return "".join(f"{line}\n" for line in lines)


def markdown_text(rows: Iterable[AlertRow]) -> str:
    """A table of what one wants to read."""
    lines = [f"| {' | '.join(_SHORT)} |", f"|{'---|' * len(_SHORT)}"]
    for row in rows:
        cells = _cells(row)
        shown = (_MARKDOWN.sub(r"\\\1", cells[name]) for name in _SHORT)
        lines.append(f"| {' | '.join(shown)} |")
    return "\n".join(lines) + "\n"


def file_name(wanted: str, now: datetime) -> str:
    """A name that sorts by time."""
    return f"alerts-{now:%Y%m%d-%H%M%S}.{wanted}"


def with_suffix(path: str, wanted: str) -> str:
    """A proposed path for another format; one that was typed otherwise stays."""
    stem, dot, suffix = path.rpartition(".")
    return f"{stem}.{wanted}" if dot and suffix in FORMATS else path


def _cells(row: AlertRow) -> dict[str, str]:
    owner = row.assigned_to or ("" if row.assigned_analyst_id is None else row.assigned_analyst_id)
    values = {
        "id": row.id,
        "severity": row.severity,
        "status": row.status,
        "received_at": moment(row.received_at),
        "owner": owner,
        "host": row.affected_hostname,
        "user": row.affected_user,
        "source_ip": row.source_ip,
        "destination_ip": row.destination_ip,
        "source": row.source,
        "rule": row.rule_name,
        "incident": row.incident_id,
        "tags": " ".join(row.tags),
        "title": row.title,
    }
    return {
        name: "" if value is None else safe_text(str(value), _CELL_LIMIT)
        for name, value in values.items()
    }


def _inert(cell: str) -> str:
    # Spreadsheets pass over blanks before they look for a formula.
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA) else cell
