from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client.formats.paths import Path


@pytest.mark.parametrize(
    ("path", "record", "values"),
    [
        ("a", {"a": 1}, [1]),
        ("a.b", {"a": {"b": 1}}, [1]),
        ("a.b", {"a.b": 1}, [1]),
        ("a.b.c", {"a.b": {"c": 1}}, [1]),
        ("a.b.c", {"a": {"b.c": 1}}, [1]),
        ("a.b.c", {"a.b.c": 1}, [1]),
        ("a.b", {"a": [{"b": 1}, {"b": 2}]}, [1, 2]),
        ("a.b", {"a.b": [1, [2, 3]]}, [1, 2, 3]),
        ("a.b", {"a": {"b": 1}, "a.b": 2}, [1]),
        ("a", {"a": {"b": 1}}, [{"b": 1}]),
        ("a.b", {"a": 1}, []),
        ("a.b", {"a": {"c": 1}}, []),
        ("a", {}, []),
        ("a", {"a": 0}, [0]),
        ("a", {"a": False}, [False]),
        ("0", {"0": "x"}, ["x"]),
    ],
)
def test_a_path_goes_down_nested_flat_and_listed_keys(
    path: str, record: dict[str, Any], values: list[Any]
) -> None:
    assert Path(path).values_in(record) == values


@pytest.mark.parametrize(
    "record",
    [
        {"a": {"x": 1}, "a.b.c": 7},
        {"a": {"b": None}, "a.b.c": 7},
        {"a": {"b": {"c": ""}}, "a.b": {"c": 7}},
        {"a": "text", "a.b": {"c": 7}},
    ],
)
def test_a_flat_key_is_found_beside_a_nested_one_that_leads_nowhere(record: dict[str, Any]) -> None:
    assert Path("a.b.c").values_in(record) == [7]


@pytest.mark.parametrize("nothing", [None, "", "-", "<NA>", "N/A", []])
def test_what_stands_for_nothing_is_not_there(nothing: object) -> None:
    assert Path("a.b").values_in({"a": {"b": nothing}}) == []


@pytest.mark.parametrize("text", ["", ".", "a.", ".a", "a..b"])
def test_a_path_has_a_name_between_all_its_dots(text: str) -> None:
    with pytest.raises(ValueError, match="is no path; write names with dots between them"):
        Path(text)


names = st.lists(st.sampled_from("abc"), min_size=1, max_size=4)


@given(names, st.data())
def test_however_a_value_is_nested_its_path_finds_it(parts: list[str], data: st.DataObject) -> None:
    record: Any = "found"
    rest = list(parts)
    while rest:
        taken = data.draw(st.integers(1, len(rest)))
        record = {".".join(rest[-taken:]): record}
        del rest[-taken:]
        if data.draw(st.booleans()) and rest:
            record = [record]
    assert Path(".".join(parts)).values_in(record) == ["found"]
