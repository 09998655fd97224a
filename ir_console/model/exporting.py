"""Alerts as a file for other programs and people: CSV, JSON lines, or a Markdown table.

Texts come from attackers: a cell never begins as a spreadsheet's formula, control characters are
made visible, and nothing of an alert is markup of the file.
"""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from ir_client.book import AlertRow
from ir_client.wire.alerts import Alert
from ir_console.safe_text import safe_text

from .format import moment
from .markdown import CELL_LIMIT, table_head, table_row

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


def csv_text(rows: Iterable[AlertRow]) -> str:
    """A header and one line for each alert."""
    return head_of("csv") + "".join(_csv_row(row) for row in rows)


def json_lines(encoded: Iterable[bytes]) -> str:
    """One document for each alert."""
    return "".join(_json_line(one) for one in encoded)


def markdown_text(rows: Iterable[AlertRow]) -> str:
    """A table of what one wants to read."""
    return head_of("md") + "".join(table_row(cells_of(row)) for row in rows)


def head_of(wanted: str) -> str:
    """What stands before the first alert in one of FORMATS."""
    match wanted:
        case "jsonl":
            return ""
        case "md":
            return table_head(_SHORT)
        case _:
            return _csv_line(_COLUMNS)


def line_of(wanted: str, alert: Alert) -> str:
    """The line of an alert in one of FORMATS, for files that are written while alerts come."""
    match wanted:
        case "jsonl":
            return _json_line(alert.model_dump_json().encode())
        case "md":
            return table_row(cells_of(AlertRow.of(alert)))
        case _:
            return _csv_row(AlertRow.of(alert))


def cells_of(row: AlertRow) -> list[str]:
    """What one wants to read of an alert: the cells of a Markdown table."""
    cells = _cells(row)
    return [cells[name] for name in _SHORT]


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
        name: "" if value is None else safe_text(str(value), CELL_LIMIT)
        for name, value in values.items()
    }


def _csv_row(row: AlertRow) -> str:
    cells = _cells(row)
    return _csv_line([_inert(cells[name]) for name in _COLUMNS])


def _csv_line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _json_line(encoded: bytes) -> str:
    # In ASCII, so that none of it acts on a terminal; ASCII leaves DEL as it is.
    text = json.dumps(json.loads(encoded)).replace("\x7f", "\\u007f")
    return f"{text}\n"


def _inert(cell: str) -> str:
    # Spreadsheets pass over blanks before they look for a formula.
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA) else cell
