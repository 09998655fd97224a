"""What may be done now."""

import pytest

from ir_client.wire.auth import UserRef
from ir_console.model.triage import Action, refusal
from tests.support.builders import a_user
from tests.support.rows import a_row

ME = a_user(id=7)
LEE = UserRef(id=8, username="lee")


def why_not(action: Action, *, read_only: bool = False, **fields: object) -> str:
    return refusal(action, a_row(12, **fields), me=ME, is_read_only=read_only)


@pytest.mark.parametrize("action", list(Action))
def test_a_new_alert_can_be_triaged(action: Action) -> None:
    assert why_not(action) == ""


@pytest.mark.parametrize("action", list(Action))
def test_read_only_refuses_everything(action: Action) -> None:
    assert "read-only" in why_not(action, read_only=True)


def test_no_alert_no_action() -> None:
    assert "no alert" in refusal(Action.TAKE, None, me=ME, is_read_only=False)


def test_taking_twice_is_refused_at_once() -> None:
    assert why_not(Action.TAKE, assigned_analyst_id=7) == "#12 is yours already."


def test_taking_from_another_names_the_owner() -> None:
    said = why_not(Action.TAKE, assigned_analyst_id=8, assigned_analyst=LEE)
    assert said.startswith("#12 is with lee")


def test_closing_twice_is_refused_but_reopening_is_not() -> None:
    assert "closed already" in why_not(Action.CLOSE, status="closed")
    assert why_not(Action.STATUS, status="closed") == ""
