"""What becomes of alerts that are escalated: which, under what title, how urgent."""

import pytest

from ir_console.model.escalation import plan_escalation, proposed_title
from tests.support.rows import a_row


def test_what_is_in_an_incident_busy_or_hidden_is_left_out_and_counted() -> None:
    plan = plan_escalation([a_row(1), a_row(2), a_row(3)], in_incident=[2], busy=[3], hidden=4)
    assert [row.id for row in plan.rows] == [1]
    assert plan.left_out == (
        "4 left out: hidden by the filter",
        "1 left out: in an incident already",
        "1 left out: still busy with your last change",
    )


@pytest.mark.parametrize(
    ("severities", "severity", "priority"),
    [
        (("low", "critical"), "critical", "P1"),
        (("medium", "high"), "high", "P2"),
        (("medium",), "medium", "P3"),
        (("info",), "info", "P4"),
        (("odd", "info"), "info", "P4"),
    ],
)
def test_priority_is_by_the_highest_severity(
    severities: tuple[str, ...], severity: str, priority: str
) -> None:
    rows = [a_row(number, severity=one) for number, one in enumerate(severities, start=1)]
    plan = plan_escalation(rows, in_incident=(), busy=())
    assert (plan.severity, plan.priority) == (severity, priority)


def test_title_is_the_alert_s_own_or_the_rule_of_most() -> None:
    assert proposed_title([a_row(1, title="Beacon")]) == "Beacon"
    rows = [
        a_row(number, rule_name="Beacon", affected_hostname=host)
        for number, host in enumerate(("web-1", "web-2", "web-1"), start=1)
    ]
    assert proposed_title(rows) == "Beacon ×3 on 2 hosts"
    assert proposed_title(rows[::2]) == "Beacon ×2 on web-1"
    other = a_row(9, rule_name="Scan", affected_hostname="web-1")
    assert proposed_title([*rows[::2], other]) == "Beacon ×2 and 1 more on web-1"
