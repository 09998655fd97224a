"""Alerts in files: whole, and inert in whatever program opens them."""

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client.book import AlertRow
from ir_console.model.exporting import (
    csv_text,
    file_name,
    json_lines,
    markdown_text,
    with_suffix,
)
from tests.support.builders import an_alert


def a_book_row(**fields: Any) -> AlertRow:
    return AlertRow.of(an_alert(**fields))


def read_csv(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "  =", "\r", "\n+"])
def test_no_cell_of_a_spreadsheet_is_a_formula(start: str) -> None:
    rows = [a_book_row(title=f"{start}cmd|' /C calc'!A0", affected_hostname=f"{start}1")]
    for line in read_csv(csv_text(rows)):
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in line)


@given(st.lists(st.text(max_size=30), max_size=5))
def test_every_alert_is_one_line_of_as_many_cells(titles: list[str]) -> None:
    rows = [a_book_row(id=number, title=title) for number, title in enumerate(titles)]
    header, *lines = read_csv(csv_text(rows))
    assert [line[0] for line in lines] == [str(row.id) for row in rows]
    assert {len(line) for line in lines} <= {len(header)}
    assert markdown_text(rows).count("\n") == len(rows) + 2


def test_json_lines_hold_every_field_and_no_control_character() -> None:
    alert = an_alert(id=7, title="\x1b[2J\x7f\u202eé", enrichment_data={"a": [1]})
    text = json_lines([alert.model_dump_json(exclude_defaults=True).encode()])
    assert text.isascii()
    assert text.rstrip("\n").isprintable()
    read = json.loads(text)
    assert (read["title"], read["enrichment_data"]) == (alert.title, {"a": [1]})


def test_markdown_of_an_alert_is_text() -> None:
    text = markdown_text([a_book_row(title="a | b [x](http://e) <img> `c`\nd")])
    *_, line = text.splitlines()
    assert r"a \| b \[x\]\(http://e\) \<img\> \`c\`" in line
    assert line.count(" | ") == 6


def test_names_are_by_time_and_follow_the_format() -> None:
    name = file_name("csv", datetime(2026, 11, 28, 2, 5, 9, tzinfo=UTC))
    assert name == "alerts-20261128-020509.csv"
    assert with_suffix(f"/tmp/{name}", "md").endswith("020509.md")
    assert with_suffix("/tmp/mine.txt", "md") == "/tmp/mine.txt"
    assert with_suffix("/tmp.d/mine", "md") == "/tmp.d/mine"
