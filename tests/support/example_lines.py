"""Examples in documents and helps, as command lines of `ir-console`."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .commands import all_commands

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))

_BLOCK = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"`((?:IR_\w+=\S+ )*ir-console [^`]+)`")
_INSIDE = re.compile(r"\$\((ir-console [^)]*)\)")
_VARIABLE = re.compile(r"(IR_[A-Z_]+)=(.*)")
_REDIRECTIONS = {"<", ">", ">>", "2>"}


@dataclass(frozen=True)
class Example:
    """What is run of a line: the part of the pipe that is ours, and what stands before it."""

    line: str
    words: tuple[str, ...]
    variables: dict[str, str] = field(default_factory=dict, hash=False)


def run_examples() -> list[Example]:
    """The lines of console blocks and of helps, each once."""
    lines: dict[str, None] = {}
    for page in PAGES:
        for block in _BLOCK.findall(page.read_text()):
            lines.update(
                dict.fromkeys(
                    line[2:]
                    for line in block.splitlines()
                    if line.startswith("$ ") and "ir-console" in line
                )
            )
    for known in all_commands():
        lines.update(dict.fromkeys(known.examples))
    return [example_of(line) for line in lines]


def named_in_text() -> Iterator[tuple[str, Example]]:
    """What running text names in code, with its page."""
    for page in PAGES:
        for line in _SPAN.findall(_BLOCK.sub("", page.read_text())):
            yield page.name, example_of(line)


def example_of(line: str) -> Example:
    """The part of a line that is ours."""
    inside = _INSIDE.search(line)
    words = shlex.split(inside[1] if inside else line, comments=True)
    stages: list[list[str]] = [[]]
    for word in words:
        if word == "|":
            stages.append([])
        else:
            stages[-1].append(word)
    stage = next((one for one in stages if "ir-console" in one), [])
    variables, ours, is_file = {}, [], False
    for word in stage:
        if is_file or word in _REDIRECTIONS:
            is_file = word in _REDIRECTIONS
        elif not ours and (found := _VARIABLE.fullmatch(word)):
            variables[found[1]] = found[2]
        else:
            ours.append(word)
    return Example(line, tuple(ours), variables)
