"""Alerts that share something with the one that is open."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ir_client.book import AlertBook
from ir_client.query import parse
from ir_console.model.corpus import Corpus
from ir_console.model.filters import EVERYTHING
from ir_console.model.hashes import HashIndex, hashes_in
from ir_console.model.pivots import Pivots
from ir_console.model.related import RelatedCount, related_lines, relations_of
from ir_console.model.state import Arrival, ConsoleState, Origin
from tests.support.builders import NOON, an_alert

MD5, SHA = "d41d8cd98f00b204e9800998ecf8427e", "A" * 64


def a_corpus(*alerts: Any) -> tuple[AlertBook, Corpus]:
    book = AlertBook()
    corpus = Corpus(book)
    for alert in alerts:
        corpus.apply(alert)
    return book, corpus


def counts(corpus: Corpus, alert: Any) -> dict[str, tuple[int, int]]:
    """Others and open ones of each relation, counted two alerts at a time."""
    count = RelatedCount(
        alert.id, relations_of(alert, corpus), corpus, corpus.question(now=NOON, me=None)
    )
    everyone = sorted(corpus.find(EVERYTHING, now=NOON, me=None))
    for first in range(0, len(everyone), 2):
        count.look_at(everyone[first : first + 2])
    return {
        f"{related.relation.kind} {related.relation.value[:8]}": (related.others, related.open)
        for related in count.counted
    }


def test_others_are_counted_by_what_they_share() -> None:
    mine = an_alert(
        id=1,
        affected_hostname="web-01",
        affected_user="CORP\\kim",
        source_ip="10.0.0.1",
        destination_ip="8.8.8.8",
        rule_name='Say "hi" *',
        enrichment_data={"file": {"sha256": SHA}},
    )
    _, corpus = a_corpus(
        mine,
        an_alert(id=2, affected_hostname="WEB-01", status="closed", affected_user="corp\\kim"),
        an_alert(id=3, affected_hostname="web-010", destination_ip="10.0.0.1"),
        an_alert(id=4, rule_name='Say "hi" *', enrichment_data={"hash": [SHA.lower()]}),
        an_alert(id=5, rule_name='Say "hi" there'),
    )
    assert counts(corpus, mine) == {
        "host web-01": (1, 0),
        "user CORP\\kim": (1, 0),
        "from 10.0.0.1": (1, 1),
        "to 8.8.8.8": (0, 0),
        'rule Say "hi"': (1, 1),
        "file aaaaaaaa": (1, 1),
    }


def test_query_of_a_file_finds_all_that_carry_it_wherever_it_stands() -> None:
    one = an_alert(id=1, enrichment_data={"file": {"sha256": SHA}})
    other = an_alert(id=2, enrichment_data={"a key": {"md": [SHA.lower(), MD5]}})
    _, corpus = a_corpus(one, other)
    query = parse(corpus.hashes.query(SHA.lower()))
    assert [query.matches(alert, now=NOON) for alert in (one, other)] == [True, True]


def test_name_that_no_query_can_hold_is_no_relation() -> None:
    alert = an_alert(affected_hostname="a\x1b[2J", rule_name="x" * 3000)
    _, corpus = a_corpus(alert)
    assert relations_of(alert, corpus) == ()


def test_alert_that_changes_or_goes_leaves_the_hashes() -> None:
    _, corpus = a_corpus(an_alert(id=1, enrichment_data={"h": MD5}))
    corpus.apply(an_alert(id=1, revision=2))
    assert corpus.hashes.carriers(MD5) == frozenset()
    corpus.apply(an_alert(id=1, revision=3, enrichment_data={"h": MD5}))
    corpus.remove(1, 4)
    assert corpus.hashes.carriers(MD5) == frozenset()


def test_enrichment_without_end_is_searched_with_an_end() -> None:
    deep: dict[str, Any] = {"h": MD5}
    for _ in range(50):
        deep = {"deeper": deep}
    assert hashes_in(deep) == {}
    assert len(hashes_in({f"k{n}": f"{n:032x}" for n in range(100)})) == 20


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.lists(st.sampled_from((MD5, SHA.lower(), "x")), max_size=3))
    )
)
def test_index_agrees_with_looking_at_every_alert(puts: list[tuple[int, list[str]]]) -> None:
    index, naive = HashIndex(), dict[int, list[str]]()
    for alert_id, digests in puts:
        index.put(alert_id, {"all": digests})
        naive[alert_id] = digests
    for digest in (MD5, SHA.lower()):
        assert index.carriers(digest) == {key for key, held in naive.items() if digest in held}


def test_lines_say_what_is_still_being_counted() -> None:
    alert = an_alert(affected_hostname="web-01")
    _, corpus = a_corpus(alert)
    (relation,) = relations_of(alert, corpus)
    said = ["".join(span.text for span in line) for _, line in related_lines([relation], [], 60)]
    assert "1 host    web-01" in said[0]
    assert said[0].rstrip().endswith("…")


def test_one_goes_to_related_alerts_and_back_to_the_same_alert() -> None:
    state = ConsoleState(moment=datetime.now(UTC))
    alerts = [an_alert(id=n, affected_hostname=f"h{n % 2}") for n in range(1, 7)]
    state.take_in([Arrival(alert, Origin.FETCHED) for alert in alerts], 0.0)
    state.viewport.move_to(3)
    pivots = Pivots()
    pivots.go(state, 'host: "h1"')
    assert {row.id for row in state.view} == {1, 3, 5}
    state.viewport.move_to(5)
    pivots.go(state, "id: 5")
    assert pivots.back(state)
    assert state.viewport.cursor == 5
    assert pivots.back(state)
    assert (state.viewport.cursor, len(state.view)) == (3, 6)
    assert not pivots.back(state)
