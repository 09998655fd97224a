"""Whose answer is it? By `request_id` in protocol 2; by type, ids and order in protocol 1."""

import asyncio
from typing import Any

import pytest

from ir_client import errors
from ir_client.stream.questions import Question, Questions, answers
from ir_client.wire.commands import (
    Command,
    GetAlertDetails,
    GetOwnedIncidents,
    GetRecentAlerts,
    Ping,
    TakeOwnership,
    UpdateAlertStatus,
    WatchIncident,
)
from ir_client.wire.events import AlertDetails, server_frames
from tests.support.builders import an_alert


def frame(frame_type: str, **data: Any) -> Any:
    return server_frames.validate_python({"type": frame_type, "data": data})


def details_of(alert_id: int) -> AlertDetails:
    return AlertDetails(data=an_alert(id=alert_id))


def refusal(message: str = "no") -> Any:
    return frame("error", message=message)


def asked(questions: Questions, *commands: Command, ids: bool = False) -> list[Question]:
    return [
        questions.ask(command, request_id=f"id-{number}" if ids else None)
        for number, command in enumerate(commands, start=1)
    ]


def told(question: Question) -> Any:
    """What came of a question: its answer, the words of its refusal, or None."""
    if not question.outcome.done():
        return None
    error = question.outcome.exception()
    return str(error) if error is not None else question.outcome.result()


SEVEN = GetAlertDetails(alert_id=7)
EIGHT = GetAlertDetails(alert_id=8)


@pytest.mark.parametrize(
    ("command", "type_", "data"),
    [
        (Ping(), "pong", {}),
        (GetOwnedIncidents(), "owned_incidents", {}),
        (GetRecentAlerts(), "recent_alerts", {}),
        (UpdateAlertStatus(alert_id=7, status="closed"), "alert_status_updated", {}),
    ],
)
def test_each_command_knows_its_answer(command: Command, type_: str, data: dict[str, Any]) -> None:
    answer = frame(type_, **data or {"alert_id": 7, "status": "closed"})
    assert answers(command, answer)
    assert not answers(WatchIncident(incident_id=7), answer)


def test_an_answer_is_about_what_was_asked_about() -> None:
    assert answers(SEVEN, details_of(7))
    assert not answers(SEVEN, details_of(8))
    taken = {"alert_id": 7, "incident": an_incident()}
    assert answers(TakeOwnership(alert_id=7), frame("alert_ownership_taken", **taken))
    assert not answers(TakeOwnership(alert_id=8), frame("alert_ownership_taken", **taken))
    moved = frame("alert_status_updated", alert_id=7, status="closed")
    assert not answers(UpdateAlertStatus(alert_id=7, status="new"), moved)


def an_incident() -> dict[str, Any]:
    moment = "2026-11-22T12:00:00Z"
    fields = {"title": "t", "severity": "high", "priority": "P1", "status": "new"}
    return {"id": 1, "incident_id": "INC-1", "created_at": moment, "updated_at": moment, **fields}


# Protocol 2.


async def test_with_ids_answers_and_refusals_may_come_in_any_order() -> None:
    questions = Questions()
    first, second, third = asked(questions, SEVEN, SEVEN, EIGHT, ids=True)
    questions.heard(refusal("not yours"), "id-3")
    questions.heard(details_of(7), "id-2")
    assert told(third) == "not yours"
    assert told(second) == details_of(7)
    assert told(first) is None
    questions.heard(details_of(7), "id-1")
    assert told(first) == details_of(7)
    assert not questions.has_any


async def test_with_ids_what_has_another_or_none_is_nobodys_answer() -> None:
    questions = Questions()
    (question,) = asked(questions, SEVEN, ids=True)
    questions.heard(details_of(7), None)
    questions.heard(details_of(7), "somebody-else")
    questions.heard(refusal(), None)
    assert told(question) is None


async def test_an_answer_of_a_wrong_kind_is_an_error_and_not_waited_out() -> None:
    questions = Questions()
    (question,) = asked(questions, SEVEN, ids=True)
    questions.heard(frame("pong"), "id-1")
    assert isinstance(question.outcome.exception(), errors.InvalidResponse)


# Protocol 1.


async def test_without_ids_answers_are_told_apart_by_type_and_number() -> None:
    questions = Questions()
    ping, eight, seven = asked(questions, Ping(), EIGHT, SEVEN)
    questions.heard(details_of(7), None)
    questions.heard(frame("pong"), None)
    assert told(seven) == details_of(7)
    assert told(ping) == frame("pong")
    assert told(eight) is None


async def test_without_ids_an_error_belongs_to_the_oldest_question() -> None:
    questions = Questions()
    first, second = asked(questions, SEVEN, EIGHT)
    questions.heard(refusal("no 7"), None)
    questions.heard(details_of(8), None)
    assert told(first) == "no 7"
    assert told(second) == details_of(8)


async def test_without_ids_a_late_error_is_not_taken_for_that_of_a_later_question() -> None:
    questions = Questions()
    late, second = asked(questions, SEVEN, EIGHT)
    late.outcome.cancel()
    questions.heard(refusal("no 7"), None)
    assert told(second) is None
    questions.heard(refusal("no 8"), None)
    assert told(second) == "no 8"


async def test_without_ids_nobody_is_refused_when_the_error_may_be_of_another_command() -> None:
    questions = Questions()
    questions.note_unanswered()
    questions.note_unanswered()
    (question,) = asked(questions, SEVEN)
    questions.heard(refusal("no such incident"), None)
    questions.heard(refusal("no such incident"), None)
    assert told(question) is None
    questions.heard(details_of(7), None)
    assert told(question) == details_of(7)
    (next_one,) = asked(questions, EIGHT)
    questions.heard(refusal("no 8"), None)
    assert told(next_one) == "no 8"


async def test_without_ids_what_nobody_asked_for_is_nobodys_answer() -> None:
    questions = Questions()
    questions.heard(refusal(), None)
    questions.heard(details_of(7), None)
    (question,) = asked(questions, EIGHT)
    questions.heard(details_of(7), None)
    assert told(question) is None


async def test_a_lost_connection_fails_all_that_was_asked_on_it() -> None:
    questions = Questions()
    first, second = asked(questions, SEVEN, EIGHT)
    second.outcome.cancel()
    questions.fail(errors.ConnectError("gone"))
    assert told(first) == "gone"
    assert not questions.has_any
    await asyncio.sleep(0)
