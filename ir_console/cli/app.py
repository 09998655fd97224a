"""The program `ir-console`: its sub-commands, each loaded when it is called.

`--help` must answer at once, so what a sub-command needs (Textual, httpx) is imported with it.
"""

import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup
from typer.main import get_command

from .completing import profile_names
from .examples import OF, examples
from .exits import ExitCode, UsageProblem, errors_as_exits, finish_output


class Asked(NamedTuple):
    """What was asked of the program as a whole, before any sub-command."""

    profile: str | None = None
    url: str | None = None


# name: (where it lives, what `--help` says); the order is that of the help.
_COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo:demo", "Server, a believable alert stream and the console, with no set-up."),
    "login": ("login:login", "Log in to a server and keep the login in the keyring."),
    "logout": ("login:logout", "End the login, at the server and here."),
    "whoami": ("login:whoami", "Say who is logged in, and where."),
    "profiles": ("profiles:app", "List the servers that are known here; use or remove one."),
    "tail": ("stream:tail", "Print alerts as they arrive and change."),
    "replay": ("replay:replay", "Play a recorded stream in the console."),
    "alerts": ("alerts:app", "List, show, export, update, take and comment alerts."),
    "incidents": ("incidents:app", "List and show incidents."),
    "ingest": ("ingest:ingest", "Send alerts from files of a SIEM or sensor."),
    "tokens": ("tokens:app", "Manage the endpoint tokens of sensors and services."),
    "users": ("users:app", "Manage users, and change your own password."),
    "stats": ("stats:stats", "Count alerts, and say how fast they are worked."),
    "handover": ("handover:handover", "Write a shift report in Markdown."),
    "completion": ("completion:app", "Print a script that completes commands in your shell."),
    "serve": ("serve:serve", "Run the bundled server."),
    "doctor": ("doctor:doctor", "Check what all this needs, and say what to do."),
    "smoke": ("smoke:smoke", "Check the whole way of an alert, step by step."),
}


class _LazyGroup(TyperGroup):
    """Knows its sub-commands by name and imports the one that is called."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 # typer's
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 # typer's
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(f"{__package__}.{module}"), name)
        return get_command(command if isinstance(command, typer.Typer) else _alone(command))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name not in _COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            from difflib import get_close_matches

            near = get_close_matches(name, _COMMANDS, 1)
            hint = f"Did you mean {near[0]}?" if near else "See: ir-console --help"
            raise UsageProblem(f"There is no command {name}", hint=hint)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 # typer's
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


def summaries() -> dict[str, str]:
    """What each command does, without loading any."""
    return {name: text for name, (_, text) in _COMMANDS.items()}


def _alone(function: Callable[..., None]) -> typer.Typer:
    single = typer.Typer(add_completion=False, rich_markup_mode=None)
    epilog = function.__dict__.get("epilog") or examples(*OF.get(function.__name__, ()))
    single.command(epilog=epilog)(function)
    return single


app = typer.Typer(
    cls=_LazyGroup,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "ir-console demo",
        "ir-console login https://soc.example",
        "ir-console alerts list --query 'severity >= high and not assignee: *'",
        "ir-console doctor",
    ),
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        sys.stdout.write(f"ir-console {version('ir-console')}\n")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def console(
    ctx: typer.Context,
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile",
            "-p",
            help="The server to use, by its name here.",
            autocompletion=profile_names,
        ),
    ] = None,
    url: Annotated[str | None, typer.Option(help="The server's address.")] = None,
    _debug: Annotated[
        bool, typer.Option("--debug", help="Show where an error comes from.")
    ] = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    """Triage live security alerts in a terminal.

    Without a command, open the console for the current profile.
    """
    _set_up_logging(debug=_is_debugging())
    ctx.obj = Asked(profile=profile, url=url)
    if ctx.invoked_subcommand is None:
        import_module(f"{__package__}.opening").open_console(ctx.obj)


def main() -> None:
    """Run the program and exit with the contract's codes."""
    # Read here and not from the parsed arguments: parsing them may be what fails.
    if sys.argv[1:3] == ["completion", "answer"]:
        # A shell waits for it: reading these arguments would take longer than the answer.
        import_module(f"{__package__}.completion").answer_at_once(sys.argv[3:])
        return
    debug = "--debug" in sys.argv[1:] or bool(os.environ.get("IR_DEBUG"))
    _set_up_logging(debug=debug)
    with errors_as_exits(debug=debug):
        code = _run()
        finish_output()
        raise SystemExit(code)


def _run() -> int:
    """The exit code; what cannot be understood is told in one line as well."""
    try:
        code = app(prog_name="ir-console", standalone_mode=False)
    except typer.Abort:
        raise UsageProblem("Nothing was done", hint="Answer what is asked.") from None
    except Exception as error:
        if (problem := _usage_problem(error)) is None:
            raise
        raise problem from error
    return code if isinstance(code, int) else 0


def _usage_problem(error: Exception) -> UsageProblem | None:
    """What the parser of arguments complains of; None where it is none of its complaints.

    Where its classes live depends on the version of typer, so they are known by what they have.
    """
    say, context = getattr(error, "format_message", None), getattr(error, "ctx", None)
    if say is None:
        return None
    if type(error).__name__ == "NoArgsIsHelpError":
        sys.stderr.write(f"{say()}\n")
        raise SystemExit(ExitCode.USAGE)
    path = context.command_path if context is not None else "ir-console"
    return UsageProblem(say().replace("Value error, ", ""), hint=f"See: {path} --help")


def _is_debugging() -> bool:
    # Not from the parsed arguments: parsing them may be what fails.
    return "--debug" in sys.argv[1:] or bool(os.environ.get("IR_DEBUG"))


def _set_up_logging(*, debug: bool) -> None:
    """Commands tell people what they must know themselves; the log is for looking closer."""
    import logging  # not for `--help`, which has nothing to log

    root = logging.getLogger()
    if not root.handlers:
        # Without any handler, Python writes warnings into the middle of what we show.
        root.addHandler(logging.NullHandler())
    if debug:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s"))
        # Ours alone: those of libraries quote headers and addresses with tokens in them.
        for name in ("ir_client", "ir_console"):
            logging.getLogger(name).setLevel(logging.DEBUG)
            logging.getLogger(name).addHandler(handler)
