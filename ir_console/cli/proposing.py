"""What may stand at the end of a command line that is being typed.

Walks from word to word as the parser of arguments would, and forgives what is not finished.
"""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .completing import input_formats


class Proposal(NamedTuple):
    """A text that may stand there, and what it means."""

    text: str
    help: str = ""


def words_of(line: str) -> tuple[list[str], bool]:
    """The words of a line, the last one unfinished or empty; and whether it has an open quote."""
    for quote in ("", "'", '"'):
        try:
            words = shlex.split(f"{line}{quote}")
        except ValueError:
            continue
        # A quote that we had to close makes a word, also an empty one.
        if not quote and (not line or line[-1].isspace()):
            words.append("")
        return words, bool(quote)
    return [*line.split(), ""], False


@dataclass(slots=True)
class Place:
    """Where the walk is: a command, how many arguments it has, an option that wants a value."""

    command: Any
    context: Any
    arguments: int = 0
    option: Any = None
    is_closed: bool = False
    """Behind `--` nothing is an option."""
    seen: set[str] = field(default_factory=set)


def proposals(words: list[str]) -> list[Proposal]:
    """What may stand for the last word; nothing where only files or free text can."""
    *done, incomplete = words or [""]
    place = beginning()
    for word in done:
        place = after(place, word)
    return list(_proposed(place, incomplete))


def beginning() -> Place:
    """Behind the name of the program."""
    from typer.main import get_command

    from .app import app

    root = get_command(app)
    return Place(root, _context(root, "ir-console", None))


def after(place: Place, word: str) -> Place:
    """Where the walk is behind one more word; the place may be the same one, changed."""
    if place.option is not None:
        place.option = None
    elif word == "--":
        place.is_closed = True
    elif word.startswith("-") and not place.is_closed:
        name, is_joined, _ = word.partition("=")
        place.seen.add(name)
        option = option_named(place, name)
        place.option = option if _wants_value(option) and not is_joined else None
    elif (below := _below(place, word)) is not None:
        return below
    else:
        place.arguments += 1
    return place


def _proposed(place: Place, incomplete: str) -> Iterator[Proposal]:
    if place.option is not None:
        yield from _values(place, place.option, incomplete)
    elif incomplete.startswith("--") and "=" in incomplete and not place.is_closed:
        name, _, value = incomplete.partition("=")
        option = option_named(place, name)
        if option is not None:
            for one in _values(place, option, value):
                yield Proposal(f"{name}={one.text}", one.help)
    elif incomplete.startswith("-") and not place.is_closed:
        yield from _options(place, incomplete)
    elif hasattr(place.command, "list_commands"):
        # One that is not known is not followed by another.
        yield from () if place.arguments else _commands(place, incomplete)
    else:
        arguments = [one for one in _params(place) if one.param_type_name == "argument"]
        if arguments and (place.arguments < len(arguments) or arguments[-1].nargs == -1):
            wanted = arguments[min(place.arguments, len(arguments) - 1)]
            yield from _values(place, wanted, incomplete)


def _below(place: Place, word: str) -> Place | None:
    if not hasattr(place.command, "get_command"):
        return None
    command = place.command.get_command(place.context, word)
    if command is None:
        return None
    return Place(command, _context(command, word, place.context))


def _context(command: Any, name: str, parent: Any) -> Any:
    # Not `make_context`, which reads arguments, and loads for that what takes longer than all else.
    return command.context_class(command, info_name=name, parent=parent, resilient_parsing=True)


def _commands(place: Place, incomplete: str) -> Iterator[Proposal]:
    from .app import summaries

    known = summaries() if place.context.parent is None else {}
    for name in place.command.list_commands(place.context):
        if not name.startswith(incomplete):
            continue
        if name in known:
            # Without loading what it does.
            yield Proposal(name, known[name])
            continue
        command = place.command.get_command(place.context, name)
        if not command.hidden:
            yield Proposal(name, command.get_short_help_str(80))


def _options(place: Place, incomplete: str) -> Iterator[Proposal]:
    for option in _params(place):
        names = [*option.opts, *option.secondary_opts]
        if option.param_type_name != "option" or option.hidden:
            continue
        if place.seen.intersection(names) and not option.multiple:
            continue
        for name in names:
            if name.startswith(incomplete) and (name.startswith("--") or incomplete != "--"):
                yield Proposal(name, option.help or "")


def _values(place: Place, param: Any, incomplete: str) -> Iterator[Proposal]:
    if (place.context.info_name, *param.opts) == ("ingest", "--format"):
        yield from map(Proposal, input_formats(incomplete))
        return
    for item in param.shell_complete(place.context, incomplete):
        # A file or a directory is the shell's to complete.
        if item.type == "plain" and item.value.startswith(incomplete):
            yield Proposal(item.value, item.help or "")


def _params(place: Place) -> list[Any]:
    return list(place.command.get_params(place.context))


def option_named(place: Place, name: str) -> Any:
    """The option of the command that is called so, or None."""
    for param in _params(place):
        if name in param.opts or name in param.secondary_opts:
            return param
    return None


def _wants_value(option: Any) -> bool:
    return option is not None and not (option.is_flag or option.count)
