"""The kinds of credentials. Their secrets show in no repr, also those given as plain text."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from ..errors import ConfigError


@dataclass(frozen=True, slots=True)
class PasswordCredentials:
    """A user name and password: the client logs in when it first needs a token."""

    username: str
    password: SecretStr

    def __post_init__(self) -> None:
        object.__setattr__(self, "password", _hidden(self.password, "password"))


@dataclass(frozen=True, slots=True)
class TokenCredentials:
    """A token that is used as it is: an endpoint token, or a JWT that nobody renews."""

    token: SecretStr

    def __post_init__(self) -> None:
        object.__setattr__(self, "token", checked_token(_hidden(self.token, "token")))


@dataclass(frozen=True, slots=True)
class SessionCredentials:
    """A login that goes on: the refresh token, and the access token where it may still be good."""

    refresh_token: SecretStr
    access_token: SecretStr | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "refresh_token", _hidden(self.refresh_token, "refresh_token"))
        if self.access_token is not None:
            object.__setattr__(self, "access_token", _hidden(self.access_token, "access_token"))


Credentials = PasswordCredentials | TokenCredentials | SessionCredentials
Storable = TokenCredentials | SessionCredentials


def _hidden(secret: SecretStr | str, name: str) -> SecretStr:
    if isinstance(secret, SecretStr):
        return secret
    if isinstance(secret, str):
        return SecretStr(secret)
    # What was given instead is not shown: the secret may be in it.
    raise ConfigError(f"`{name}` has to be text", hint="Give a SecretStr.")


def checked_token(token: SecretStr) -> SecretStr:
    """The token without surrounding blanks, or ConfigError when it cannot stand in a header."""
    text = token.get_secret_value().strip()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        # The text is not repeated, and libraries that would repeat it never see it.
        raise ConfigError(
            "The token holds blanks or characters that no token has",
            hint="Copy it again, whole and without line breaks.",
        )
    return SecretStr(text)


def token_from_environment(env: Mapping[str, str] | None = None) -> TokenCredentials | None:
    """The token in `IR_TOKEN`, if there is one."""
    text = (os.environ if env is None else env).get("IR_TOKEN", "")
    return TokenCredentials(SecretStr(text)) if text.strip() else None
