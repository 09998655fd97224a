"""Where the value of a field comes from, as data: paths, words, numbers, or a function.

A source gives values in order of preference; the field's own reader takes what it can use. Each can
say what it does, and docs/formats.md is held to that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Protocol

from ir_client.wire.base import JsonObject

from .attack import threat_of
from .fields import as_number, as_text, read_techniques
from .outcomes import RecordError, quoted
from .paths import Path


class FieldSource(Protocol):
    """What a mapping asks of a source."""

    def values(self, record: JsonObject) -> list[object]:
        """What `record` has for the field, the best first."""
        ...

    def described(self) -> str:
        """The same in words, for people."""
        ...


class At:
    """What lies at some paths; all of them for lists, the first that fits for single values."""

    __slots__ = ("paths",)

    def __init__(self, *paths: str) -> None:
        self.paths = tuple(Path(path) for path in paths)

    def values(self, record: JsonObject) -> list[object]:
        if len(self.paths) == 1:
            return self.paths[0].values_in(record)
        found: list[object] = []
        for path in self.paths:
            found += path.values_in(record)
        return found

    def described(self) -> str:
        return ", ".join(f"`{path.text}`" for path in self.paths)


class Sentence:
    """A text with `{path}` in it; nothing unless each of the paths has a value."""

    __slots__ = ("_pieces", "_template")

    def __init__(self, template: str) -> None:
        self._template = template
        self._pieces = tuple(
            (literal, Path(path) if path else None)
            for literal, path, _, _ in Formatter().parse(template)
        )

    def values(self, record: JsonObject) -> list[object]:
        text = ""
        for literal, path in self._pieces:
            text += literal
            if path is None:
                continue
            found = next((t for v in path.values_in(record) if (t := as_text(v))), "")
            if not found:
                return []
            text += found
        return [text]

    def described(self) -> str:
        return f"“{self._template}”"


class Fixed:
    """The same value for every record."""

    __slots__ = ("_value",)

    def __init__(self, value: object) -> None:
        self._value = value

    def values(self, record: JsonObject) -> list[object]:  # noqa: ARG002 # a source's
        return [self._value]

    def described(self) -> str:
        return f"always `{self._value}`"


class Worked:
    """What a function makes of the record: a value, a list of them, or None."""

    __slots__ = ("_function", "_in_words")

    def __init__(self, function: Callable[[JsonObject], object], in_words: str) -> None:
        self._function = function
        self._in_words = in_words

    def values(self, record: JsonObject) -> list[object]:
        value = self._function(record)
        if isinstance(value, list):
            return value
        return [] if value is None else [value]

    def described(self) -> str:
        return self._in_words


class FirstOf:
    """The values of several sources, one behind the other."""

    __slots__ = ("sources",)

    def __init__(self, *sources: FieldSource) -> None:
        self.sources = sources

    def values(self, record: JsonObject) -> list[object]:
        return [value for source in self.sources for value in source.values(record)]

    def described(self) -> str:
        return ", else ".join(source.described() for source in self.sources)


class Words:
    """A word at some paths, looked up in a table without regard to case.

    `part=True` takes parts of the words: the first entry of the table that any of them contains.
    """

    __slots__ = ("_at", "_part", "_table")

    def __init__(self, *paths: str, table: Mapping[str, object], part: bool = False) -> None:
        self._at = At(*paths)
        self._table = {word.lower(): value for word, value in table.items()}
        self._part = part

    def values(self, record: JsonObject) -> list[object]:
        found = self._at.values(record)
        if not found:
            return []
        words = [as_text(value).lower() for value in found]
        if self._part:
            text = "\n".join(words)
            return [entry for part, entry in self._table.items() if part in text]
        return [self._table[word] for word in words if word in self._table]

    def described(self) -> str:
        words_of: dict[object, list[str]] = {}
        for word, value in self._table.items():
            words_of.setdefault(value, []).append(word)
        how = " contains" if self._part else ""
        groups = "; ".join(f"{', '.join(words)} → {value}" for value, words in words_of.items())
        return f"{self._at.described()}{how}: {groups}"


def ways_to(source: FieldSource) -> tuple[Callable[[JsonObject], list[object]], ...]:
    """What a field that takes one value asks one by one, until something fits."""
    match source:
        case At(paths=paths):
            return tuple(path.values_in for path in paths)
        case FirstOf(sources=sources):
            return tuple(way for one in sources for way in ways_to(one))
    return (source.values,)


class ByAttack:
    """The threat type that ATT&CK techniques and tactics at some paths tell; nothing if none.

    A mapping does the same where it has no source for the threat type, or that finds nothing:
    this is for formats that have something less telling to fall back on.
    """

    __slots__ = ("_tactics", "_techniques")

    def __init__(self, *, techniques: At, tactics: At) -> None:
        self._techniques = techniques
        self._tactics = tactics

    def values(self, record: JsonObject) -> list[object]:
        techniques = read_techniques(self._techniques.values(record)) or ()
        threat = threat_of(techniques, map(as_text, self._tactics.values(record)))
        return [] if threat == "unknown" else [threat]

    def described(self) -> str:
        return "by the ATT&CK technique, else by its tactic"


@dataclass(frozen=True, slots=True)
class Share:
    """A number at some paths, divided: a percentage becomes a share of 1 with `of=100`."""

    at: At
    of: float

    def values(self, record: JsonObject) -> list[object]:
        numbers = (as_number(value) for value in self.at.values(record))
        return [number / self.of for number in numbers if number is not None]

    def described(self) -> str:
        return f"{self.at.described()} ÷ {self.of:g}"


class Scale:
    """A number at some paths, by the first limit that it does not exceed.

    `up_to` holds (limit, value) pairs, limits growing; a number above all of them, or below
    `least`, is an error: it would misplace the alert.
    """

    __slots__ = ("_at", "_least", "_up_to")

    def __init__(
        self, *paths: str, up_to: tuple[tuple[float, object], ...], least: float = 0
    ) -> None:
        self._at = At(*paths)
        self._up_to = up_to
        self._least = least

    def values(self, record: JsonObject) -> list[object]:
        for value in self._at.values(record):
            number = as_number(value)
            if number is None:
                continue
            if number >= self._least:
                for limit, entry in self._up_to:
                    if number <= limit:
                        return [entry]
            raise RecordError(
                f"{self._at.described().replace('`', '')} is {quoted(value)}; "
                f"it goes from {self._least:g} to {self._up_to[-1][0]:g}"
            )
        return []

    def described(self) -> str:
        steps = ", ".join(f"to {limit:g} {entry}" for limit, entry in self._up_to)
        return f"{self._at.described()} from {self._least:g}: {steps}"
