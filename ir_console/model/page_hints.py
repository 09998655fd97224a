"""What the keys of a page do, in its bottom line."""

from collections.abc import Iterable

from .keymap import Keymap
from .spans import Line, Span, Tone, spread, width_of

_USUAL = Keymap()


def page_hints(
    ids: Iterable[str], width: int, keymap: Keymap | None = None, *, news: Line = ()
) -> Line:
    """The page's own keys as far as there is room, or the news; and how it is left."""
    uses = {use.id: use for use in (keymap or _USUAL).page_uses}
    leave = uses["page.leave"]
    end = (Span(f" {leave.first_key} ", Tone.KEY), Span(f"{leave.hint} ", Tone.MUTED))
    line: list[Span] = [Span(" ")]
    for use_id in ids:
        hint = (Span(f"{uses[use_id].first_key} ", Tone.KEY), Span(f"{uses[use_id].hint}  "))
        if width_of([*line, *hint, *end]) <= width:
            line.extend(hint)
    return spread(news or tuple(line), end, width)
