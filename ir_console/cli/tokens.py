"""Endpoint tokens: list, make, change, switch off and on, remove; and what one may do."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .connecting import (
    JsonOption,
    ProfileOption,
    UrlOption,
    asked,
    at_a_terminal,
    profile_for,
)
from .examples import examples
from .exits import UsageProblem
from .given import among, model_of
from .output import Output
from .token_views import TOKEN_COLUMNS, token_row

if TYPE_CHECKING:
    from ir_client import IRClient, Profile
    from ir_client.wire.auth import EndpointToken

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Manage endpoint tokens, which sensors and services log in with.",
    epilog=examples("ir-console tokens list", "ir-console tokens create edge --source suricata"),
)

TokenId = Annotated[int, typer.Argument(metavar="ID", min=1, help="The token's number.")]
MayOption = Annotated[
    list[str] | None,
    typer.Option(
        "--may",
        metavar="create|read|update",
        help="All it may do with alerts; may be repeated.",
    ),
]
FromOption = Annotated[
    list[str] | None,
    typer.Option("--from", metavar="NETWORK", help="Where it may be used; may be repeated."),
]
SourceOption = Annotated[
    list[str] | None,
    typer.Option("--source", metavar="NAME", help="Sources it may send; may be repeated."),
]
RateOption = Annotated[
    int | None, typer.Option("--rate", min=1, max=1000, help="Requests a minute.")
]
NoRateOption = Annotated[
    bool, typer.Option("--no-rate", help="As many requests as it likes (admins).")
]
DaysOption = Annotated[
    int | None, typer.Option("--days", min=1, max=3650, help="It expires so many days from now.")
]
TeamOption = Annotated[
    str | None, typer.Option("--team", help="Its alerts belong to this team, and it sees theirs.")
]
_RIGHTS = ("create", "read", "update")
_FIELD_OF = {
    "from": "allowed_ips",
    "source": "allowed_sources",
    "days": "expires_in_days",
    "team": "team",
}


@app.command("list", epilog=examples("ir-console tokens list"))
def list_tokens(
    ctx: typer.Context,
    profile: ProfileOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """List all endpoint tokens, without their values."""
    output = Output.standard()
    found = asked(profile_for(ctx, profile, url), output, lambda client: client.tokens.list())
    if as_json:
        output.document([token.model_dump(mode="json") for token in found])
        return
    output.table(TOKEN_COLUMNS, [token_row(token) for token in found])


@app.command(
    epilog=examples(
        "ir-console tokens create edge --source suricata --rate 300 --days 90",
        "ir-console tokens create reader --may read --team red",
        "ir-console tokens create edge --from 10.0.0.0/8 --json | jq -r .token",
    )
)
def create(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for.")],
    profile: ProfileOption = None,
    url: UrlOption = None,
    may: MayOption = None,
    networks: FromOption = None,
    source: SourceOption = None,
    rate: RateOption = None,
    no_rate: NoRateOption = False,
    days: DaysOption = None,
    team: TeamOption = None,
    description: Annotated[str | None, typer.Option(help="More words on what it is for.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make an endpoint token; its value is the one line of output, and shown this once.

    Without --may it may create alerts and nothing else.
    """
    from ir_client import EndpointTokenCreate

    chosen, output = profile_for(ctx, profile, url), Output.standard()
    fields = _rights(may) | _limits(networks, source, rate, days, team, no_rate=no_rate)
    wanted = model_of(EndpointTokenCreate, token_name=name, description=description, **fields)
    made = asked(chosen, output, lambda client: client.tokens.create(wanted))
    value = made.token.get_secret_value()
    if as_json:
        output.document(made.model_dump(mode="json") | {"token": value})
        return
    output.note(f"Endpoint token {made.id}, {made.token_name}. This is shown once; keep it:")
    output.line(value)


@app.command(epilog=examples("ir-console tokens show 3"))
def show(
    ctx: typer.Context,
    token_id: TokenId,
    profile: ProfileOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one endpoint token, without its value."""
    chosen = profile_for(ctx, profile, url)
    _show(chosen, lambda client: client.tokens.get(token_id), as_json=as_json)


@app.command(epilog=examples("ir-console tokens info --json"))
def info(
    ctx: typer.Context,
    profile: ProfileOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what the endpoint token in IR_TOKEN, or of the profile, may do."""
    chosen = profile_for(ctx, profile, url)
    _show(chosen, lambda client: client.tokens.info(), as_json=as_json)


@app.command(
    epilog=examples(
        "ir-console tokens update 3 --may create --may read",
        "ir-console tokens update 3 --rate 500 --lift days",
    )
)
def update(
    ctx: typer.Context,
    token_id: TokenId,
    profile: ProfileOption = None,
    url: UrlOption = None,
    name: Annotated[str | None, typer.Option(help="Another name.")] = None,
    may: MayOption = None,
    networks: FromOption = None,
    source: SourceOption = None,
    rate: RateOption = None,
    no_rate: NoRateOption = False,
    days: DaysOption = None,
    team: TeamOption = None,
    lift: Annotated[
        list[str] | None,
        typer.Option(
            metavar="from|source|days|team", help="A limit that holds no more; may be repeated."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Change an endpoint token; it holds from its next request on."""
    from ir_client import EndpointTokenUpdate

    fields = _rights(may) | _limits(networks, source, rate, days, team, no_rate=no_rate)
    fields |= {_FIELD_OF[one]: None for one in among("--lift", lift, tuple(_FIELD_OF)) or ()}
    if name is not None:
        fields["token_name"] = name
    if not fields:
        raise UsageProblem("Nothing to change", hint="Say what, for example --rate 300.")
    chosen = profile_for(ctx, profile, url)
    wanted = model_of(EndpointTokenUpdate, **fields)
    _show(chosen, lambda client: client.tokens.update(token_id, wanted), as_json=as_json)


@app.command(epilog=examples("ir-console tokens deactivate 3"))
def deactivate(
    ctx: typer.Context,
    token_id: TokenId,
    profile: ProfileOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let an endpoint token be used no more, until it is activated."""
    chosen = profile_for(ctx, profile, url)
    _show(chosen, lambda client: client.tokens.deactivate(token_id), as_json=as_json)


@app.command(epilog=examples("ir-console tokens activate 3"))
def activate(
    ctx: typer.Context,
    token_id: TokenId,
    profile: ProfileOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let an endpoint token be used again."""
    chosen = profile_for(ctx, profile, url)
    _show(chosen, lambda client: client.tokens.activate(token_id), as_json=as_json)


@app.command(epilog=examples("ir-console tokens delete 3"))
def delete(
    ctx: typer.Context,
    token_id: TokenId,
    profile: ProfileOption = None,
    url: UrlOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove an endpoint token for good (admins). Switching it off can be undone."""
    if not yes and at_a_terminal():
        typer.confirm(f"Remove endpoint token {token_id} for good?", abort=True, err=True)
    output = Output.standard()
    asked(profile_for(ctx, profile, url), output, lambda client: client.tokens.delete(token_id))
    output.line(f"Endpoint token {token_id} is removed.")


def _rights(may: list[str] | None) -> dict[str, Any]:
    """What it may do, if that was said."""
    chosen = among("--may", may, _RIGHTS)
    return {f"can_{right}_alerts": right in chosen for right in _RIGHTS} if chosen else {}


def _limits(
    networks: list[str] | None,
    sources: list[str] | None,
    rate: int | None,
    days: int | None,
    team: str | None,
    *,
    no_rate: bool,
) -> dict[str, Any]:
    """The limits that were given."""
    if rate is not None and no_rate:
        raise UsageProblem("A rate and no rate", hint="Give --rate or --no-rate, not both.")
    given = {
        "allowed_ips": networks,
        "allowed_sources": sources,
        "rate_limit_per_minute": rate,
        "expires_in_days": days,
        "team": team,
    }
    limits: dict[str, Any] = {name: value for name, value in given.items() if value}
    return limits | {"rate_limit_per_minute": None} if no_rate else limits


def _show(
    profile: "Profile",
    work: Callable[["IRClient"], Awaitable["EndpointToken"]],
    *,
    as_json: bool,
) -> None:
    """The one endpoint token that `work` answers with."""
    output = Output.standard()
    token = asked(profile, output, work)
    if as_json:
        output.document(token.model_dump(mode="json"))
        return
    width = max(len(column.title) for column in TOKEN_COLUMNS)
    for column, cell in zip(TOKEN_COLUMNS, token_row(token), strict=True):
        output.line(f"{column.title.lower():<{width}}  {cell}".rstrip())
