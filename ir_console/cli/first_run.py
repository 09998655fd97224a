"""The console for somebody who has no server yet: asks, logs in, and opens it."""

import asyncio
import os
from typing import TYPE_CHECKING

from ir_client.errors import ConfigError, IRError
from ir_console.settings import ConsoleSettings

from .app import Asked
from .console import open_profile
from .exits import told
from .login import log_in

if TYPE_CHECKING:
    from ir_client import PasswordCredentials, Profile
    from ir_console.tui.first_run import Login


class _AddressError(ConfigError):
    """What stands under Server is no address."""


def is_first_run(asked: Asked) -> bool:
    """Whether nothing is known here: no profile, no address, no token."""
    from ir_client.config import list_profiles

    variables = ("IR_PROFILE", "IR_URL", "IR_TOKEN")
    is_asked = asked.profile or asked.url or any(os.environ.get(name) for name in variables)
    return not is_asked and not list_profiles()


def begin(settings: ConsoleSettings) -> None:
    """Ask until somebody is logged in, wants the demo, or leaves."""
    from ir_client.config import DEFAULT_URL
    from ir_console.tui.first_run import Demo, FirstRunApp

    url, username, problem = DEFAULT_URL, "", ""
    while True:
        form = FirstRunApp(url=url, username=username, problem=problem, theme=settings.theme)
        answer: Login | Demo | None = form.run()
        if answer is None:
            return
        if isinstance(answer, Demo):
            from .demo import demo

            demo(rate=2.0, seed=1)
            return
        url, username = answer.url, answer.username
        try:
            profile, credentials = _logged_in(answer)
        except IRError as error:
            problem = told_in_form(error)
            continue
        open_profile(profile, settings, credentials)


def told_in_form(error: IRError) -> str:
    """The error as one line that says what to do here, where there are no options to give."""
    from ir_client import errors

    match error:
        case _AddressError():
            hint = "Write it under Server, like https://soc.example or http://127.0.0.1:8000."
        case errors.TLSError() if error.hint == errors.TLSError.hint:
            hint = (
                "Leave with Esc, name the file with your organisation's CA certificate in "
                "IR_VERIFY, and begin again."
            )
        case errors.ConnectError() | errors.RequestTimeout():
            hint = "Correct the address under Server, or start the server; then press Enter."
        case errors.InvalidResponse() | errors.NotFound() | errors.MethodNotAllowed():
            hint = "Correct the address under Server: there is no IR Central there."
        case errors.AuthenticationError() | errors.ValidationFailed():
            hint = "Correct the user name, then type the password again."
        case _:
            hint = error.hint
    return told(error, hint=hint)


def _logged_in(answer: "Login") -> "tuple[Profile, PasswordCredentials | None]":
    """The profile, kept for the next time, and what to log in with where no login can be kept."""
    from ir_client import CredentialStore, PasswordCredentials
    from ir_client.config import Profile, save_profile

    try:
        there = Profile(url=answer.url)
    except ConfigError as error:
        raise _AddressError(str(error)) from None
    store = CredentialStore.default()
    given = PasswordCredentials(answer.username, answer.password)
    profile = asyncio.run(log_in(there, given, store))
    save_profile(profile)
    return profile, None if store.persistent else given
