"""From what was asked to an open client: which server, as whom.

Credentials come from `IR_TOKEN`, then from where logins are kept; at a terminal, and only there,
a missing login is asked for. Holds nothing.
"""

import signal
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from getpass import getpass
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from ir_console.safe_text import safe_text

from .app import Asked
from .completing import profile_names
from .exits import UsageProblem
from .output import Output

if TYPE_CHECKING:
    from pydantic import SecretStr

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

    # Loading the keyring takes as long as a few calls: who was given a token pays nothing for it.
    store = None if token_from_environment() else CredentialStore.default()
    asked = credentials
    is_unknown = store is not None and store.load(profile) is None
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

    return in_loop(ask())


def in_loop(work: "Coroutine[Any, Any, Done]") -> Done:
    """Run work in an event loop of its own, which is loaded only then: help needs none."""
    import asyncio

    return asyncio.run(work)


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
    name = username or _ask_name()
    return PasswordCredentials(name, ask_secret(f"Password of {safe_text(name)}"))


def _ask_name() -> str:
    sys.stderr.write("User name: ")
    sys.stderr.flush()
    with _interruptible():
        name = sys.stdin.readline().strip()
    if not name:
        raise UsageProblem("No user name was given", hint="Name the user with --username.")
    return name


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C end the program while it waits for a person, also inside of an event loop.

    The loop would take the first one as a wish to cancel what is waiting in it, and nothing is.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def ask_secret(what: str) -> "SecretStr":
    """A secret from the terminal without echo, or the first line of stdin off a terminal."""
    from pydantic import SecretStr

    with _interruptible():
        text = getpass(f"{what}: ") if at_a_terminal() else sys.stdin.readline().rstrip("\r\n")
    if not text:
        raise UsageProblem(
            f"{what}: nothing was given",
            hint="Type it at a terminal, or write it as the first line of standard input.",
        )
    return SecretStr(text)


def ask_new_secret(what: str) -> "SecretStr":
    """A secret that is not known yet: at a terminal it is asked for twice."""
    given = ask_secret(what)
    if at_a_terminal() and ask_secret(f"{what}, again") != given:
        raise UsageProblem("The two are not the same", hint="Run it again and type it twice.")
    return given
