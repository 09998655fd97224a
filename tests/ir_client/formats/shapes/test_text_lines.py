"""CEF, LEEF and JSON in lines of syslog."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.streams import broken_in, records_in

SAMPLES = Path(__file__).parents[5] / "shared/samples/cef"
HEAD = "CEF:0|vendor|product|1.0|100|name|5|"


def one_in(line: str) -> dict[str, Any]:
    (record,) = records_in(line)
    return record


def extension_of(text: str) -> Any:
    return one_in(HEAD + text)["extension"]


def escaped(value: str) -> str:
    for plain, written in (("\\", "\\\\"), ("=", "\\="), ("\n", "\\n"), ("\r", "\\r")):
        value = value.replace(plain, written)
    return value


VALUES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp")), max_size=20)
TEXTS = st.lists(VALUES, max_size=3).map("\n".join).map(str.strip)
KEYS = st.from_regex(r"[a-zA-Z][a-zA-Z0-9_.]{0,8}", fullmatch=True)


@given(st.dictionaries(KEYS, TEXTS, max_size=5))
def test_any_extension_that_was_escaped_is_read_back(pairs: dict[str, str]) -> None:
    written = " ".join(f"{key}={escaped(value)}" for key, value in pairs.items())
    assert extension_of(written) == pairs


@given(st.lists(VALUES.map(str.strip), min_size=6, max_size=6))
def test_any_header_that_was_escaped_is_read_back(fields: list[str]) -> None:
    written = "|".join(field.replace("\\", "\\\\").replace("|", "\\|") for field in fields)
    record = one_in(f"CEF:1|{written}|a=b")
    assert list(record["cef"].values()) == ["1", *fields]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", {}),
        (" a=1  b=2 ", {"a": "1", "b": "2"}),
        ("a=x y z b=2", {"a": "x y z", "b": "2"}),
        ("a= b=2", {"a": "", "b": "2"}),
        ("url=http://h/?q=1&r=2 b=2", {"url": "http://h/?q=1&r=2", "b": "2"}),
        (r"a=x\=y b=C:\\dir\\n", {"a": "x=y", "b": r"C:\dir\n"}),
        (r"path=C:\Temp\file b=2", {"path": r"C:\Temp\file", "b": "2"}),
        (r"a=one\ntwo b=x\|y", {"a": "one\ntwo", "b": "x|y"}),
        ("a=p|q|r", {"a": "p|q|r"}),
        ("cs1Label=Rule cs1=R 1", {"cs1Label": "Rule", "cs1": "R 1"}),
        ("a=1 a=2 a=3", {"a": "1", "a[2]": "2", "a[3]": "3"}),
        ("ad.field-x[0]=1", {"ad.field-x[0]": "1"}),
    ],
)
def test_the_edges_of_an_extension(text: str, pairs: dict[str, str]) -> None:
    assert extension_of(text) == pairs


@pytest.mark.parametrize(
    ("before", "fields"),
    [
        ("", None),
        ("Nov 16 21:24:18 host.example ", {"timestamp": "Nov 16 21:24:18", "host": "host.example"}),
        (
            "<134>Nov  6 21:24:18 10.0.0.1 app[12]: ",
            {
                "priority": 134,
                "timestamp": "Nov  6 21:24:18",
                "host": "10.0.0.1",
                "app": "app",
                "pid": "12",
            },
        ),
        (
            '<34>1 2003-10-11T22:14:15.003Z host app - ID47 [a@1 k="v \\] ]"][b@2] ',
            {
                "priority": 34,
                "timestamp": "2003-10-11T22:14:15.003Z",
                "host": "host",
                "app": "app",
                "message_id": "ID47",
                "structured_data": '[a@1 k="v \\] ]"][b@2]',
            },
        ),
        ("<34>1 - - - - - - ", {"priority": 34}),
        (
            "2024-05-01T10:00:00+02:00 fe80::1 ",
            {"timestamp": "2024-05-01T10:00:00+02:00", "host": "fe80::1"},
        ),
        (
            "Nov 16 2024 21:24:18 fw app: ",
            {"timestamp": "Nov 16 2024 21:24:18", "host": "fw", "app": "app"},
        ),
        ("<13>", {"priority": 13}),
        ("who knows what ", {"header": "who knows what"}),
    ],
)
def test_what_syslog_puts_before_an_event(before: str, fields: dict[str, Any] | None) -> None:
    record = one_in(f"{before}{HEAD}a=b")
    assert record.get("syslog") == fields
    assert record["extension"] == {"a": "b"}


@pytest.mark.parametrize(
    "before",
    ["<13>Nov 28 host app: ", "<13>Nov 28 10:00:00 host app: ", "<13>1 - h a - - - ", "<13>"],
)
def test_json_behind_a_syslog_header_is_the_record(before: str) -> None:
    assert records_in(f'{before}{{"a": [1]}}\n{{"b": 2}}\n') == [{"a": [1]}, {"b": 2}]


def test_shapes_share_a_stream_and_broken_lines_cost_only_themselves() -> None:
    lines = [
        '{"a": 1}',
        f"{HEAD}a=1",
        "{broken",
        f"<13>Nov 16 21:24:18 h {HEAD}a=2",
        '<13>Nov 16 21:24:18 h app: {"a": 3}',
        '<13>Nov 16 21:24:18 h app: {"a": ',
        "LEEF:1.0|v|p|1|e|a=4",
        "CEF:0|too|short",
        "nothing",
        '{"a": 5}',
    ]
    content = "\n".join(lines)
    assert len(records_in(content)) == 6
    assert [line for line, _ in broken_in(content)] == [3, 6, 8, 9]
    assert "7 fields" in broken_in(content)[2][1]


@pytest.mark.parametrize(
    ("line", "pairs"),
    [
        (
            "LEEF:1.0|v|p|1|e|src=1.1.1.1\tusr=a b\tmsg=x=y",
            {"src": "1.1.1.1", "usr": "a b", "msg": "x=y"},
        ),
        ("LEEF:2.0|v|p|1|e|^|src=1.1.1.1^usr=a b", {"src": "1.1.1.1", "usr": "a b"}),
        ("LEEF:2.0|v|p|1|e|x5E|src=1^usr=2", {"src": "1", "usr": "2"}),
        ("LEEF:2.0|v|p|1|e|0x7C|src=1|usr=2", {"src": "1", "usr": "2"}),
        ("LEEF:2.0|v|p|1|e||src=1\tusr=2", {"src": "1", "usr": "2"}),
        ("LEEF:2.0|v|p|1|e|\t|src=1\tusr=2", {"src": "1", "usr": "2"}),
        ("LEEF:2.0|v|p|1|e|src=1\tusr=2", {"src": "1", "usr": "2"}),
        ("LEEF:1.0|v|p|1|e|src=1 usr=a b", {"src": "1", "usr": "a b"}),
        ("LEEF:1.0|v|p|1|e|", {}),
    ],
)
def test_the_delimiters_of_leef(line: str, pairs: dict[str, str]) -> None:
    record = one_in(f"<13>Nov 16 21:24:18 host {line}")
    assert record["extension"] == pairs
    assert record["leef"] == {
        "version": line[5:8],
        "vendor": "v",
        "product": "p",
        "product_version": "1",
        "event_id": "e",
    }
    assert record["syslog"]["host"] == "host"


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples beside the project")
def test_every_line_of_the_real_files_is_read() -> None:
    for path in SAMPLES.iterdir():
        assert len(records_in(path.read_bytes())) == len(path.read_text().splitlines())
        assert not broken_in(path.read_bytes())
