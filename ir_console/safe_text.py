"""The only way alert text reaches a terminal.

Alert text is written by attackers. A terminal obeys control sequences in it, reorders it at bidi
controls and hides zero-width characters, and the toolkit passes nearly all of them through. Here
every such character becomes visible, because to an analyst the hidden character is the evidence.
What comes out is printable, encodable as UTF-8, and bounded; it is still not markup, and must
never be parsed as such.
"""

from collections.abc import Iterator
from unicodedata import category, combining

LINE_LIMIT = 1000
BLOCK_LIMIT = 100_000

# More marks on one base than any script needs; a pile of them paints over the neighbouring rows.
_MAX_MARKS = 3

# Controls, formats (bidi, zero width, tags), surrogates, private use, unassigned, line separators.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

# Letters and symbols by category, blank to the eye.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")

# They only choose between a character's text and emoji look, and terminals disagree on the width.
_PRESENTATION = frozenset("\ufe0e\ufe0f")


def safe_text(text: str, limit: int = LINE_LIMIT) -> str:
    """Return `text` as one printable line, hidden characters visible, of at most `limit`."""
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text  # nearly all are so
    head = text[: limit + 1]
    if not (head.isascii() and head.isprintable()):
        head = "".join(_visible(head))
    if len(head) > limit:
        return head[: max(0, limit - 1)] + "…"
    return head


def safe_block(text: str, limit: int = BLOCK_LIMIT) -> str:
    """Return `text` printable like `safe_text`, its line breaks kept and its tabs as blanks."""
    head = text[: limit + 1].replace("\r\n", "\n").replace("\t", "    ")
    block = "\n".join("".join(_visible(line)) for line in head.split("\n"))
    if len(block) > limit:
        return block[: max(0, limit - 1)] + "…"
    return block


def _visible(text: str) -> Iterator[str]:
    marks = 0
    has_base = False
    for char in text:
        if char in _PRESENTATION:
            continue
        if not _is_mark(char):
            marks = 0
            has_base = True
            yield _shown(char)
            continue
        marks += 1
        if not has_base:
            has_base = True
            yield "◌"
        if marks <= _MAX_MARKS:
            yield char
        elif marks == _MAX_MARKS + 1:
            yield "\ufffd"


def _is_mark(char: str) -> bool:
    return char > "\u02ff" and (combining(char) != 0 or category(char) in {"Mn", "Me"})


def _shown(char: str) -> str:
    if " " <= char <= "~":
        return char
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    kind = category(char)
    if kind == "Zs":
        return " "
    if kind in _HIDDEN or char in _BLANK:
        return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return char
