"""Commands: arguments in `data` or bare, written one way."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ir_client.wire.commands import (
    GetAlertDetails,
    Ping,
    TakeOwnership,
    UpdateAlertStatus,
    Viewing,
    WatchIncident,
    decode_command,
    encode_command,
)
from ir_client.wire.values import ALERT_STATUSES


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "take_alert_ownership", "data": {"alert_id": 4}},
        {"type": "take_alert_ownership", "alert_id": 4},
        {"type": "take_alert_ownership", "alert_id": 4, "data": None, "extra": 1},
    ],
)
def test_arguments_are_read_from_data_or_bare(frame: dict[str, Any]) -> None:
    assert decode_command(frame) == TakeOwnership(type="take_alert_ownership", alert_id=4)


def test_data_does_not_turn_a_command_into_another() -> None:
    frame = {"type": "ping", "data": {"type": "get_alert_details", "alert_id": 1}}
    assert decode_command(frame) == Ping()


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "format_disk"},
        {},
        {"type": "get_alert_details"},
        {"type": "get_alert_details", "alert_id": "4"},
        {"type": "get_alert_details", "alert_id": True},
        {"type": "get_alert_details", "alert_id": 2**63},
        {"type": "update_alert_status", "alert_id": 1, "status": "gone"},
        {"type": "viewing"},
    ],
)
def test_an_unknown_type_or_a_bad_argument_is_refused(frame: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        decode_command(frame)


@given(
    st.one_of(
        st.just(Ping()),
        st.builds(GetAlertDetails, alert_id=st.integers(1, 2**63 - 1)),
        st.builds(TakeOwnership, alert_id=st.integers(1, 99), notes=st.none() | st.text()),
        st.builds(
            UpdateAlertStatus, alert_id=st.integers(1, 99), status=st.sampled_from(ALERT_STATUSES)
        ),
        st.builds(Viewing, alert_id=st.none() | st.integers(1, 99)),
        st.builds(WatchIncident, incident_id=st.integers(1, 99) | st.just("INC-1")),
    )
)
def test_what_is_written_is_read_back(command: Any) -> None:
    assert decode_command(json.loads(encode_command(command))) == command


def test_viewing_no_alert_is_said_in_so_many_words() -> None:
    frame = json.loads(encode_command(Viewing(alert_id=None), request_id="r-1"))
    assert frame == {"type": "viewing", "request_id": "r-1", "data": {"alert_id": None}}


def test_what_is_optional_and_not_given_is_not_sent() -> None:
    assert json.loads(encode_command(TakeOwnership(alert_id=4))) == {
        "type": "take_ownership",
        "data": {"alert_id": 4},
    }
