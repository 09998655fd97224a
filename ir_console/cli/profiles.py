"""The servers that are known here: list, show, choose, forget."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from .completing import profile_names
from .connecting import JsonOption, profile_for
from .examples import examples
from .output import Column, Output

if TYPE_CHECKING:
    from ir_client import Profile

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    invoke_without_command=True,
    help="List the servers that are known here; show, use or remove one.",
    epilog=examples(
        "ir-console profiles",
        "ir-console profiles use prod",
        "ir-console profiles show prod",
        "ir-console profiles remove prod",
    ),
)

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="A profile.", autocompletion=profile_names)
]


@app.callback()
def profiles(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List the servers that are known here; show, use or remove one."""
    if ctx.invoked_subcommand is None:
        _list(ctx, as_json=as_json)


@app.command(
    "list",
    epilog=examples("ir-console profiles list", "ir-console profiles list --json | jq -r .[].url"),
)
def list_known(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List the servers that are known here; the star is at the one in force."""
    _list(ctx, as_json=as_json)


@app.command(epilog=examples("ir-console profiles show", "ir-console profiles show prod --json"))
def show(
    ctx: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="The one in force without it.", autocompletion=profile_names
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show how a server is reached and where its login is kept; no secrets."""
    from ir_client import CredentialStore
    from ir_client.config import config_path

    output, chosen = Output.standard(), profile_for(ctx, name, None)
    store = CredentialStore.default()
    shown: dict[str, Any] = asdict(chosen) | {
        "proxy": without_password(chosen.proxy),
        "login": "kept" if store.load(chosen) is not None else "none",
        "kept_in": store.description,
        "settings_file": str(config_path()),
    }
    if as_json:
        output.document(shown)
        return
    rows = [[name.replace("_", " "), str(value)] for name, value in shown.items() if value]
    output.table([Column("FIELD"), Column("VALUE", limit=120)], rows)


@app.command(epilog=examples("ir-console profiles use prod"))
def use(ctx: typer.Context, name: Name) -> None:
    """Use this server from now on, where none is named."""
    from ir_client.config import set_default_profile

    output = Output.standard()
    set_default_profile(name)
    in_force = profile_for(ctx, None, None)
    output.line(f"Profile {name} is in force now.")
    if in_force.name != name:
        output.note(f"But not here: IR_PROFILE or --profile names {in_force.name}.")


@app.command(epilog=examples("ir-console profiles remove prod"))
def remove(ctx: typer.Context, name: Name) -> None:
    """Forget a server and the login that is kept for it; at the server the login stays.

    `ir-console logout --profile NAME` before it ends the login there too.
    """
    from ir_client import CredentialStore
    from ir_client.config import delete_profile, list_profiles, set_default_profile
    from ir_client.errors import ConfigError

    known = {profile.name: profile for profile in list_profiles()}
    if name not in known:
        names = ", ".join(known) or "none"
        raise ConfigError(
            f"There is no profile named {name!r} (there are: {names})", hint="Nothing was removed."
        )
    CredentialStore.default().delete(known[name])
    delete_profile(name)
    output = Output.standard()
    output.line(f"Profile {name} is forgotten, and its login here.")
    left = sorted(known.keys() - {name})
    if len(left) == 1:
        set_default_profile(left[0])
    if left and _in_force(ctx) not in left:
        output.note(f"None is in force now: ir-console profiles use {left[0]}")


def _list(ctx: typer.Context, *, as_json: bool) -> None:
    from ir_client.config import list_profiles

    output = Output.standard()
    known, current = list_profiles(), _in_force(ctx)
    if as_json:
        output.document([_row(one) | {"current": one.name == current} for one in known])
        return
    if not known:
        output.note("No server is known yet: ir-console login --url https://soc.example")
        return
    output.table(
        [Column(""), Column("NAME"), Column("URL", limit=80), Column("USER")],
        [
            ["*" if one.name == current else "", one.name, one.url, one.username or ""]
            for one in known
        ],
    )


def _row(one: "Profile") -> dict[str, Any]:
    return {"name": one.name, "url": one.url, "username": one.username}


def _in_force(ctx: typer.Context) -> str | None:
    from ir_client.errors import ConfigError

    try:
        return profile_for(ctx, None, None).name
    except ConfigError:
        return None


def without_password(proxy: str | None) -> str | None:
    """Where a proxy is, and not who we are to it."""
    if not proxy:
        return proxy
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        port = ""
    return f"{parts.scheme}://{parts.hostname or '?'}{port}"
