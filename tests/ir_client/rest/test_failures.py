"""Answers and exceptions become errors that say what to do."""

import json
import ssl
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client import errors
from ir_client.rest.failures import Answer, parsed, retry_after, status_error, transport_error
from ir_client.wire.auth import TokenPair
from tests.support.builders import an_alert

URL = "https://soc.example"


def answer(status: int, body: Any = b"", **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer("GET", "/api/v1/x", status, httpx.Headers(fields), raw)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.BadRequest),
        (401, errors.AuthenticationError),
        (403, errors.PermissionDenied),
        (404, errors.NotFound),
        (405, errors.MethodNotAllowed),
        (407, errors.ProxyRefused),
        (408, errors.BodyTooSlow),
        (409, errors.ConflictError),
        (410, errors.NotFound),
        (412, errors.ChangedSince),
        (413, errors.PayloadTooLarge),
        (415, errors.UnsupportedMediaType),
        (418, errors.BadRequest),
        (422, errors.ValidationFailed),
        (425, errors.TooEarly),
        (429, errors.RateLimited),
        (451, errors.PermissionDenied),
        (500, errors.ServerError),
        (501, errors.NotSupported),
        (502, errors.Unavailable),
        (503, errors.Unavailable),
        (504, errors.Unavailable),
        (507, errors.StorageFull),
        (599, errors.ServerError),
    ],
)
def test_each_status_has_its_error(status: int, kind: type[errors.APIStatusError]) -> None:
    body = {"detail": "no such luck", "code": "some_code"}
    error = status_error(answer(status, body, X_Request_ID="r-1"))
    assert type(error) is kind
    assert isinstance(error, errors.APIStatusError)
    assert (str(error), error.status, error.code, error.request_id) == (
        "no such luck",
        status,
        "some_code",
        "r-1",
    )


@pytest.mark.parametrize("status", range(400, 600))
def test_whatever_is_answered_says_what_to_do_and_what_the_server_knows_it_by(status: int) -> None:
    error = status_error(answer(status, X_Request_ID="r-1", Retry_After="3"))
    assert isinstance(error, errors.APIStatusError)
    assert type(error) is not errors.APIStatusError
    assert error.hint != errors.IRError.hint
    assert (error.status, error.request_id) == (status, "r-1")
    assert error.retry_after == (None if status == 412 else 3.0)
    assert str(error)


def test_a_key_that_stands_for_another_request_is_a_conflict_of_its_own() -> None:
    body = {"detail": "no", "code": "idempotency_key_reused"}
    error = status_error(answer(409, body))
    assert type(error) is errors.KeyReused
    assert isinstance(error, errors.ConflictError)


def test_a_refused_field_is_named() -> None:
    body = {
        "detail": [{"loc": ["body", "severity"], "msg": "unknown"}],
        "code": "validation_failed",
    }
    assert str(status_error(answer(422, body))) == "body.severity: unknown"


def test_an_alert_that_changed_meanwhile_comes_with_the_error() -> None:
    body = {"detail": "changed", "code": "changed_since"}
    current = an_alert(revision=9).model_dump(mode="json")
    error = status_error(answer(412, body | {"current": current}))
    assert isinstance(error, errors.ChangedSince)
    assert error.current is not None
    assert error.current.revision == 9
    without = status_error(answer(412, body))
    assert isinstance(without, errors.ChangedSince)
    assert without.current is None


@pytest.mark.parametrize("body", [b"", b"<html>502</html>", b"[]", b"\xff", {"detail": {"a": 1}}])
def test_a_page_of_a_proxy_is_an_error_all_the_same(body: Any) -> None:
    assert str(status_error(answer(502, body))) == "Bad Gateway"


def test_a_redirect_says_to_correct_the_address() -> None:
    error = status_error(answer(301))
    assert isinstance(error, errors.InvalidResponse)
    assert "address" in error.hint


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry_After": "17"}, 17.0),
        ({"Retry_After": "-1"}, None),
        ({"Retry_After": "soon"}, None),
        ({"Retry_After": "9" * 400}, 999999999.0),
        (
            {
                "Retry_After": "Mon, 23 Nov 2026 10:00:30 GMT",
                "Date": "Mon, 23 Nov 2026 10:00:00 GMT",
            },
            30.0,
        ),
        ({"Retry_After": "Mon, 23 Nov 2026 10:00:30 GMT"}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_by_the_servers_clock(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(answer(429, **headers)) == seconds


def untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError("certificate verify failed")
    error.verify_message = "self-signed certificate"
    return error


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("raised", "kind", "words"),
    [
        (httpx.ReadTimeout("x"), errors.RequestTimeout, "in time"),
        (httpx.ConnectTimeout("x"), errors.RequestTimeout, "in time"),
        (
            caused(httpx.ConnectError("x"), ConnectionRefusedError(111, "Connection refused")),
            errors.ConnectError,
            "Connection refused",
        ),
        (
            caused(httpx.ConnectError("x"), untrusted()),
            errors.TLSError,
            "self-signed",
        ),
        (httpx.ReadError("x"), errors.ConnectError, "broke"),
        (httpx.RemoteProtocolError("Server disconnected"), errors.ConnectError, "without"),
        (httpx.RemoteProtocolError("illegal status line"), errors.InvalidResponse, "HTTP"),
        (httpx.DecodingError("bad gzip"), errors.InvalidResponse, "HTTP"),
        (httpx.ProxyError("x"), errors.ConnectError, "proxy"),
    ],
)
def test_each_failure_of_the_network_has_its_error(
    raised: Exception, kind: type[errors.IRError], words: str
) -> None:
    error = transport_error(raised, URL)
    assert type(error) is kind
    assert words in str(error)
    assert error.hint


def test_what_a_library_says_is_never_repeated() -> None:
    # Its texts quote headers: `Illegal header value b'Bearer …'`.
    error = transport_error(httpx.LocalProtocolError("Illegal header value b'Bearer s3cret'"), URL)
    assert "s3cret" not in str(error)


def test_a_body_that_makes_no_sense_names_the_field_and_never_its_value() -> None:
    pair = {"access_token": "s3cret", "refresh_token": "s3cret-too", "expires_in": "s3cret"}
    with pytest.raises(errors.InvalidResponse, match="expires_in") as caught:
        parsed(answer(200, pair), TokenPair)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


@given(status=st.integers(300, 999), body=st.binary(max_size=100))
def test_no_answer_breaks_us(status: int, body: bytes) -> None:
    assert isinstance(status_error(answer(status, body)), errors.IRError)
