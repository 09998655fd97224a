import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client.formats.found import BrokenRecord, RecordAt
from ir_client.formats.records import read_records
from tests.support.streams import Trickle

_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # Half a character is made a whole one, and is its own test.
    | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('ab\n"\\é{}'), inner),
    max_leaves=8,
)
_objects = st.dictionaries(st.sampled_from(["a", "b", "ü"]), _values, min_size=1)


def found_in(text: str) -> list[Any]:
    findings = read_records(io.BytesIO(text.encode()))
    return [one.record if isinstance(one, RecordAt) else one for one in findings]


@given(st.lists(_objects, max_size=4), st.booleans(), st.sampled_from(["\n", " \r\n", "", ", "]))
def test_objects_are_read_as_json_reads_them(
    records: list[dict[str, Any]], is_ascii: bool, between: str
) -> None:
    lines = [json.dumps(one, ensure_ascii=is_ascii) for one in records]
    found = found_in(between.join(lines) + between)
    assert [repr(one) for one in found] == [repr(json.loads(line)) for line in lines]


@pytest.mark.parametrize("value", ["NaN", "01", "1.", '"a', "'a'", '"\x01"', "{,}", "9" * 5000])
def test_what_is_no_json_is_told_and_the_next_line_read(value: str) -> None:
    broken, record = found_in(f'{{"a":{value}}}\n{{"b": 1}}\n')
    assert isinstance(broken, BrokenRecord)
    assert record == {"b": 1}


def test_a_number_that_no_float_holds_is_read_as_json_reads_it() -> None:
    assert found_in('{"a": 1e999}\n') == [{"a": float("inf")}]


@given(st.lists(_objects, max_size=4), st.sampled_from([" \r\n", "\t\n", "\n"]), st.integers(1, 40))
def test_the_place_behind_a_record_does_not_depend_on_the_pieces_it_comes_in(
    records: list[dict[str, Any]], end: str, step: int
) -> None:
    content = "".join(f"{json.dumps(one)}{end}" for one in records).encode()
    whole = [one.after for one in read_records(io.BytesIO(content))]
    assert [one.after for one in read_records(Trickle(content, step))] == whole
