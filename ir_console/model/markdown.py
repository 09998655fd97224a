"""Texts as Markdown that stays text: the only way an alert's words get into a Markdown file.

What is escaped can be no heading, link, picture, HTML or table cell of its own; control characters
are visible by then, so that the file is safe to show in a terminal too.
"""

import re
from collections.abc import Iterable, Sequence

from ir_console.safe_text import safe_text

_ACTIVE = re.compile(r"([\\`*_{}\[\]<>()#+!|~&])")
CELL_LIMIT = 2_000


def as_markdown(text: str, limit: int = CELL_LIMIT) -> str:
    """One line of Markdown that shows the first `limit` characters of `text` as they are."""
    return _ACTIVE.sub(r"\\\1", safe_text(text, limit))


def table_head(titles: Sequence[str]) -> str:
    """The first two lines of a table; the titles are ours."""
    return f"| {' | '.join(titles)} |\n|{'---|' * len(titles)}\n"


def table_row(cells: Iterable[str]) -> str:
    """One line of a table; the cells are texts, not Markdown."""
    return f"| {' | '.join(as_markdown(cell) for cell in cells)} |\n"
