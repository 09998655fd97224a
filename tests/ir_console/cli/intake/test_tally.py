from collections import Counter

from ir_client.wire.alerts import IngestReport
from ir_console.cli.intake.items import Item
from ir_console.cli.intake.spans import Batch
from ir_console.cli.intake.tally import MAX_COMPLAINTS, Counts, Tally, skipped_in_words


def a_batch(*names: str) -> Batch:
    items = [
        Item(line, name, b"{}", "edr", f"ext-{line}") for line, name in enumerate(names, start=4)
    ]
    return Batch("edr", "key", tuple(items))


def a_report(*results: dict[str, object]) -> IngestReport:
    return IngestReport(
        success=True,
        processed_count=sum(one["status"] == "created" for one in results),
        failed_count=sum(one["status"] != "created" for one in results),
        results=tuple({"index": n} | one for n, one in enumerate(results)),
    )


def test_all_rejections_are_counted_and_the_first_are_kept() -> None:
    tally = Tally()
    for line in range(1, 101):
        tally.reject("f", Item(line, None, reason="x"))
    assert tally.total.rejected == 100
    assert [one.line for one in tally.complaints] == [*range(1, MAX_COMPLAINTS + 1)]


def test_a_report_is_counted_by_what_became_of_each_alert() -> None:
    tally = Tally()
    report = a_report(
        {"status": "created", "id": 1},
        {"status": "duplicate", "id": 2},
        {"status": "invalid", "error": "title: too long"},
    )
    (refused,) = tally.take_in("f", a_batch("suricata", "native", "native"), report)
    assert tally.total == Counts(created=1, duplicates=1, rejected=1)
    assert (refused.line, refused.reason) == (6, "title: too long")
    assert tally.of_file("f") == {
        "suricata": Counts(created=1),
        "native": Counts(duplicates=1, rejected=1),
    }


def test_counts_are_kept_by_file_and_format() -> None:
    tally = Tally()
    tally.skip("a", Counter({("suricata", "event type dns"): 3}))
    tally.reject("b", Item(1, None, reason="x"))
    tally.expect("b", "suricata")
    assert tally.files() == ["a", "b"]
    assert tally.of_format() == {"suricata": Counts(created=1, skipped=3)}
    assert tally.total.records == 5


def test_a_plain_server_without_results_is_understood_by_its_words() -> None:
    tally = Tally()
    report = IngestReport(
        success=True,
        processed_count=1,
        failed_count=3,
        errors=("Alert 1: Duplicate alert ext-4", "ext-6: invalid severity"),
    )
    named, unnamed = tally.take_in("f", a_batch(*["native"] * 4), report)
    assert tally.total == Counts(created=1, duplicates=1, rejected=2)
    assert (named.line, named.reason) == (6, "ext-6: invalid severity")
    assert unnamed.reason == "in the batch from here on: the server refused it without a reason"


def test_skipped_records_are_told_by_reason_the_most_frequent_first() -> None:
    told = skipped_in_words(Counter({"event type flow": 1, "event type dns": 3}))
    assert told == "4 skipped: 3 event type dns, 1 event type flow"


def test_a_counted_reason_never_makes_the_line_endless() -> None:
    told = skipped_in_words(Counter({f"event type {n}": 1 for n in range(1000)}))
    assert len(told) < 300
