from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from ir_client.formats import Place, Reading, Rejected, Skipped
from ir_console.cli.intake.items import Item
from ir_console.cli.intake.spans import (
    MAX_ALERTS,
    MAX_BYTES,
    MAX_RECORDS,
    Batch,
    Span,
    SpanBuilder,
    UnderWay,
)
from tests.support.builders import a_draft


def a_reading(
    line: int = 1, *, size: int = 500, source: str | None = "edr", inside: bool = False
) -> Reading:
    draft = a_draft(external_alert_id=f"ext-{line}", source=source)
    after = None if inside else Place(line * 10, line + 1)
    return Reading(line, draft, "native", b"x" * size, after=after)


def spans_of(readings: list[Reading], builder: SpanBuilder | None = None) -> list[Span]:
    builder = builder or SpanBuilder(Place())
    found = [builder.add(reading, 0.0) for reading in readings]
    return [span for span in [*found, builder.close()] if span is not None]


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(st.integers(1, 2 * 1024 * 1024), st.sampled_from("abcdefghijkl")), max_size=60
    )
)
def test_batches_hold_every_draft_once_within_the_limits(drafts: list[tuple[int, str]]) -> None:
    readings = [
        a_reading(n, size=size, source=source) for n, (size, source) in enumerate(drafts, 1)
    ]
    spans = spans_of(readings)
    batches = [batch for span in spans for batch in span.batches("lab")]
    lines = [item.line for batch in batches for item in batch.items]
    assert sorted(lines) == [*range(1, len(drafts) + 1)]
    for batch in batches:
        assert sum(map(len, batch.encoded)) <= MAX_BYTES
        assert len({item.source for item in batch.items}) == 1
    assert len({batch.key for batch in batches}) == len(batches)


def test_a_span_has_at_most_a_thousand_alerts() -> None:
    spans = spans_of([a_reading(line) for line in range(1, 2502)])
    assert [len(span.drafts) for span in spans] == [MAX_ALERTS, MAX_ALERTS, 501]
    assert [span.end.offset for span in spans] == [10_000, 20_000, 25_010]


def test_a_span_ends_between_records_and_a_large_envelope_is_several_batches() -> None:
    parts = [a_reading(1, inside=True) for _ in range(2500)]
    (span,) = spans_of([*parts, a_reading(1)])
    assert [len(batch.items) for batch in span.batches("lab")] == [1000, 1000, 501]


def test_what_is_skipped_does_not_gather_without_end() -> None:
    skipped = [
        Reading(n, Skipped("event type dns"), "suricata", after=Place(n))
        for n in range(1, MAX_RECORDS + 2)
    ]
    spans = spans_of(skipped)
    assert [span.skipped.total() for span in spans] == [MAX_RECORDS, 1]
    assert spans[0].skipped == Counter({("suricata", "event type dns"): MAX_RECORDS})
    assert not spans[0].batches("lab")


def test_a_draft_without_a_source_goes_under_the_given_name() -> None:
    (span,) = spans_of([a_reading(source=None)])
    assert [batch.source for batch in span.batches("lab")] == ["lab"]


def test_what_is_rejected_is_kept_whole() -> None:
    rejected = Reading(2, Rejected("broken JSON"), text="{x", after=Place(3))
    (span,) = spans_of([rejected])
    (kept,) = span.rejected
    assert (kept.line, kept.reason, kept.text) == (2, "broken JSON", "{x")


def test_spans_that_were_under_way_end_where_they_did_under_their_keys() -> None:
    under_way = (UnderWay("one", Place(30)), UnderWay("two", Place(70)))
    spans = spans_of([a_reading(line) for line in range(1, 10)], SpanBuilder(Place(), under_way))
    assert [span.end.offset for span in spans] == [30, 70, 90]
    assert [span.key for span in spans[:2]] == ["one", "two"]
    assert [span.is_resumed for span in spans] == [True, True, False]


def test_a_span_that_ends_elsewhere_has_another_key() -> None:
    builder = SpanBuilder(Place(), (UnderWay("one", Place(30)),))
    assert builder.add(a_reading(1), 0.0) is None
    stopped = builder.close()
    assert stopped is not None
    assert stopped.key != "one"


def test_the_same_records_are_the_same_batches() -> None:
    def batches() -> list[tuple[str, list[bytes]]]:
        readings = [a_reading(line, source="ab"[line % 2]) for line in range(1, 9)]
        (span,) = spans_of(readings, SpanBuilder(Place(), (UnderWay("key", Place(80)),)))
        return [(batch.key, batch.encoded) for batch in span.batches("lab")]

    assert batches() == batches()
    assert [key for key, _ in batches()] == ["key-0", "key-1"]


@given(st.integers(2, 1000))
def test_halves_are_the_batch_again_under_other_keys(count: int) -> None:
    batch = Batch("edr", "key", tuple(Item(line, "native") for line in range(count)))
    first, second = batch.halves()
    assert first.items + second.items == batch.items
    assert first.items
    assert second.items
    assert len({batch.key, first.key, second.key}) == 3
