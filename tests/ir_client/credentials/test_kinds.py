"""Credentials show their secrets to nobody."""

from typing import Any

import pytest
from pydantic import SecretStr

from ir_client import PasswordCredentials, SessionCredentials, TokenCredentials
from ir_client.credentials import token_from_environment
from ir_client.errors import ConfigError

SECRET = SecretStr("hunter2")
PLAIN: Any = "hunter2"


@pytest.mark.parametrize(
    "credentials",
    [
        PasswordCredentials("dana", SECRET),
        TokenCredentials(SECRET),
        SessionCredentials(SECRET, SECRET),
        PasswordCredentials("dana", PLAIN),
        TokenCredentials(PLAIN),
        SessionCredentials(PLAIN, PLAIN),
    ],
)
def test_no_repr_shows_a_secret(credentials: object) -> None:
    assert "hunter2" not in repr(credentials)
    assert "hunter2" not in str(credentials)


@pytest.mark.parametrize("token", ["", "  ", "hunter2\nX-Admin: 1", "hunter 2", "hünter2", "\x00"])
def test_a_token_that_no_header_can_carry_is_refused_without_repeating_it(token: str) -> None:
    with pytest.raises(ConfigError) as caught:
        TokenCredentials(SecretStr(token))
    assert "nter" not in str(caught.value)


def test_a_secret_given_as_plain_text_is_as_good() -> None:
    assert PasswordCredentials("dana", PLAIN) == PasswordCredentials("dana", SECRET)
    assert TokenCredentials(PLAIN) == TokenCredentials(SECRET)
    assert SessionCredentials(PLAIN, PLAIN) == SessionCredentials(SECRET, SECRET)


@pytest.mark.parametrize("secret", [b"hunter2", None, 5])
def test_a_secret_that_is_no_text_is_refused_without_repeating_it(secret: Any) -> None:
    for make in (TokenCredentials, SessionCredentials, lambda one: PasswordCredentials("d", one)):
        with pytest.raises(ConfigError) as caught:
            make(secret)
        assert "hunter2" not in f"{caught.value} {caught.value.hint}"


def test_blanks_around_a_token_are_the_clipboards_and_go() -> None:
    assert TokenCredentials(SecretStr(" hunter2\n")).token == SECRET


@pytest.mark.parametrize("env", [{}, {"IR_TOKEN": ""}, {"IR_TOKEN": " "}])
def test_an_empty_variable_is_no_token(env: dict[str, str]) -> None:
    assert token_from_environment(env) is None


def test_the_environment_may_hold_a_token() -> None:
    assert token_from_environment({"IR_TOKEN": "hunter2"}) == TokenCredentials(SECRET)
