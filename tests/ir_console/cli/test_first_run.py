"""What the form of a first run says when a login fails: what to do in it, and no options."""

import ssl
from collections.abc import Iterator

import httpx
import pytest
from pydantic import SecretStr

import ir_console.tui.first_run as form
from ir_client import errors
from ir_client.rest.failures import transport_error
from ir_console.cli.first_run import begin, told_in_form
from ir_console.settings import ConsoleSettings


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (errors.ConnectError("Cannot connect to http://x"), "the address under Server"),
        (errors.RequestTimeout("http://x did not answer in time"), "the address under Server"),
        (errors.InvalidResponse("The server answered with HTTP 204"), "the address under Server"),
        (errors.NotFound("Not Found", status=404), "the address under Server"),
        (errors.AuthenticationError("wrong", status=401), "Correct the user name"),
        (errors.TLSError("http://x: TLS failed"), "Leave with Esc, name the file"),
        (errors.RateLimited("slow", status=429, retry_after=7), "Try again in 7 s"),
    ],
)
def test_each_error_says_what_to_do_in_the_form(error: errors.IRError, advice: str) -> None:
    said = told_in_form(error)
    assert said.startswith(str(error))
    assert advice in said
    assert "--" not in said


def test_a_server_without_tls_is_told_by_its_own_advice() -> None:
    cause = ssl.SSLError(1, "wrong version")
    cause.reason = "WRONG_VERSION_NUMBER"
    problem = httpx.ConnectError("x")
    problem.__cause__ = cause
    said = told_in_form(transport_error(problem, "https://x"))
    assert said == "https://x speaks no TLS. Try the address with http:// instead."


def test_what_is_no_address_is_corrected_where_it_was_typed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers: Iterator[form.Login | None] = iter(
        [form.Login("soc.example", "dana", SecretStr("secret")), None]
    )
    problems: list[str] = []

    def run(app: form.FirstRunApp) -> form.Login | None:
        problems.append(app._problem)
        return next(answers)

    monkeypatch.setattr(form.FirstRunApp, "run", run)
    begin(ConsoleSettings())
    assert problems[0] == ""
    assert problems[1].startswith("The server address cannot be used")
    assert problems[1].endswith("under Server, like https://soc.example or http://127.0.0.1:8000.")
