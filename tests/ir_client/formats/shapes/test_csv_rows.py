import csv
import io

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ir_client.formats.records import RecordAt, read_records
from tests.support.streams import Trickle, broken_in, found_in, records_in

NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_ ]{0,8}", fullmatch=True).map(str.strip)
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    header = draw(st.lists(NAMES, min_size=2, max_size=5, unique=True))
    row = st.lists(CELLS, min_size=len(header), max_size=len(header))
    rows = draw(st.lists(row.filter(lambda cells: cells != header), max_size=5))
    return header, rows


@given(
    tables(),
    st.sampled_from(",;\t"),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.integers(1, 40),
)
def test_what_csv_writes_is_read_back_in_any_pieces(
    table: tuple[list[str], list[list[str]]], delimiter: str, ending: str, quoting: int, step: int
) -> None:
    header, rows = table
    # Python leaves a carriage return unquoted there, and with the line's end it looks like one.
    assume(
        quoting == csv.QUOTE_ALL or not any(cells[-1].endswith("\r") for cells in [header, *rows])
    )
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=ending, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(header)
    writer.writerows(rows)
    found = list(read_records(Trickle(text.getvalue().encode(), step)))
    whole = [one.record for one in found if isinstance(one, RecordAt)]
    assert whole == [dict(zip(header, row, strict=True)) for row in rows]
    assert len(found) == len(whole)


def test_a_mark_at_the_begin_is_no_part_of_the_first_name() -> None:
    assert records_in("id,title\n1,two\n".encode("utf-8-sig")) == [{"id": "1", "title": "two"}]


def test_cells_with_line_breaks_and_json_stay_texts_and_lines_are_counted() -> None:
    content = 'id,extra\n1,"{\n  ""a"": [1, 2]\n}"\n2,plain\n'
    found = found_in(content)
    assert [one.line for one in found] == [2, 5]
    assert records_in(content)[0] == {"id": "1", "extra": '{\n  "a": [1, 2]\n}'}


@pytest.mark.parametrize("step", [1, 2, 3, 5, 100])
def test_a_carriage_return_that_a_row_begins_with_is_of_its_first_cell(step: int) -> None:
    # As Python writes it: it quotes only what its own line's end has.
    content = b"id;name\n\r;\n\n\r\n\r;x\n"
    found = list(read_records(Trickle(content, step)))
    assert [one.record for one in found if isinstance(one, RecordAt)] == [
        {"id": "\r", "name": ""},
        {"id": "\r", "name": "x"},
    ]
    assert len(found) == 2


def test_a_column_without_a_name_is_a_column() -> None:
    assert records_in(",title,level\n0,Beacon,high\n") == [
        {"column1": "0", "title": "Beacon", "level": "high"}
    ]
    assert records_in("\ttitle\tlevel\n\tBeacon\thigh\n") == [
        {"column1": "", "title": "Beacon", "level": "high"}
    ]


def test_empty_cells_too_many_are_no_harm() -> None:
    assert records_in("id,title\n1,two,,\n") == [{"id": "1", "title": "two"}]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("1", "1 cells, and the header has 3 (id, title, level, ...)"),
        ("1,2,3,4", "4 cells, and the header has 3"),
        ('1,"two"x,3', "closing quote"),
    ],
)
def test_a_row_that_does_not_fit_costs_only_itself(row: str, says: str) -> None:
    content = f"id,title,level\n0,a,b\n{row}\n2,c,d\n"
    assert [record["id"] for record in records_in(content)] == ["0", "2"]
    ((line, reason),) = broken_in(content)
    assert line == 3
    assert says in reason


def test_a_broken_row_is_told_with_its_header() -> None:
    (broken,) = found_in("id,title\r\n1\r\n")
    assert broken.text == "id,title\n1"


def test_a_quote_that_is_not_closed_costs_its_line() -> None:
    content = 'id,title\n0,a\n1,"open\n2,c\n3,d\n'
    assert [record["id"] for record in records_in(content)] == ["0", "2", "3"]
    assert broken_in(content) == [(3, "a quote is not closed; is the file complete?")]


def test_files_one_behind_the_other_may_repeat_the_header_or_bring_another() -> None:
    content = "id,title\n1,a\nid,title\n2,b\nuser,host,rule,level\nann,pc,r1,high\n"
    assert records_in(content) == [
        {"id": "1", "title": "a"},
        {"id": "2", "title": "b"},
        {"user": "ann", "host": "pc", "rule": "r1", "level": "high"},
    ]


def test_other_records_may_stand_between_rows() -> None:
    content = 'id,title\n1,a\n{"x": 1, "y": 2}\nCEF:0|v|p|1|2|n|3|a=b\n2,b\n'
    kinds = [sorted(record)[0] for record in records_in(content)]
    assert kinds == ["id", "x", "cef", "id"]


@pytest.mark.parametrize(
    "line",
    ["rubbish", "2024-01-01,10.0.0.1,42", "one, two, and a sentence: three", "a,a,b", "1,2,3"],
)
def test_what_is_no_list_of_names_is_no_header(line: str) -> None:
    assert len(broken_in(f"{line}\n{line}\n")) == 2


def test_below_other_records_a_short_list_of_words_is_no_header() -> None:
    assert len(broken_in('{"a": 1}\nsorry, what\n{"a": 2}')) == 1
    assert records_in('{"a": 1}\nid,title,level,host\n1,a,b,c')[1]["host"] == "c"
