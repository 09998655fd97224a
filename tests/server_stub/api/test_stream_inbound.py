import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client.wire.commands import GetAlertDetails, Ping
from server_stub.api.stream_inbound import FloodError, InboundGate, read_command
from server_stub.domain.rate_limit import Rate
from server_stub.errors import MalformedBody, RateLimited, Refusal
from server_stub.hub import StreamLimits

LIMITS = StreamLimits(commands=Rate(per_second=1, burst=3), refusals=Rate(per_second=0.5, burst=2))
PING = '{"type": "ping"}'


def test_arguments_are_taken_from_data_or_bare() -> None:
    bare = read_command('{"type": "get_alert_details", "alert_id": 4}')
    nested = read_command('{"type": "get_alert_details", "data": {"alert_id": 4}}')
    assert bare == nested == GetAlertDetails(alert_id=4)


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "nonsense",
        '"ping"',
        "[]",
        "null",
        "{}",
        '{"type": null}',
        '{"type": {"a": 1}}',
        '{"type": "format_disk"}',
        '{"type": "get_alert_details"}',
        '{"type": "get_alert_details", "alert_id": "4"}',
        '{"type": "get_alert_details", "alert_id": 1e999}',
        '{"type": "get_alert_details", "alert_id": NaN}',
        '{"type": "get_alert_details", "alert_id": ' + "9" * 5_000 + "}",
        '{"type": "take_ownership", "alert_id": 1, "notes": "\\ud800"}',
        '{"type": "take_ownership", "alert_id": 1, "notes": "\\u0000"}',
        '{"type": "ping", "type": "ping"}',
        "[" * 50_000,
        '{"a":' * 5_000,
        '{"type": "ping", "data": ' + "[" * 40 + "]" * 40 + "}",
    ],
)
def test_abuse_19_what_is_no_command_is_refused_with_a_reason(frame: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_command(frame)
    assert refused.value.message


def test_a_refusal_of_an_unknown_command_names_those_that_exist() -> None:
    with pytest.raises(Refusal, match="'ping'") as refused:
        read_command('{"type": "format_disk"}')
    assert "format_disk" not in refused.value.message


def test_commands_beyond_the_rate_are_refused_until_time_has_passed() -> None:
    gate = InboundGate(LIMITS, 0.0)
    assert [gate.admit(PING, 0.0) for _ in range(3)] == [Ping()] * 3
    with pytest.raises(RateLimited):
        gate.admit(PING, 0.0)
    assert gate.admit(PING, 1.0) == Ping()


def test_abuse_18_a_frame_that_is_no_text_is_a_mistake() -> None:
    with pytest.raises(MalformedBody, match="text"):
        InboundGate(LIMITS, 0.0).admit(None, 0.0)


def test_more_refusals_than_anyone_makes_by_mistake_are_a_flood() -> None:
    gate = InboundGate(LIMITS, 0.0)
    mistake = MalformedBody("This is no JSON.")
    assert gate.refuse(mistake, 0.0) == "This is no JSON."
    gate.refuse(mistake, 0.0)
    with pytest.raises(FloodError):
        gate.refuse(mistake, 0.0)
    assert gate.refuse(mistake, 2.0)


def test_a_refusal_is_told_in_few_words() -> None:
    gate = InboundGate(LIMITS, 0.0)
    assert len(gate.refuse(MalformedBody("x" * 10_000), 0.0)) == 500


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda b: b.decode("latin-1")))
def test_no_text_does_more_than_be_refused(frame: str) -> None:
    try:
        read_command(frame)
    except Refusal:
        return


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(["ping", "take_ownership", "watch_incident", "update_alert_status"]), JSON)
def test_no_arguments_do_more_than_be_refused(command: str, arguments: object) -> None:
    frame = json.dumps({"type": command, "data": arguments, "alert_id": arguments})
    try:
        read_command(frame)
    except Refusal:
        return
