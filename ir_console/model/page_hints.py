"""What the keys of a page do, in its bottom line."""

from collections.abc import Iterable

from .keymap import USUAL, Keymap
from .spans import Line, Span, Tone, spread, width_of


def page_hints(ids: Iterable[str], width: int, keymap: Keymap = USUAL, *, news: Line = ()) -> Line:
    """The page's own keys as far as there is room, or the news; and how it is left."""
    leave = keymap.use("page.leave")
    end = (Span(f" {leave.first_key} ", Tone.KEY), Span(f"{leave.hint} ", Tone.MUTED))
    line: list[Span] = [Span(" ")]
    for use_id in ids:
        use = keymap.use(use_id)
        hint = (Span(f"{use.first_key} ", Tone.KEY), Span(f"{use.hint}  "))
        if width_of([*line, *hint, *end]) <= width:
            line.extend(hint)
    return spread(news or tuple(line), end, width)
