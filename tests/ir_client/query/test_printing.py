"""A printed query reads as the query that was printed."""

import pytest
from hypothesis import given, settings

from ir_client.query import Query, parse
from ir_client.query.tree import Node
from tests.support.queries import nodes


@given(nodes)
@settings(max_examples=150, deadline=None)
def test_any_tree_prints_as_a_text_that_parses_to_it(node: Node) -> None:
    query = Query(node)
    assert parse(str(query)) == query


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("", ""),
        ("a b", "a and b"),
        ("-a", "not a"),
        ("severity: (critical OR high)", "severity: (critical or high)"),
        ("a or (b or c)", "a or b or c"),
        ("(a or b) and c", "(a or b) and c"),
        ("tags: (a or b) and c", "tags: (a or b) and c"),
        ("not (a and b)", "not (a and b)"),
        ("Host: WEB*", "affected_hostname: WEB*"),
        ("assignee: ME", "assigned_analyst: me"),
        ('assignee: "me"', 'assigned_analyst: "me"'),
        ("received_at > NOW-60m", "received_at > now-1h"),
        ("received_at: 2026-11-23t10:15", "received_at: 2026-11-23T10:15Z"),
        ('"2026-11-23 10:15"', '"2026-11-23 10:15"'),
        ("port: 443.0", "port: 443"),
        ("ip: 10.0.0.1/32", "ip: 10.0.0.1"),
        ("ip: (10.0.* or ::/0)", "ip: (10.0.* or ::/0)"),
        ("ip: ::ffff:10.0.0.1", "ip: 10.0.0.1"),
        ('raw."event.kind".x: "5"', 'raw."event.kind".x: "5"'),
        (r"title: C:\Win*", r"title: C\:\\Win*"),
        ('status: "Odd One"', 'status: "odd one"'),
    ],
)
def test_a_query_prints_in_one_way(written: str, printed: str) -> None:
    assert str(parse(written)) == printed
    assert parse(printed) == parse(written)
