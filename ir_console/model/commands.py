"""The commands of the `:` line: what there is, what was typed, and what may be meant.

Everything that a key does is a command by its id; beside these there are those that need a word
more. One table serves the line, its completion, the help and the palette.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ir_client.errors import QueryError

from .arranging import GROUP_KINDS, SORT_KINDS, Sort, read_group, read_sort
from .columns import COLUMN_NAMES, read_columns
from .completion import NOTHING, Completion, complete
from .filter_lines import Mistake
from .filters import Filter, read_filter
from .keymap import Keymap
from .keys import KeyUse
from .saved_views import View, ViewList


@dataclass(frozen=True, slots=True)
class SortBy:
    sort: Sort


@dataclass(frozen=True, slots=True)
class GroupBy:
    group: str


@dataclass(frozen=True, slots=True)
class ShowColumns:
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UseTheme:
    word: str


@dataclass(frozen=True, slots=True)
class GoTo:
    alert_id: int


@dataclass(frozen=True, slots=True)
class FilterBy:
    """Nothing means the filter of the view."""

    wanted: Filter | None


@dataclass(frozen=True, slots=True)
class KeepView:
    name: str


@dataclass(frozen=True, slots=True)
class OpenProfile:
    """No name asks which one."""

    name: str


Look = View | KeepView | SortBy | GroupBy | ShowColumns | UseTheme | GoTo | FilterBy
"""Another way to look at the alerts."""
Deed = KeyUse | Look | OpenProfile
"""What a command is for: what a key does, a view that is to be shown, …"""


@dataclass(frozen=True, slots=True)
class World:
    """What commands may be about."""

    keymap: Keymap
    views: ViewList
    themes: tuple[str, ...]
    profiles: tuple[str, ...] = ()


class CommandError(ValueError):
    """A command that cannot be done: the place of the text that is meant, and what to write."""

    def __init__(self, words: str, *, start: int, length: int, hint: str) -> None:
        super().__init__(words)
        self.mistake = Mistake(start, max(1, length), words, hint)


@dataclass(frozen=True, slots=True)
class Command:
    """A command that takes words; `texts` are those that may be meant."""

    name: str
    usage: str
    words: str
    read: Callable[[str, World], Deed]
    texts: Callable[[World], Iterable[str]] = lambda _: ()


def _view(text: str, world: World) -> Deed:
    verb, _, name = text.partition(" ")
    if verb == "save" and world.views.named(text) is None:
        if not name.strip():
            raise ValueError("Give it a name: :view save Night")
        return KeepView(name.strip()[:40])
    if text.isdecimal() and (numbered := world.views.numbered(int(text))):
        return numbered
    found = world.views.named(text)
    if found is None:
        raise ValueError(f"There are {', '.join(view.title for view in world.views.views)}")
    return found


def _columns(text: str, _: World) -> Deed:
    names = text.replace(",", " ").lower().split()
    return ShowColumns(() if names in ([], ["default"]) else read_columns(names))


def _theme(text: str, world: World) -> Deed:
    if text not in world.themes:
        raise ValueError(f"There are {', '.join(world.themes)}")
    return UseTheme(text)


def _go_to(text: str, _: World) -> Deed:
    number = text.removeprefix("#")
    if not (number.isdecimal() and number.isascii() and 0 < len(number) < 19):
        raise ValueError("Write the number of an alert: :goto 1042")
    return GoTo(int(number))


def _filter(text: str, _: World) -> Deed:
    return FilterBy(read_filter(text) if text else None)


def _profile(text: str, world: World) -> Deed:
    if text and text not in world.profiles:
        raise ValueError(f"There are {', '.join(world.profiles) or 'no others here'}")
    return OpenProfile(text)


def _key(use_id: str) -> Callable[[str, World], Deed]:
    def read(text: str, world: World) -> Deed:
        if text:
            raise ValueError("It takes no words")
        return next(use for use in world.keymap.uses if use.id == use_id)

    return read


def _and_reversed(names: Iterable[str]) -> tuple[str, ...]:
    names = tuple(names)
    return (*names, *(f"-{name}" for name in names))


COMMANDS: tuple[Command, ...] = (
    Command(
        "view",
        "view NAME",
        "show a view; view save NAME keeps what is shown as one",
        _view,
        lambda world: (*(view.name for view in world.views.views), "save "),
    ),
    Command(
        "sort",
        "sort BY",
        "sort, -BY the other way round; the same again lets rows settle",
        lambda text, _: SortBy(read_sort(text)),
        lambda _: _and_reversed(SORT_KINDS),
    ),
    Command(
        "group",
        "group BY",
        "group by rule, host, address, user or correlation; none ends it",
        lambda text, _: GroupBy(read_group(text)),
        lambda _: (*GROUP_KINDS, "none"),
    ),
    Command(
        "columns",
        "columns NAME …",
        "show these columns; default are those that fit",
        _columns,
        lambda _: (*COLUMN_NAMES, "default"),
    ),
    Command("filter", "filter QUERY", "filter; without a query, as the view does", _filter),
    Command("goto", "goto NUMBER", "put the cursor on an alert", _go_to),
    Command("theme", "theme NAME", "use other colours", _theme, lambda world: world.themes),
    Command(
        "profile",
        "profile NAME",
        "leave for another server; without a name it asks which",
        _profile,
        lambda world: world.profiles,
    ),
    Command("help", "help", "the help", _key("console.help")),
    Command("quit", "quit", "quit", _key("console.quit")),
)
_BY_NAME = {command.name: command for command in COMMANDS}
_SHORT = {"q": "quit", "h": "help", "v": "view", "s": "sort", "g": "group", "f": "filter"}


def read_command(text: str, world: World) -> Deed:
    """What was typed behind the `:`. Raises CommandError."""
    stripped = text.strip()
    name, _, argument = stripped.partition(" ")
    start = text.find(stripped)
    use = next((use for use in world.keymap.uses if use.id == name), None)
    command = _BY_NAME.get(_SHORT.get(name, name))
    if command is None and use is not None and not argument:
        return use
    if command is None:
        near = complete_command(name, len(name), world).texts[:3]
        hint = (
            f"Perhaps {', '.join(text.strip() for text in near)}"
            if near
            else f"{world.keymap.key('filter.complete')} names them"
        )
        words = "There is no such command" if name else "Write a command"
        raise CommandError(words, start=start, length=len(name), hint=hint)
    at = text.find(argument, start + len(name)) if argument.strip() else len(text.rstrip())
    try:
        return command.read(argument.strip(), world)
    except QueryError as error:
        mistake = Mistake.of(error)
        raise CommandError(
            mistake.words, start=at + mistake.start, length=mistake.length, hint=mistake.hint
        ) from None
    except ValueError as error:
        raise CommandError(
            f"Not for :{command.usage}", start=at, length=len(argument.strip()), hint=str(error)
        ) from None


def complete_command(text: str, cursor: int, world: World) -> Completion:
    """What may be meant before the cursor."""
    before = text[:cursor]
    name, blank, argument = before.lstrip().partition(" ")
    if not blank:
        names = [f"{command.name} " for command in COMMANDS if command.name not in ("help", "quit")]
        names += ["help", "quit", *(use.id for use in world.keymap.uses)]
        first = [one for one in names if one.startswith(name)]
        inside = [one for one in names if name and name in one and one not in first]
        texts = tuple(one for one in (*first, *inside) if one != name)
        return Completion(cursor - len(name), name, texts) if texts else NOTHING
    command = _BY_NAME.get(_SHORT.get(name, name))
    if command is None:
        return NOTHING
    if command.name == "filter":
        shift = len(before) - len(argument)
        found = complete(argument, len(argument))
        return Completion(found.start + shift, found.typed, found.texts) if found.texts else NOTHING
    typed = argument.rpartition(" ")[2] if command.name == "columns" else argument
    known = command.texts(world)
    texts = tuple(
        one for one in known if one.casefold().startswith(typed.casefold()) and one != typed
    )
    return Completion(cursor - len(typed), typed, texts) if texts else NOTHING
