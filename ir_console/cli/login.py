"""Who we are and where: log in and out, say who is logged in."""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from .connecting import (
    JsonOption,
    ProfileOption,
    UrlOption,
    ask_password,
    ask_secret,
    connected,
    profile_for,
)
from .examples import shown_with
from .output import Output

if TYPE_CHECKING:
    from ir_client import CredentialStore, IRClient, PasswordCredentials, Profile
    from ir_client.credentials import Credentials
    from ir_client.wire.auth import User


@shown_with(
    "ir-console login https://soc.example --profile prod",
    "ir-console login --username dana < password-file",
    "ir-console login http://127.0.0.1:8000 --token --profile sensor",
)
def login(
    ctx: typer.Context,
    address: Annotated[
        str | None, typer.Argument(metavar="URL", help="The server's address, as --url.")
    ] = None,
    profile: ProfileOption = None,
    url: UrlOption = None,
    username: Annotated[
        str | None, typer.Option("--username", "-u", help="Asked for if it is not known.")
    ] = None,
    token: Annotated[
        bool, typer.Option("--token", help="Keep an endpoint token instead, as sensors have.")
    ] = False,
) -> None:
    """Log in to a server and keep the login in the keyring.

    The password, or with --token the endpoint token, is asked for without echo; off a terminal
    it is the first line of standard input. A new --profile name with an address makes a profile.
    """
    from ir_client import CredentialStore
    from ir_client.config import save_profile

    chosen = profile_for(ctx, profile, address or url, username=username)
    store, output = CredentialStore.default(), Output.standard()
    if token:
        _keep_token(chosen, store)
        output.line(f"The endpoint token for {chosen.url} is profile {chosen.name} now.")
    else:
        chosen = asyncio.run(log_in(chosen, ask_password(chosen.username), store))
        output.line(f"Logged in to {chosen.url} as {chosen.username}, profile {chosen.name}.")
    save_profile(chosen)
    if not store.persistent:
        output.note(
            f"But the login ends with this command: {store.description}. Set IR_CREDENTIALS_FILE "
            "to a file of yours, or IR_TOKEN, to stay logged in."
        )


@shown_with(
    "ir-console logout",
    "ir-console logout --profile prod --everywhere",
)
def logout(
    ctx: typer.Context,
    profile: ProfileOption = None,
    url: UrlOption = None,
    everywhere: Annotated[
        bool, typer.Option("--everywhere", help="End all logins of this user, on any machine.")
    ] = False,
) -> None:
    """End the login, at the server and here."""
    from ir_client import CredentialStore, SessionCredentials

    chosen = profile_for(ctx, profile, url)
    store, output = CredentialStore.default(), Output.standard()
    kept = store.load(chosen)
    if kept is None:
        output.line(f"Nobody was logged in to {chosen.url}.")
        return
    store.delete(chosen)
    if isinstance(kept, SessionCredentials):
        asyncio.run(_logged_out(chosen, kept, everywhere=everywhere))
    output.line(f"Logged out of {chosen.url}{', everywhere' if everywhere else ''}.")


@shown_with(
    "ir-console whoami",
    "ir-console whoami --json | jq -r .user.role",
)
def whoami(
    ctx: typer.Context,
    profile: ProfileOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say who is logged in, and where."""
    chosen, output = profile_for(ctx, profile, url), Output.standard()
    user = asyncio.run(_me(chosen, output))
    if as_json:
        output.document(
            {"profile": chosen.name, "url": chosen.url, "user": user.model_dump(mode="json")}
        )
        return
    teams = f", teams {', '.join(user.teams)}" if user.teams else ""
    output.line(f"{user.username} ({user.role}{teams}) at {chosen.url}, profile {chosen.name}")


def _keep_token(profile: "Profile", store: "CredentialStore") -> None:
    from ir_client import TokenCredentials

    store.save(profile, TokenCredentials(ask_secret(f"Endpoint token for {profile.url}")))


async def log_in(
    profile: "Profile", given: "PasswordCredentials", store: "CredentialStore"
) -> "Profile":
    """The profile with the name that logged in; its tokens are kept in `store`."""
    async with _client(profile, None, store) as client:
        pair = await client.auth.login(given.username, given.password)
    known_as = pair.user_info.username if pair.user_info is not None else given.username
    return replace(profile, username=known_as)


async def _logged_out(profile: "Profile", kept: "Credentials", *, everywhere: bool) -> None:
    from ir_client.errors import IRError

    async with _client(profile, kept, None) as client:
        try:
            await (client.auth.logout_all() if everywhere else client.auth.logout())
        except IRError as error:
            error.hint = "The login is forgotten here; at the server it ends by itself in a week."
            raise


async def _me(profile: "Profile", output: Output) -> "User":
    async with connected(profile, output) as client:
        return await client.auth.me()


def _client(
    profile: "Profile", credentials: "Credentials | None", store: "CredentialStore | None"
) -> "IRClient":
    from ir_client import IRClient

    return IRClient(
        profile.url,
        credentials=credentials,
        verify=profile.verify,
        proxy=profile.proxy,
        timeout_seconds=profile.timeout_seconds,
        vault=store.vault(profile) if store is not None else None,
    )
