from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.streams import broken_in, found_in, records_in

HEADER = (
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tnotice\n"
    "#open\t2024-01-01-00-00-00\n"
)
SAMPLES = Path(__file__).parents[5] / "shared/samples/zeek_notice"


def a_log(fields: str, types: str, *rows: str, header: str = HEADER) -> str:
    names = f"#fields\t{fields}\n#types\t{types}\n"
    return header + names + "".join(f"{row}\n" for row in rows) + "#close\t2024-01-02-00-00-00\n"


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("time", "1300475168.859163", 1300475168.859163),
        ("time", "XXXXXXXXXX.XXXXXX", "XXXXXXXXXX.XXXXXX"),
        ("interval", "3600.000000", 3600.0),
        ("double", "1e3", 1000.0),
        ("double", "nan", "nan"),
        ("count", "18446744073709551615", "18446744073709551615"),
        ("port", "443", 443),
        ("int", "-7", -7),
        ("bool", "T", True),
        ("bool", "F", False),
        ("string", "", ""),
        ("string", "(empty)", ""),
        ("string", "caf\\xc3\\xa9 \\x09\\\\ \\x2d", "café \t\\ -"),
        ("addr", "fe80::1", "fe80::1"),
        ("set[string]", "(empty)", []),
        ("set[enum]", "Notice::ACTION_LOG,Notice::ACTION_EMAIL", None),
        ("vector[count]", "1,-,3", [1, None, 3]),
        ("set[string]", "a\\x2cb,c", ["a,b", "c"]),
    ],
)
def test_values_have_the_types_that_the_header_says(kind: str, cell: str, value: object) -> None:
    expected = value if value is not None else ["Notice::ACTION_LOG", "Notice::ACTION_EMAIL"]
    (record,) = records_in(a_log("a\tb", f"{kind}\tstring", f"{cell}\tx"))
    assert record == {"_path": "notice", "a": expected, "b": "x"}
    assert type(record["a"]) is type(expected)


def test_what_is_unset_is_left_out() -> None:
    assert records_in(a_log("a\tb", "count\tstring", "-\tx")) == [{"_path": "notice", "b": "x"}]


def test_several_headers_in_one_stream_hold_for_what_is_below_them() -> None:
    other = "#separator |\n#path|weird\n#fields|ts|name\n#types|time|string\n1.5|bad\n"
    found = records_in(a_log("a\tb", "count\tcount", "1\t2") + other)
    assert found == [
        {"_path": "notice", "a": 1, "b": 2},
        {"_path": "weird", "ts": 1.5, "name": "bad"},
    ]


def test_fields_that_change_below_have_types_of_their_own() -> None:
    later = "#fields\tc\td\n#types\tstring\tcount\nx\t3\n"
    assert records_in(a_log("a\tb", "count\tcount", "1\t2") + later)[1] == {
        "_path": "notice",
        "c": "x",
        "d": 3,
    }


def test_a_row_that_does_not_fit_costs_only_itself() -> None:
    content = a_log("a\tb", "count\tcount", "1\t2", "3", "4\t5")
    assert [record["a"] for record in records_in(content)] == [1, 4]
    assert broken_in(content) == [(10, "1 cells, and #fields names 2")]


def test_a_row_without_its_header_says_so() -> None:
    assert broken_in("#separator \\x09\n1.0\tx\n")[0][1].startswith("a row of a Zeek log without")


def test_other_records_may_stand_between_rows() -> None:
    content = a_log("a\tb", "count\tcount", "1\t2", '{"x": 1}', "3\t4")
    assert [sorted(record)[-1] for record in records_in(content)] == ["b", "x", "b"]


@given(st.integers(0, 400))
def test_a_log_that_is_cut_off_keeps_its_whole_rows(cut: int) -> None:
    content = a_log("a\tb", "count\tstring", *(f"{n}\tsome text" for n in range(10)))
    whole = content[:cut].count("\tsome text\n")
    assert [one["a"] for one in records_in(content[:cut])][:whole] == list(range(whole))


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples beside the project")
def test_every_row_of_the_real_logs_is_read() -> None:
    for path in SAMPLES.iterdir():
        rows = [line for line in path.read_text().splitlines() if not line.startswith("#")]
        with path.open("rb"):
            found = found_in(path.read_bytes())
        # One log has no `#` lines but a row of names.
        named = not any(line.startswith("#fields") for line in path.read_text().splitlines())
        assert len(found) == len(rows) - (1 if named and rows else 0)
        assert not broken_in(path.read_bytes())
