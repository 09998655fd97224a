import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client.formats.records import BrokenRecord, RecordAt, read_records
from tests.support.streams import Trickle, found_in, records_in

texts = st.text(st.characters(codec="utf-8"), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
records = st.dictionaries(texts, values, max_size=4)


def broken_lines(content: bytes | str) -> list[int]:
    return [one.line for one in found_in(content) if isinstance(one, BrokenRecord)]


LAYOUTS = {
    "lines": lambda rows: "\n".join(json.dumps(row) for row in rows),
    "windows lines": lambda rows: "\r\n".join(json.dumps(row) for row in rows),
    "array": json.dumps,
    "pretty array": lambda rows: json.dumps(rows, indent=2, ensure_ascii=False),
    "pretty objects": lambda rows: "\n".join(json.dumps(row, indent=4) for row in rows),
    "no separator": lambda rows: "".join(json.dumps(row) for row in rows),
    "json sequence": lambda rows: "".join(f"\x1e{json.dumps(row)}\n" for row in rows),
}
ENCODINGS = {
    "utf-8": str.encode,
    "utf-8 with its mark": lambda text: text.encode("utf-8-sig"),
    "utf-16": lambda text: text.encode("utf-16"),
    "gzip": lambda text: gzip.compress(text.encode()),
}


@given(
    st.lists(records, max_size=6),
    st.sampled_from(sorted(LAYOUTS)),
    st.sampled_from(sorted(ENCODINGS)),
    st.integers(1, 60),
)
def test_every_layout_in_any_pieces_gives_the_same_records(
    rows: list[dict[str, Any]], layout: str, encoding: str, step: int
) -> None:
    content = ENCODINGS[encoding](LAYOUTS[layout](rows))
    found = list(read_records(Trickle(content, step)))
    assert [one.record for one in found if isinstance(one, RecordAt)] == rows
    assert len(found) == len(rows)


@given(st.binary(max_size=300) | st.text('{}[]",:\\\n 1atrue', max_size=80).map(str.encode))
def test_whatever_the_bytes_reading_ends_without_an_exception(content: bytes) -> None:
    lines = [one.line for one in found_in(content)]
    assert lines == sorted(lines)


@given(
    st.lists(records, min_size=1, max_size=6),
    st.sampled_from(["{", '{"a":', '{"a": "x', '{"a": nul}', "not json", '{"a": 1', "{]}", "\x01"]),
    st.data(),
)
def test_a_broken_line_costs_that_line_and_no_other(
    rows: list[dict[str, Any]], broken: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(rows) - 1))
    lines = [json.dumps(row) for row in rows]
    lines.insert(place, broken)
    found = found_in("\n".join(lines))
    whole = [one for one in found if isinstance(one, RecordAt)]
    assert [one.record for one in whole] == rows
    assert [one.line for one in whole] == [n + 1 for n in range(len(lines)) if n != place]
    assert place + 1 in [one.line for one in found if isinstance(one, BrokenRecord)]


def test_lines_are_counted_in_pretty_printed_arrays() -> None:
    found = found_in('[\n  {\n    "a": 1\n  },\n\n  {\n    "a": 2\n  }\n]\n')
    assert [one.line for one in found] == [2, 6]


def test_a_broken_object_of_a_pretty_array_costs_only_itself() -> None:
    content = '[\n  {\n    "a": 1\n  },\n  {\n    "a":\n  },\n  {\n    "a": 3\n  }\n]'
    assert records_in(content) == [{"a": 1}, {"a": 3}]
    assert broken_lines(content) == [5]
    assert "on line 7" in next(one.reason for one in found_in(content) if one.line == 5)


def test_a_broken_object_inside_one_long_line_costs_only_itself() -> None:
    content = '[{"a":1},{"a":},{"a":{"b":3}}]'
    assert records_in(content) == [{"a": 1}, {"a": {"b": 3}}]
    assert len(broken_lines(content)) == 1


def test_bare_values_between_records_are_reported_one_by_one() -> None:
    assert records_in('[1, "two, {", {"a": 3}, null]') == [{"a": 3}]
    assert broken_lines('[1, "two, {", {"a": 3}, null]') == [1, 1, 1]


@pytest.mark.parametrize("cut", range(12, 23))
def test_a_truncated_file_says_so_and_keeps_what_came_before(cut: int) -> None:
    found = found_in('{"a": 1}\n{"b": "some text"}'[:cut])
    assert found[0] == RecordAt(1, {"a": 1})
    assert isinstance(found[1], BrokenRecord)
    assert found[1].line == 2
    assert "ends in the middle" in found[1].reason


def test_a_mistake_at_the_very_end_is_not_called_truncated() -> None:
    (found,) = found_in('{"a": }')
    assert isinstance(found, BrokenRecord)
    assert found.reason == "broken JSON: expecting value at character 7 of the record"


def test_a_gzip_file_that_is_cut_off_gives_what_it_held() -> None:
    content = gzip.compress(b'{"a": 1}\n' * 50)[:-9]
    assert records_in(content)
    assert (
        "cut off" in [one for one in found_in(content) if isinstance(one, BrokenRecord)][-1].reason
    )


def test_a_damaged_gzip_file_says_so() -> None:
    (found,) = found_in(b"\x1f\x8bgarbage")
    assert isinstance(found, BrokenRecord)
    assert "damaged" in found.reason


def test_several_gzip_members_are_one_stream() -> None:
    assert records_in(gzip.compress(b'{"a":1}\n') + gzip.compress(b'{"a":2}')) == [
        {"a": 1},
        {"a": 2},
    ]


def test_wrong_bytes_in_a_text_become_visible_and_keep_the_record() -> None:
    assert records_in(b'{"user": "caf\xe9"}') == [{"user": "caf\ufffd"}]


def test_half_a_character_becomes_visible_and_keeps_the_record() -> None:
    assert records_in('{"a": "\\ud800!", "b": "\\ud83d\\ude00"}') == [{"a": "\ufffd!", "b": "😀"}]


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ('{"a": NaN}', "NaN"),
        ('{"a": -Infinity}', "-Infinity"),
        ('{"a": ' + "1" * 5000 + "}", "digits"),
        ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested"),
    ],
)
def test_what_json_readers_disagree_on_is_refused(record: str, says: str) -> None:
    found = found_in(record + '\n{"b": 1}')
    assert isinstance(found[0], BrokenRecord)
    assert says in found[0].reason
    assert found[1] == RecordAt(2, {"b": 1})


def test_a_record_without_an_end_is_given_up_at_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ir_client.formats.shapes.json_records.MAX_RECORD_CHARACTERS", 100_000)
    endless = '{"a": [\n' + '{"x": 1},\n' * 50_000
    found = list(read_records(Trickle(endless.encode(), 65_536)))
    assert isinstance(found[0], BrokenRecord)
    assert "missing" in found[0].reason
    assert sum(isinstance(one, RecordAt) for one in found) == 50_000


def test_a_record_on_a_pipe_is_seen_before_the_next_one_is_written() -> None:
    pipe = Trickle(b'{"a": 1}\n{"b"', 9)
    assert next(read_records(pipe)) == RecordAt(1, {"a": 1})


@pytest.mark.parametrize("content", [b"", b"[]", b"\n\n", gzip.compress(b"", mtime=0)])
def test_nothing_holds_nothing(content: bytes) -> None:
    assert found_in(content) == []


@pytest.mark.parametrize("between", ["\n", ""])
@pytest.mark.parametrize("count", [1, 3000])
def test_null_bytes_between_records_are_told_once_and_cost_nothing_else(
    count: int, between: str
) -> None:
    nulls = "\0" * count
    content = f'{{"a": 1}}{between}{nulls}{{"b": 2}}\n'.encode()
    found = list(read_records(Trickle(content, 700)))
    assert [one.record for one in found if isinstance(one, RecordAt)] == [{"a": 1}, {"b": 2}]
    (told,) = [one for one in found if isinstance(one, BrokenRecord)]
    what = "a null byte" if count == 1 else "3,000 null bytes"
    assert told.reason.startswith(f"{what} between records: ")
    assert told.line == 1 + len(between)
    assert told.after.offset == content.index(b'{"b"')


@pytest.mark.parametrize(
    ("before", "record"),
    [
        ("", "CEF:0|v|p|1|7|Beacon|8|src=10.0.0.1"),
        ("severity,title\nlow,First\n", "high,Beacon"),
        ("#fields\tts\tnote\n1.5\tFirst\n", "2.5\tBeacon"),
    ],
)
def test_a_record_behind_null_bytes_is_read_as_what_it_is(before: str, record: str) -> None:
    nulls, plain = found_in(f"{before}\0\0{record}\n"), found_in(f"{before}{record}\n")
    assert [one for one in nulls if isinstance(one, RecordAt)] == plain
    assert broken_lines(f"{before}\0\0{record}\n") == [before.count("\n") + 1]


def test_nothing_but_null_bytes_is_told() -> None:
    (told,) = found_in(b"\0" * 5000)
    assert isinstance(told, BrokenRecord)
    assert told.reason.startswith("5,000 null bytes")
