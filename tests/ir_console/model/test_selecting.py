"""What the table finds is what the filter language finds, alert by alert."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ir_client.book import AlertBook
from ir_client.errors import QueryError
from ir_client.query import Query, parse
from ir_client.query.tree import Node, all_of
from ir_client.wire.alerts import Alert
from ir_console.model.corpus import Corpus, passes
from ir_console.model.filters import EVERYTHING, Filter, read_filter
from ir_console.model.selecting import opens_alerts
from tests.support.builders import NOON, an_alert
from tests.support.queries import alerts, nodes

ME = 1


def a_corpus(held: Sequence[Alert]) -> tuple[Corpus, AlertBook]:
    book = AlertBook()
    corpus = Corpus(book)
    for alert in held:
        corpus.apply(alert)
    return corpus, book


@given(nodes, st.lists(alerts(), min_size=1, max_size=6))
@settings(max_examples=80, deadline=None)
def test_the_table_finds_what_the_language_finds(node: Node, found: list[Alert]) -> None:
    held = [alert.model_copy(update={"id": number}) for number, alert in enumerate(found)]
    corpus, book = a_corpus(held)
    wanted = Filter("", Query(node))
    expected = {alert.id for alert in held if Query(node).matches(alert, now=NOON, me=ME)}
    if not wanted.query.needs_raw:
        assert corpus.find(wanted, now=NOON, me=ME) == expected
        question = corpus.question(now=NOON, me=ME)
        assert {row.id for row in book if passes(wanted, question, row)} == expected


def test_no_filter_finds_everything() -> None:
    corpus, _ = a_corpus([an_alert(id=1), an_alert(id=2)])
    assert corpus.find(EVERYTHING, now=NOON, me=None) == {1, 2}


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("", False),
        ("web-01 severity: high", False),
        ("received_at: 2026-11-23", False),
        ("received_at > now-1h", True),
        ("high or not (overdue: true)", True),
    ],
)
def test_filter_that_looks_at_the_clock_ages(text: str, ages: bool) -> None:
    assert read_filter(text).ages is ages


def test_the_senders_record_is_not_here_to_be_asked() -> None:
    with pytest.raises(QueryError) as mistake:
        read_filter("severity: high and RAW.x: 1")
    assert (mistake.value.position, mistake.value.length) == (19, 3)


def test_filter_keeps_the_text_as_it_was_typed() -> None:
    assert read_filter("  host: WEB-* ") == Filter("host: WEB-*", parse("host: WEB-*"))


@pytest.mark.parametrize(
    ("wider", "narrower", "narrows"),
    [
        ("power", "powershell", True),
        ("shell", "powershell", True),
        ("powershell", "power", False),
        ("power", "power severity: high", True),
        ("power severity: high", "powershell severity: high", True),
        ("severity: high", "severity: (high or low)", False),
        ("-power", "-powershell", False),
        ("power*", "power*s", False),
        ("", "power", False),
        ("received_at > now-1h", "received_at > now-1h power", False),
    ],
)
def test_what_can_only_become_less_is_looked_for_among_what_there_is(
    wider: str, narrower: str, narrows: bool
) -> None:
    assert read_filter(narrower).narrows(read_filter(wider)) is narrows


@given(nodes, nodes, st.lists(alerts(), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_what_narrows_finds_nothing_new(one: Node, other: Node, held: list[Alert]) -> None:
    wider, narrower = Query(one), Query(all_of([one, other]))
    if Filter("", narrower).narrows(Filter("", wider)):
        for alert in held:
            if narrower.matches(alert, now=NOON, me=ME):
                assert wider.matches(alert, now=NOON, me=ME)


@pytest.mark.parametrize(
    ("text", "opens"),
    [
        ("", False),
        ("powershell severity: high host: web-*", False),
        ("overdue: true or assignee: me", False),
        ("risk_score > 70", False),
        ("host: web-01 or not description: x", True),
    ],
)
def test_what_the_rows_do_not_hold_opens_the_alerts(text: str, opens: bool) -> None:
    assert opens_alerts(parse(text).root) is opens
