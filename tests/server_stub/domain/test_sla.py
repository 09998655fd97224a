from datetime import timedelta

import pytest

from server_stub.domain.clocks import instant
from server_stub.domain.sla import SlaPolicy, is_late, priority_for
from tests.support.builders import NOON

NOW = instant(NOON)
LATER = instant(NOON + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("severity", "priority"),
    [
        ("critical", "P1"),
        ("high", "P2"),
        ("medium", "P3"),
        ("low", "P4"),
        ("info", "P4"),
        ("unheard of", "P3"),
    ],
)
def test_severity_decides_the_priority(severity: str, priority: str) -> None:
    assert priority_for(severity) == priority


def test_each_priority_has_its_deadlines() -> None:
    sla = SlaPolicy(response_minutes=(1, 2, 3, 4), resolution_minutes=(10, 20, 30, 40))
    assert sla.deadlines("P1", created_at=NOON) == {
        "response_sla_deadline": LATER,
        "resolution_sla_deadline": instant(NOON + timedelta(minutes=10)),
    }
    assert sla.deadlines("P4", created_at=NOON)["resolution_sla_deadline"] == instant(
        NOON + timedelta(minutes=40)
    )


def test_by_default_a_worse_priority_is_due_sooner_and_an_answer_before_the_end() -> None:
    due = [SlaPolicy().deadlines(name, created_at=NOON) for name in ("P1", "P2", "P3", "P4")]
    assert due == sorted(due, key=lambda one: one["response_sla_deadline"])
    assert due == sorted(due, key=lambda one: one["resolution_sla_deadline"])
    assert all(one["response_sla_deadline"] < one["resolution_sla_deadline"] for one in due)


@pytest.mark.parametrize(
    ("deadline", "done_at", "now", "late"),
    [
        (None, None, LATER, False),
        (NOW, None, NOW, False),
        (NOW, None, LATER, True),
        (NOW, NOW, LATER, False),
        (NOW, LATER, LATER, True),
    ],
)
def test_what_was_done_in_time_is_never_late(
    deadline: str | None, done_at: str | None, now: str, late: bool
) -> None:
    assert is_late(deadline, done_at=done_at, now=now) is late
