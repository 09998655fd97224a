"""Incidents: the newest state of each, their order, their clocks, their lines."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ir_client.wire.alerts import Change
from ir_client.wire.incidents import Incident, IncidentEntry
from ir_console.model.incident_book import IncidentBook
from ir_console.model.incident_lines import (
    incident_line,
    next_deadline,
    shown_entries,
    whole_incident,
)
from ir_console.model.spans import Tone
from tests.support.builders import NOON
from tests.support.rows import a_row

NOW = NOON.timestamp()


def an_incident(number: int = 1, **fields: Any) -> Incident:
    given: dict[str, Any] = {
        "id": number,
        "incident_id": f"INC-{number}",
        "title": f"Incident {number}",
        "severity": "high",
        "priority": "P2",
        "status": "new",
        "created_at": NOON,
        "updated_at": NOON,
        "revision": 1,
    }
    return Incident(**(given | fields))


def text_of(lines: Any) -> str:
    return "\n".join("".join(span.text for span in line) for line in lines)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 5)), max_size=20))
def test_newest_revision_of_each_stays_whatever_the_order(told: list[tuple[int, int]]) -> None:
    book = IncidentBook()
    newest: dict[int, int] = {}
    for number, revision in told:
        is_news = book.take_in([an_incident(number, revision=revision)])
        assert is_news == (revision > newest.get(number, 0))
        newest[number] = max(revision, newest.get(number, 0))
    assert {one.id: one.revision for one in book.in_order()} == newest


def test_plain_server_s_state_replaces_another_of_the_same_time() -> None:
    book = IncidentBook()
    book.take_in([an_incident(revision=None)])
    assert book.take_in([an_incident(revision=None, status="active")])
    assert not book.take_in([an_incident(revision=None, status="active")])


def test_open_ones_come_first_by_priority_then_the_newest() -> None:
    book = IncidentBook()
    book.take_in(
        [
            an_incident(1, priority="P3"),
            an_incident(2, priority="P1", status="closed"),
            an_incident(3, priority="P3"),
            an_incident(4, priority="urgent"),
            an_incident(5, priority="P1"),
        ]
    )
    assert [one.id for one in book.in_order()] == [5, 3, 1, 4, 2]


def test_what_the_server_lists_no_more_goes() -> None:
    book = IncidentBook()
    book.take_in([an_incident(1), an_incident(2)])
    book.loaded([an_incident(2)])
    assert [one.id for one in book.in_order()] == [2]
    book.failed("no route")
    assert (len(book), book.problem) == (1, "no route")


def test_clock_counts_to_the_first_deadline_that_still_counts() -> None:
    answer, end = NOON + timedelta(minutes=30), NOON + timedelta(hours=4)
    waiting = an_incident(response_sla_deadline=answer, resolution_sla_deadline=end)
    assert next_deadline(waiting, NOW) == ("due 30 min", Tone.WARNING)
    answered = waiting.model_copy(update={"first_response_at": NOON})
    assert next_deadline(answered, NOW) == ("due 4 h", Tone.TEXT)
    assert next_deadline(answered, NOW + 5 * 3600) == ("late 1 h", Tone.ERROR)
    over = answered.model_copy(update={"status": "closed", "sla_breached": True})
    assert next_deadline(over, NOW) == ("was late", Tone.MUTED)
    assert next_deadline(an_incident(), NOW) is None


def test_whole_incident_names_its_alerts_and_tells_its_history() -> None:
    entries = [
        IncidentEntry(at=NOON, action="created", actor="dana"),
        IncidentEntry(
            at=NOON + timedelta(minutes=1),
            action="status_changed",
            actor="lee",
            changes={"status": Change(before="new", after="active")},
            notes="isolated\nthe host",
        ),
    ]
    shown = whole_incident(
        an_incident(alert_ids=(1, 2)),
        entries=entries,
        problem="",
        row_of={1: a_row(1, title="Beacon")}.get,
        now=NOW + 120,
        width=60,
    )
    said = text_of(entry.line for entry in shown)
    assert "Beacon" in said
    assert "not loaded, or not yours to see" in said
    assert said.index("status changed: status New → Active") < said.index("created")
    assert "│ isolated" in said
    assert [one.key.alert_id for one in shown if one.key.alert_id is not None] == [1, 2]


def test_server_without_timelines_says_so_and_shows_what_there_is() -> None:
    lines = ({"action": "created", "actor": "dana"}, {"action": ["odd"]})
    incident = an_incident(incident_timeline=lines)
    assert [entry.action for entry in shown_entries(incident)] == ["created"]
    shown = whole_incident(
        incident,
        entries=None,
        problem="No timeline here.",
        row_of=lambda _: None,
        now=NOW,
        width=60,
    )
    said = text_of(entry.line for entry in shown)
    assert "No timeline here." in said
    assert "created" in said


def test_hostile_text_is_made_visible_everywhere() -> None:
    evil = "\x1b[2J\u202e"
    incident = an_incident(
        title=evil,
        incident_id=evil,
        status=evil,
        priority=evil,
        severity=evil,
        description=evil,
        tags=(evil,),
    )
    entry = IncidentEntry(
        action=evil, actor=evil, notes=evil, changes={evil: Change(before=evil, after=evil)}
    )
    shown = whole_incident(
        incident, entries=[entry], problem="", row_of=lambda _: None, now=NOW, width=60
    )
    said = text_of([incident_line(incident, now=NOW, width=160), *(one.line for one in shown)])
    assert "\x1b" not in said
    assert "\u202e" not in said
