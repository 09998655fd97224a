"""The commands of `ir-console` as the parser of arguments knows them, and a page about them."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from typer.main import get_command

from ir_console.cli.app import app

# Said once for all commands, at the top of the page.
_EVERYWHERE = frozenset({"--profile", "--url", "--help"})


@dataclass(frozen=True)
class KnownCommand:
    """A command that does something, by its path: `alerts list`."""

    path: str
    command: Any

    @property
    def params(self) -> list[Any]:
        return [one for one in self.command.params if not getattr(one, "hidden", False)]

    @property
    def examples(self) -> list[str]:
        return examples_in(self.command.epilog)


def examples_in(epilog: str | None) -> list[str]:
    """The command lines below a help."""
    return [line[2:] for line in (epilog or "").splitlines() if line.startswith("  ")]


def all_commands() -> Iterator[KnownCommand]:
    """Every command, groups before what is in them."""
    root = get_command(app)
    yield KnownCommand("", root)
    for name in root.list_commands(None):
        command = root.get_command(None, name)
        yield KnownCommand(name, command)
        for below, inner in getattr(command, "commands", {}).items():
            yield KnownCommand(f"{name} {below}", inner)


def page() -> str:
    """What docs/commands.md says of each command."""
    return "".join(_section(one) for one in all_commands() if one.path)


def _section(known: KnownCommand) -> str:
    is_group = hasattr(known.command, "commands")
    level = "##" if " " not in known.path else "###"
    arguments = " ".join(
        _argument(one) for one in known.params if one.param_type_name == "argument"
    )
    title = f"ir-console {known.path} {arguments}".strip()
    parts = [f"{level} `{title}`\n\n", f"{_prose(known.command.help)}\n\n"]
    rows = [] if is_group else [*_rows(known)]
    if rows:
        parts += ["| option | |\n|---|---|\n", *rows, "\n"]
    lines = [] if is_group and len(known.command.commands) else known.examples
    if lines:
        parts += ["```console\n", *(f"$ {line}\n" for line in lines), "```\n\n"]
    return "".join(parts)


def _prose(text: str | None) -> str:
    return re.sub(r"(?<!\n)\n(?!\n)", " ", inspect.cleandoc(text or ""))


def _rows(known: KnownCommand) -> Iterator[str]:
    for option in known.params:
        if option.param_type_name != "option" or _EVERYWHERE.intersection(option.opts):
            continue
        names = ", ".join(f"`{name}`" for name in option.opts)
        value = "" if option.is_flag else f" `{_metavar(known, option)}`".replace("|", "\\|")
        default = option.default
        is_said = default not in (None, False, (), []) and not callable(default)
        said = f" Without it: `{default}`." if is_said else ""
        help_text = (option.help or "").replace("|", "\\|")
        yield f"| {names}{value} | {help_text}{said} |\n"


def _argument(argument: Any) -> str:
    name = argument.metavar or argument.name.upper()
    return name if argument.required else f"[{name}]"


def _metavar(known: KnownCommand, option: Any) -> str:
    """What its value is called, as the help calls it."""
    context = known.command.context_class(known.command, resilient_parsing=True)
    names, _ = option.get_help_record(context)
    text = re.sub(r"^[-\w, ]*?--[\w-]+ ", "", names).strip("<>")
    plain = {"str": "TEXT", "int": "N", "int range": "N", "float": "N", "float range": "N"}
    return plain.get(text, text)
