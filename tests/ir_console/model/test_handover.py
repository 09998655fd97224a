from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ir_console.model.handover import Handover, as_document, as_markdown_text, handover_of
from tests.support.builders import an_alert

NOW = datetime(2026, 11, 28, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
SINCE = NOW - 8 * HOUR
DANA, LEE = ({"id": number, "username": name} for number, name in ((7, "dana"), (8, "lee")))


def report_of(*alerts: dict[str, Any], whose: str = "") -> Handover:
    base = {"received_at": NOW - 20 * HOUR, "status": "new"}
    made = [an_alert(id=number, **(base | one)) for number, one in enumerate(alerts, 1)]
    return handover_of([*made, *made[:1]], since=SINCE, now=NOW, whose=whose)


def ids(alerts: Any) -> list[int]:
    return [one.id for one in alerts]


def test_what_was_taken_and_closed_is_of_this_shift() -> None:
    answered, ended = {"first_response_at": NOW - HOUR}, {"status": "closed"}
    report = report_of(
        answered | {"assigned_analyst": DANA, "status": "investigating"},
        {"first_response_at": NOW - 9 * HOUR, "assigned_analyst": DANA, "status": "triaged"},
        answered | {"status": "triaged"},
        ended | answered | {"resolution_at": NOW - HOUR},
        ended | {"resolution_at": NOW - 9 * HOUR},
        ended | {"closed_at": NOW - HOUR, "assigned_analyst": LEE},
    )
    assert ids(report.taken) == [1]
    assert ids(report.closed) == [4, 6]
    assert ids(report.open) == [1, 2, 3]


def test_the_worst_comes_first_then_what_waits_longest() -> None:
    report = report_of(
        {"severity": "low"},
        {"severity": "critical"},
        {"severity": "critical", "received_at": NOW - 30 * HOUR},
    )
    assert ids(report.open) == [3, 2, 1]
    assert ids(report.overdue) == [3]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"severity": "critical"}, "nobody has it"),
        ({"status": "escalated"}, "escalated"),
        ({"status": "contained"}, "not resolved yet"),
        ({"occurrences": 40, "last_seen_at": NOW}, "again and again"),
        ({"requires_notification": True, "notification_deadline": NOW - HOUR}, "which is over"),
        ({"status": "closed", "closed_at": NOW, "disposition": "true_positive"}, "true positive"),
    ],
)
def test_what_the_next_shift_should_know(fields: dict[str, Any], why: str) -> None:
    (notable,) = report_of({"severity": "low"} | fields).notable
    assert why in notable.why


@pytest.mark.parametrize(
    "fields",
    [
        {"severity": "critical", "assigned_analyst": DANA},
        {"occurrences": 40, "last_seen_at": NOW - 9 * HOUR},
        {"requires_notification": True, "reported": True},
        {"status": "closed", "closed_at": NOW - 9 * HOUR, "disposition": "true_positive"},
    ],
)
def test_what_need_not_be_said(fields: dict[str, Any]) -> None:
    assert report_of({"severity": "low"} | fields).notable == ()


def test_a_report_can_be_about_one_analyst() -> None:
    report = report_of({"assigned_analyst": DANA}, {"assigned_analyst": LEE}, {}, whose="dana")
    assert ids(report.open) == [1]
    assert "# Handover of dana, 2026-11-28 06:00:00Z" in as_markdown_text(report, server="x")


def test_nothing_of_an_alert_is_markup_or_acts_on_a_terminal() -> None:
    evil = "\x1b[2J # <img> [x](http://e) | `c`\n# two"
    fields = {
        "title": evil,
        "affected_hostname": evil,
        "disposition_reason": evil,
        "severity": evil,
        "assigned_analyst": {"id": 9, "username": evil},
    }
    ended = {"status": "closed", "closed_at": NOW, "disposition": "true_positive"}
    text = as_markdown_text(report_of(fields | {"status": "escalated"}, fields | ended), server="x")
    assert all(line.isprintable() for line in text.split("\n"))
    assert "<img" not in text.replace(r"\<img", "")
    assert "[x](" not in text
    headings = [line for line in text.split("\n") if line.startswith("#")]
    assert [line.split()[1] for line in headings] == [
        "Handover,", "Notable", "Closed", "Taken", "Overdue", "Still",
    ]  # fmt: skip


def test_a_quiet_shift_says_so_and_a_long_list_is_cut() -> None:
    quiet = as_markdown_text(report_of({"status": "closed"}), server="x")
    assert "**0 taken, 0 closed, 0 still open, 0 overdue**" in quiet
    assert quiet.count("Nothing ") == 5
    busy = report_of(*({"severity": "critical"} for _ in range(70)))
    assert "… and 20 more" in as_markdown_text(busy, server="x")
    assert as_document(busy)["counts"]["open"] == 70


def test_programs_get_what_people_read() -> None:
    document = as_document(report_of({"severity": "critical", "assigned_analyst_id": 7}))
    assert document["counts"]["open"] == 1
    assert document["open"][0]["owner"] == "user 7"
    assert document["mtta_minutes"] is None
