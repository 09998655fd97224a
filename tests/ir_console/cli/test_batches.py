from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ir_client.formats import Reading, Rejected, Skipped
from ir_client.wire.alerts import IngestReport
from ir_console.cli import batches as module
from ir_console.cli.batches import MAX_ALERTS, MAX_BYTES, Batch, Tally, batches, skipped_in_words
from tests.support.builders import a_draft


def a_reading(line: int = 1, *, size: int = 500, source: str | None = "edr") -> Reading:
    return Reading(line, a_draft(external_alert_id=f"ext-{line}", source=source), size)


def batched(readings: list[Reading], tally: Tally | None = None) -> list[Batch]:
    return list(batches(readings, tally or Tally(), file="f", default_source="lab"))


def a_report(*results: dict[str, object]) -> IngestReport:
    return IngestReport(
        success=True,
        processed_count=sum(one["status"] == "created" for one in results),
        failed_count=sum(one["status"] != "created" for one in results),
        results=tuple({"index": n} | one for n, one in enumerate(results)),
    )


@given(
    st.lists(
        st.tuples(st.integers(1, 2 * 1024 * 1024), st.sampled_from("abcdefghijkl")), max_size=60
    )
)
def test_batches_hold_every_draft_once_within_the_limits(drafts: list[tuple[int, str]]) -> None:
    readings = [
        a_reading(n, size=size, source=source) for n, (size, source) in enumerate(drafts, 1)
    ]
    made = batched(readings)
    assert sorted(line for batch in made for line in batch.lines) == [*range(1, len(drafts) + 1)]
    for batch in made:
        assert sum(readings[line - 1].size for line in batch.lines) <= MAX_BYTES
        assert {draft.source for draft in batch.drafts} == {batch.source}


def test_a_batch_has_at_most_a_thousand_alerts() -> None:
    made = batched([a_reading(line) for line in range(1, 2502)])
    assert [len(batch.drafts) for batch in made] == [MAX_ALERTS, MAX_ALERTS, 501]


def test_a_draft_without_a_source_goes_under_the_given_name() -> None:
    (batch,) = batched([a_reading(source=None)])
    assert batch.source == "lab"


def test_what_is_no_draft_is_counted_and_not_sent() -> None:
    tally = Tally()
    readings = [
        Reading(1, Skipped("event type dns")),
        Reading(2, Rejected("broken JSON")),
        Reading(3, Skipped("event type dns")),
    ]
    assert batched(readings, tally) == []
    assert tally.skipped == {"event type dns": 2}
    assert [(one.file, one.line, one.reason) for one in tally.complaints] == [
        ("f", 2, "broken JSON")
    ]


def test_all_rejections_are_counted_and_the_first_are_kept() -> None:
    tally = Tally()
    batched([Reading(line, Rejected("x")) for line in range(1, 101)], tally)
    assert tally.rejected == 100
    assert [one.line for one in tally.complaints] == [*range(1, module.MAX_COMPLAINTS + 1)]


def test_a_report_is_counted_by_what_became_of_each_alert() -> None:
    tally = Tally()
    batch = Batch("edr", tuple(a_draft() for _ in range(3)), (4, 5, 6))
    report = a_report(
        {"status": "created", "id": 1},
        {"status": "duplicate", "id": 2},
        {"status": "invalid", "error": "title: too long"},
    )
    (refused,) = tally.take_in("f", batch, report)
    assert (tally.created, tally.duplicates, tally.rejected) == (1, 1, 1)
    assert (refused.line, refused.reason) == (6, "title: too long")


def test_a_plain_server_without_results_is_understood_by_its_words() -> None:
    tally = Tally()
    batch = Batch("edr", tuple(a_draft() for _ in range(4)), (1, 2, 3, 4))
    report = IngestReport(
        success=True,
        processed_count=1,
        failed_count=3,
        errors=("Alert 1: Duplicate alert ext-2", "Alert 2: invalid severity"),
    )
    tally.take_in("f", batch, report)
    assert (tally.created, tally.duplicates, tally.rejected) == (1, 1, 2)


@given(st.integers(2, 1000))
def test_halves_are_the_batch_again(count: int) -> None:
    drafts = tuple(a_draft(external_alert_id=str(n)) for n in range(count))
    first, second = Batch("edr", drafts, tuple(range(count))).halves()
    assert first.drafts + second.drafts == drafts
    assert first.lines + second.lines == tuple(range(count))
    assert first.drafts
    assert second.drafts


def test_skipped_records_are_told_by_reason_the_most_frequent_first() -> None:
    told = skipped_in_words(Counter({"event type flow": 1, "event type dns": 3}))
    assert told == "4 skipped: 3 event type dns, 1 event type flow"


def test_a_counted_reason_never_makes_the_line_endless() -> None:
    told = skipped_in_words(Counter({f"event type {n}": 1 for n in range(1000)}))
    assert len(told) < 300
