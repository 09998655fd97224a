"""Every mistake is pointed at, and answered with what to write instead."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ir_client.errors import IRError, QueryError
from ir_client.query import MAX_LENGTH, fields, parse


def complaint(text: str) -> QueryError:
    with pytest.raises(QueryError) as raised:
        parse(text)
    return raised.value


@pytest.mark.parametrize(
    ("text", "marks", "message", "hint"),
    [
        ("severity: hihg", "          ^^^^", "`hihg` is no severity", "Did you mean `high`?"),
        ("status: open", "        ^^^^", "`open` is no status", "Write `is_open: true`."),
        ("status: in-progress", "        ^^^^^^^^^^^", "no status", "mean `in_progress`?"),
        ("sevrity: high", "^^^^^^^", "no field `sevrity`", "Did you mean `severity`?"),
        ("http://evil", "^^^^", "There is no field `http`", "Quote a text that holds `:`"),
        ("raw: x", "^^^", "`raw` holds many values", "raw.event.kind"),
        ("title.a: x", "^^^^^^^", "`title` has no `a`", "Write `title`"),
        (
            "severity: (critical high)",
            " " * 20 + "^^^^",
            "`or` or `and` is missing",
            "quote a value",
        ),
        ("severity: (critical", " " * 10 + "^", "never closed", "Add a `)`"),
        ('(a or "(" or (b)', "^", "never closed", "Add a `)`"),
        ("a) or b", " ^", "never opened", "Drop it"),
        ("()", " ^", "Something is missing before `)`", "drop the `()`"),
        ("tags: ()", " " * 7 + "^", "Something is missing before `)`", "Write it"),
        ("a or", "    ^", "Something is missing after `or`", "Finish it"),
        ("not", "   ^", "Something is missing after `not`", "Finish it"),
        ("and b", "^^^", "Something is missing before `and`", "quote the word to search"),
        ("status: not closed", " " * 8 + "^^^", "stands before the field", "`not status: closed`"),
        ("status:", "       ^", "A value is missing after `:`", "`field: *`"),
        ("risk_score >", " " * 12 + "^", "A value is missing after `>`", "Write what it should be"),
        ("risk_score: >70", " " * 12 + "^", "`>` does not belong here", "`risk_score >= 70`"),
        ("status = closed", " " * 7 + "^", "`=` does not belong here", "`status: closed`"),
        ("severity = high", " " * 9 + "^", "`=` does not belong here", "Write `severity: high`"),
        ("severity == x", " " * 9 + "^", "`=` does not belong here", "`severity >= critical`"),
        ("a Owner = dana", " " * 8 + "^", "`=` does not belong here", "Write `owner: me`."),
        ("host = web*", " " * 5 + "^", "`=` does not belong here", "Write `host: …`."),
        ("ip: =10.0.0.1", " " * 4 + "^", "`=` does not belong here", "Write `ip: 10.0.0.0/8`."),
        ("updated_at = now", " " * 11 + "^", "`=` does not belong here", "`updated_at > now-1h`"),
        ("colour = red", " " * 7 + "^", "`=` does not belong here", "Write `status: closed`"),
        ("risk_score > (1 or 2)", " " * 13 + "^", "takes one value", "risk_score < 90"),
        ("risk_score: many", " " * 12 + "^^^^", "`many` is no number", "`risk_score > 70`"),
        ("risk_score: 7*", " " * 12 + "^^", "`7*` is no number", "Write a number"),
        ("id: 9007199254740992", "    ^^^^^^^^^^^^^^^^", "is no number", "Write a number"),
        ("title > a", " " * 8 + "^", "`title` has no order", "Write `title: …`"),
        ("severity > h*", " " * 11 + "^^", "has no place in an order", "Write one of them whole"),
        ("ip > 10.*", "     ^^^^", "has no place in an order", "10.0.0.0/8"),
        ("raw.n > x", " " * 8 + "^", "`x` is no number", "Write a number"),
        ("received_at > today", " " * 14 + "^^^^^", "`today` is no time", "now-1h"),
        ("received_at: 2026-02-30", " " * 13 + "^^^^^^^^^^", "is no time", "2026-11-23"),
        ("received_at: 9999-12-31", " " * 13 + "^^^^^^^^^^", "is no time", "2026-11-23"),
        ("received_at > now-99999w", " " * 14 + "^^^^^^^^^^", "is no time", "now-1h"),
        ("ip: 10.1.2.3/8", "    ^^^^^^^^^^", "bits outside its network", "mean 10.0.0.0/8?"),
        ("ip: 300.1.1.1", "    ^^^^^^^^^", "no address or network", "10.0.0.7"),
        ("reported: maybe", " " * 10 + "^^^^^", "either true or false", "`reported: true`"),
        ('"abc', "^", "This quote is never closed", 'Add a `"`'),
        ('a "b\\"', "  ^", "This quote is never closed", 'Add a `"`'),
        ("“abc”", "^", "These quotes quote nothing", "Use straight ones"),
        ('host: ""', " " * 6 + "^^", "An empty text finds nothing", "`field: *`"),
        ("a && b", "  ^^", "`&&` is written `and`", "Write `and`."),
        ("!closed", "^^^^^^^", "`!` is written `not`", "Write `not` and a blank"),
        (":a", "^", "A field's name must stand before `:`", "Quote a text"),
        ("title: \\", " " * 7 + "^", "protects nothing", "Write `\\\\`"),
        ("a\x00b", " ^", "This character cannot be searched for", "Take it out"),
        ("a\ud800", " ^", "This character cannot be searched for", "Take it out"),
    ],
)
def test_a_mistake_is_pointed_at(text: str, marks: str, message: str, hint: str) -> None:
    error = complaint(text)
    assert message in str(error)
    assert hint in error.hint
    assert error.pointed().splitlines()[-1] == marks
    assert error.text == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x" * 201, "This text is too long"),
        ("*a" * 11, "too many wildcards"),
        ("a " * 101, "More than 100 questions"),
        ("not " * 400 + "a", "nested too deeply"),
        ("raw.x: (" + "not " * 300 + "a)", "nested too deeply"),
        ("a " * MAX_LENGTH, "This query is too long"),
        ("host: (" + " or ".join(["ü x"] * 5) + ")", "is missing before"),
        (" ".join(["host: abcdefghijklmnop"] * 80), "This query is too long"),
    ],
)
def test_a_query_has_limits(text: str, message: str) -> None:
    assert message in str(complaint(text))


def test_parentheses_alone_are_not_depth() -> None:
    assert parse("(" * 500 + "a" + ")" * 500) == parse("a")


def test_a_mistake_is_an_error_of_the_sdk_that_trying_again_does_not_cure() -> None:
    error = complaint("a or")
    assert isinstance(error, IRError)
    assert not error.retryable


@pytest.mark.parametrize("field", fields(), ids=str)
def test_a_field_without_a_value_is_pointed_at(field: object) -> None:
    assert complaint(f"{field}:").position in (0, len(f"{field}:"))


_FRAGMENTS = st.just(" ") | st.sampled_from(
    [
        "severity",
        "host",
        "raw.a",
        ":",
        ">",
        "<=",
        "(",
        ")",
        '"',
        "and",
        "or",
        "not",
        "-",
        "*",
        "?",
        "high",
        "::1",
        "10.0.0.0/8",
        "now-1h",
        "\\",
        "=",
        "ü",
        "“",
        "5",
    ]
)


@given(st.lists(_FRAGMENTS, max_size=12).map("".join) | st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_query_or_is_pointed_at(text: str) -> None:
    mistake = None
    try:
        query = parse(text)
    except QueryError as error:
        mistake = error
    if mistake is None:
        assert parse(str(query)) == query
    else:
        assert 0 <= mistake.position <= len(text)
        assert mistake.hint
