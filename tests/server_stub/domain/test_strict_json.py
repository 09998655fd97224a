import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server_stub.domain.strict_json import MAX_DEPTH, MalformedJsonError, flaw_in, parse_json

clean_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | clean_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(clean_text, inner, max_size=4),
    max_leaves=20,
)


def refusal(text: str | bytes) -> str | None:
    parsed = parse_json(text.encode() if isinstance(text, str) else text)
    return flaw_in(parsed.value, suspicious=parsed.suspicious)


@given(values, st.booleans())
def test_what_is_fit_to_keep_is_read_as_it_is(value: object, ascii_only: bool) -> None:
    parsed = parse_json(json.dumps(value, ensure_ascii=ascii_only).encode())
    assert parsed.value == value
    assert flaw_in(parsed.value, suspicious=parsed.suspicious) is None


@given(st.binary(max_size=60))
def test_no_bytes_do_worse_than_be_malformed(body: bytes) -> None:
    try:
        parsed = parse_json(body)
    except MalformedJsonError:
        return
    assert flaw_in(parsed.value, suspicious=parsed.suspicious) is None or parsed.suspicious


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1,]", b"\xff", b"\xef\xbb\xbf1", b"NaN", b"[Infinity]", b"-Infinity"]
)
def test_what_is_no_json_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedJsonError):
        parse_json(body)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (r'{"a": "\ud800"}', "half a character"),
        (r'["\udc00\ud800"]', "half a character"),
        (r'{"\ud83d": 1}', "half a character"),
        (r'{"a": ["\u0000"]}', "null character"),
        ('{"a": 1, "a": 2}', "twice"),
        ('{"a": {"b": 1, "b": 1}}', "twice"),
        ("9223372036854775808", "out of range"),
        ("-9223372036854775809", "out of range"),
        ("1e999", "out of range"),
        ("1" * 5000, "out of range"),
        ("[" * 33 + "]" * 33, "levels"),
        ('{"a":' * 33 + "1" + "}" * 33, "levels"),
    ],
)
def test_abuse_43_44_45_46_json_that_we_do_not_keep_is_refused_with_a_reason(
    text: str, reason: str
) -> None:
    assert reason in (refusal(text) or "")


@pytest.mark.parametrize(
    "text", [r'"\ud83d\ude00"', r'"\\u0000"', r'"\\ud800"', "9223372036854775807", "1e308"]
)
def test_what_only_looks_suspicious_is_kept(text: str) -> None:
    assert refusal(text) is None


def test_the_deepest_that_is_allowed_is_kept() -> None:
    assert refusal("[" * MAX_DEPTH + "]" * MAX_DEPTH) is None


def test_one_that_is_too_deep_is_found_among_many_that_are_not() -> None:
    deep = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert "Nested" in (refusal(f'{{"a":[1,{{"b":2}}],"c":{deep},"d":[]}}') or "")


def test_abuse_42_nesting_without_end_is_malformed_and_not_a_crash() -> None:
    with pytest.raises(MalformedJsonError):
        parse_json(b"[" * 200_000)


def test_floats_that_are_read_are_finite() -> None:
    assert math.isfinite(parse_json(b"1.5").value)
