"""Users: list, add, change, switch off and on, give a password; and change one's own."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ir_client.wire.values import Role
from ir_console.model.format import moment
from ir_console.safe_text import safe_text

from .connecting import (
    JsonOption,
    ProfileOption,
    UrlOption,
    ask_new_secret,
    ask_secret,
    asked,
    profile_for,
)
from .examples import examples
from .exits import UsageProblem
from .given import model_of
from .output import Column, Output

if TYPE_CHECKING:
    from ir_client import IRClient
    from ir_client.wire.auth import User

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Manage users (admins), and change your own password.",
    epilog=examples("ir-console users list", "ir-console users password"),
)

Who = Annotated[str, typer.Argument(metavar="WHO", help="A user name, or a number.")]
TeamsOption = Annotated[
    list[str] | None,
    typer.Option("--team", metavar="TEAM", help="All their teams from now on; may be repeated."),
]
_COLUMNS = (
    Column("ID", align_right=True),
    Column("NAME", limit=32),
    Column("ROLE"),
    Column("TEAMS", limit=40),
    Column("ACTIVE"),
    Column("LAST LOGIN"),
    Column("FULL NAME", limit=40),
)


@app.command(
    "list", epilog=examples("ir-console users list", "ir-console users list --json | jq length")
)
def list_users(
    ctx: typer.Context,
    profile: ProfileOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """List all users."""
    output = Output.standard()
    users = asked(profile_for(ctx, profile, url), output, lambda client: client.auth.users())
    if as_json:
        output.document([user.model_dump(mode="json") for user in users])
        return
    output.table(_COLUMNS, [_row(user) for user in users])


@app.command(
    epilog=examples(
        "ir-console users add dana",
        "ir-console users add lee --role senior_analyst --team red --full-name 'Lee Example'",
    )
)
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name to log in with.")],
    profile: ProfileOption = None,
    url: UrlOption = None,
    role: Annotated[Role, typer.Option(help="What they may do.")] = "analyst",
    team: TeamsOption = None,
    full_name: Annotated[str | None, typer.Option(help="Their name in full.")] = None,
    email: Annotated[str | None, typer.Option(help="Their mail address.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Add a user.

    The password, 12 to 128 characters, is asked for without echo; off a terminal it is the first
    line of standard input.
    """
    from ir_client import UserCreate

    chosen, output = profile_for(ctx, profile, url), Output.standard()
    given = {"role": role, "teams": team, "full_name": full_name, "email": email}
    fields = {key: value for key, value in given.items() if value}
    wanted = model_of(UserCreate, username=name, password=ask_new_secret("Password"), **fields)
    user = asked(chosen, output, lambda client: client.auth.create_user(wanted))
    _tell(output, user, "is there now", as_json=as_json)


@app.command(
    epilog=examples(
        "ir-console users update dana --role manager",
        "ir-console users update dana --team red --team blue",
        "ir-console users update dana --no-teams",
    )
)
def update(
    ctx: typer.Context,
    who: Who,
    profile: ProfileOption = None,
    url: UrlOption = None,
    role: Annotated[Role | None, typer.Option(help="What they may do.")] = None,
    team: TeamsOption = None,
    no_teams: Annotated[bool, typer.Option("--no-teams", help="In no team any more.")] = False,
    full_name: Annotated[str | None, typer.Option(help="Their name in full.")] = None,
    email: Annotated[str | None, typer.Option(help="Their mail address.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Change a user; other rights hold at once."""
    given = {"role": role, "teams": team, "full_name": full_name, "email": email}
    fields: dict[str, Any] = {key: value for key, value in given.items() if value}
    if no_teams:
        fields["teams"] = ()
    if not fields:
        raise UsageProblem("Nothing to change", hint="Say what, for example --role manager.")
    _change(ctx, who, profile, url, fields, "is changed", as_json=as_json)


@app.command(epilog=examples("ir-console users deactivate dana"))
def deactivate(
    ctx: typer.Context,
    who: Who,
    profile: ProfileOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sign a user out everywhere, and let them in no more."""
    _change(ctx, who, profile, url, {"is_active": False}, "is switched off", as_json=as_json)


@app.command(epilog=examples("ir-console users activate dana"))
def activate(
    ctx: typer.Context,
    who: Who,
    profile: ProfileOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a user log in again."""
    _change(ctx, who, profile, url, {"is_active": True}, "may log in again", as_json=as_json)


@app.command(
    epilog=examples(
        "ir-console users password            # your own", "ir-console users password dana"
    )
)
def password(
    ctx: typer.Context,
    who: Annotated[
        str | None, typer.Argument(metavar="WHO", help="Whose; your own without it.")
    ] = None,
    profile: ProfileOption = None,
    url: UrlOption = None,
) -> None:
    """Change your own password, or give a user another one.

    Passwords are asked for without echo; off a terminal each is a line of standard input: the
    present one first where it is your own. All other logins of the user end.
    """
    if who is not None:
        fields = {"password": ask_new_secret(f"New password of {safe_text(who)}")}
        _change(ctx, who, profile, url, fields, "has the new password", as_json=False)
        return
    chosen, output = profile_for(ctx, profile, url), Output.standard()
    current, new = ask_secret("Present password"), ask_new_secret("New password")
    asked(chosen, output, lambda client: client.auth.change_password(current, new))
    output.line("Your password is changed; all your other logins have ended.")


def _change(
    ctx: typer.Context,
    who: str,
    profile: str | None,
    url: str | None,
    fields: dict[str, Any],
    said: str,
    *,
    as_json: bool,
) -> None:
    from ir_client import UserUpdate

    chosen, output = profile_for(ctx, profile, url), Output.standard()
    wanted = model_of(UserUpdate, **fields)

    async def change(client: "IRClient") -> "User":
        return await client.auth.update_user(await _number_of(client, who), wanted)

    _tell(output, asked(chosen, output, change), said, as_json=as_json)


async def _number_of(client: "IRClient", who: str) -> int:
    """The number of a user; a name that is all digits is taken as one only if nobody has it."""
    from ir_client.errors import NotFound

    for user in await client.auth.users():
        if user.username.lower() == who.lower():
            return user.id
    if who.isascii() and who.isdigit():
        return int(who)
    raise NotFound(f"There is no user named {who}", status=404, hint="See: ir-console users list.")


def _tell(output: Output, user: "User", said: str, *, as_json: bool) -> None:
    if as_json:
        output.document(user.model_dump(mode="json"))
    else:
        output.line(f"User {user.username} ({user.id}, {user.role}) {said}.")


def _row(user: "User") -> list[str]:
    return [
        str(user.id),
        user.username,
        user.role,
        ", ".join(user.teams),
        "yes" if user.is_active else "no",
        moment(user.last_login_at) if user.last_login_at else "",
        user.full_name or "",
    ]
