"""No text of the console names a key that can be changed: it asks the keymap which key it is."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

CONSOLE = Path(__file__).parents[2] / "ir_console"
FILES = sorted((*CONSOLE.glob("tui/**/*.py"), *CONSOLE.glob("model/**/*.py")))

# A letter or sign as a word before another word: "W shows them", "n N next", "/ changes it". Not
# "a" and "I", which are words, too.
LETTER = re.compile(r"(?<![^\s(·;,:“])[b-zB-HJ-Z?/=!-](?: [A-Za-z])* [a-z]{3,}")
NAMED = re.compile(r"\b(?:Ctrl-[A-Z]|Tab|Space|PgDn|PgUp|F\d+)\b.* [a-z]{3,}")
# Keys of the toolkit's lines, of a form before there are settings, and the names of keys.
FIXED = {"   Ctrl-U", "Enter goes on and logs in · F2 shows a demo first · Esc leaves"}


def texts_of(file: Path) -> Iterator[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    scopes = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    said_of = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, scopes) and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in said_of:
            assert isinstance(node, ast.Constant)
            yield str(node.value)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(CONSOLE)))
def test_words_ask_the_keymap_for_keys(file: Path) -> None:
    found = [text for text in texts_of(file) if LETTER.search(text) or NAMED.search(text)]
    assert set(found) <= FIXED


@pytest.mark.parametrize(
    "text",
    ["W shows them", "n N next, previous", "Nothing · f follows", "/ changes it", "Tab puts it in"],
)
def test_a_key_in_words_is_seen(text: str) -> None:
    assert LETTER.search(text) or NAMED.search(text)
