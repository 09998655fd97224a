"""What the end of a connection means."""

import pytest

from ir_client.errors import AuthRejected, MessageTooLarge, ProtocolError
from ir_client.stream.endings import (
    BackfillFailed,
    Closed,
    Ending,
    Nonsense,
    NoToken,
    Refused,
    Remedy,
    TooLarge,
    Unreachable,
    Untrusted,
    judge,
)


@pytest.mark.parametrize("code", [1000, 1001, 1005, 1006, 1011, 1012, 1013, 1014, 4003, 4999, 3000])
def test_a_server_that_leaves_is_tried_again(code: int) -> None:
    assert judge(Closed(code)).remedy is Remedy.RETRY


@pytest.mark.parametrize("code", [1002, 1003, 1007, 1008])
def test_a_breach_of_the_protocol_is_a_strike(code: int) -> None:
    verdict = judge(Closed(code))
    assert verdict.remedy is Remedy.STRIKE
    assert isinstance(verdict.error, ProtocolError)


@pytest.mark.parametrize("ending", [Closed(4001), Refused(401), Refused(403)])
def test_a_refused_token_is_renewed(ending: Ending) -> None:
    # A close before the handshake's end reaches us as HTTP 403.
    verdict = judge(ending)
    assert verdict.remedy is Remedy.RENEW_TOKEN
    assert isinstance(verdict.error, AuthRejected)


def test_requirement_17_a_frame_over_our_limit_ends_the_stream_and_names_the_setting() -> None:
    verdict = judge(TooLarge())
    assert verdict.remedy is Remedy.GIVE_UP
    assert isinstance(verdict.error, MessageTooLarge)
    assert "max_message_bytes" in str(verdict.error)
    assert "max_message_bytes" in verdict.error.hint


def test_a_frame_over_the_servers_limit_is_not_blamed_on_ours() -> None:
    error = judge(Closed(1009)).error
    assert isinstance(error, MessageTooLarge)
    assert "max_message_bytes" not in error.hint


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_busy_server_is_tried_again(status: int) -> None:
    assert judge(Refused(status)).remedy is Remedy.RETRY


@pytest.mark.parametrize(("asked", "waited"), [(None, 0.0), (7.0, 7.0), (9999.0, 120.0)])
def test_retry_after_is_honoured_up_to_two_minutes(asked: float | None, waited: float) -> None:
    assert judge(Refused(503, retry_after=asked)).wait_at_least == waited


@pytest.mark.parametrize("ending", [Refused(404), Refused(200), Refused(301), Nonsense("html")])
def test_what_is_no_stream_is_doubted(ending: Ending) -> None:
    assert judge(ending).remedy is Remedy.DOUBT


def test_an_untrusted_certificate_ends_the_stream_and_says_what_to_set() -> None:
    verdict = judge(Untrusted("self-signed certificate"))
    assert verdict.remedy is Remedy.GIVE_UP
    assert verdict.error is not None
    assert "verify" in verdict.error.hint


def test_where_a_call_says_why_there_is_no_tls_the_stream_says_the_same() -> None:
    error = judge(Untrusted("https://h speaks no TLS", hint="Try http://.")).error
    assert (str(error), error and error.hint) == ("https://h speaks no TLS", "Try http://.")


@pytest.mark.parametrize(
    ("ending", "remedy"),
    [
        (Unreachable("refused"), Remedy.RETRY),
        (BackfillFailed("503"), Remedy.RETRY),
        (NoToken("the server is down", is_final=False), Remedy.RETRY),
        (NoToken("the login has ended", is_final=True), Remedy.GIVE_UP),
    ],
)
def test_a_missing_token_is_final_only_where_asking_again_is_no_use(
    ending: Ending, remedy: Remedy
) -> None:
    assert judge(ending).remedy is remedy


def test_a_final_refusal_keeps_its_hint() -> None:
    error = judge(NoToken("ended", is_final=True, hint="Log in again.")).error
    assert isinstance(error, AuthRejected)
    assert error.hint == "Log in again."
