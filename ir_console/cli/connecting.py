"""From what was asked to an open client: which server, as whom.

Credentials come from `IR_TOKEN`, then from where logins are kept; at a terminal, and only there,
a missing login is asked for. Holds nothing.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from getpass import getpass
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from pydantic import SecretStr

from ir_console.safe_text import safe_text

from .app import Asked
from .completing import profile_names
from .exits import UsageProblem
from .output import Output

if TYPE_CHECKING:
    from ir_client import IRClient, PasswordCredentials, Profile

Done = TypeVar("Done")

ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile",
        "-p",
        help="The server to use, by its name here.",
        autocompletion=profile_names,
    ),
]
UrlOption = Annotated[str | None, typer.Option("--url", help="The server's address.")]
AlertId = Annotated[int, typer.Argument(metavar="ID", min=1, help="The alert's number.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def profile_for(
    ctx: typer.Context, profile: str | None, url: str | None, *, username: str | None = None
) -> "Profile":
    """The profile in force; what stands behind the sub-command wins over what stands before."""
    from ir_client.config import load_profile

    asked: Asked = ctx.obj
    return load_profile(profile or asked.profile, url=url or asked.url, username=username)


@asynccontextmanager
async def connected(
    profile: "Profile", output: Output, credentials: "PasswordCredentials | None" = None
) -> AsyncIterator["IRClient"]:
    """An open client for a profile, logged in when it is first used."""
    from ir_client import CredentialStore, IRClient
    from ir_client.credentials import token_from_environment

    store = CredentialStore.default()
    asked = credentials
    is_unknown = token_from_environment() is None and store.load(profile) is None
    if asked is None and is_unknown and at_a_terminal():
        output.note(f"Nobody is logged in to {profile.url}; this login ends with the program.")
        asked = ask_password(profile.username)
    async with IRClient.from_profile(profile, credentials=asked, store=store) as client:
        yield client


def asked(
    profile: "Profile", output: Output, work: Callable[["IRClient"], Awaitable[Done]]
) -> Done:
    """What `work` has from an open client: for commands that ask one thing."""

    async def ask() -> Done:
        async with connected(profile, output) as client:
            return await work(client)

    return asyncio.run(ask())


def at_a_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask_password(username: str | None) -> "PasswordCredentials":
    """Ask for what is missing of a name and a password; the password is not echoed."""
    from ir_client import PasswordCredentials

    if username is None and not at_a_terminal():
        raise UsageProblem(
            "It is not known who wants to log in",
            hint="Name the user with --username, IR_USERNAME or the profile.",
        )
    name: str = username or typer.prompt("User name", err=True)
    return PasswordCredentials(name, ask_secret(f"Password of {safe_text(name)}"))


def ask_secret(what: str) -> SecretStr:
    """A secret from the terminal without echo, or the first line of stdin off a terminal."""
    text = getpass(f"{what}: ") if at_a_terminal() else sys.stdin.readline().rstrip("\r\n")
    if not text:
        raise UsageProblem(
            f"{what}: nothing was given",
            hint="Type it at a terminal, or write it as the first line of standard input.",
        )
    return SecretStr(text)


def ask_new_secret(what: str) -> SecretStr:
    """A secret that is not known yet: at a terminal it is asked for twice."""
    given = ask_secret(what)
    if at_a_terminal() and ask_secret(f"{what}, again") != given:
        raise UsageProblem("The two are not the same", hint="Run it again and type it twice.")
    return given
