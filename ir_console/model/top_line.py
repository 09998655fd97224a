"""The top line: the connection at the left, who is looking at what at the right."""

from ir_client.wire.auth import UserRef
from ir_console.safe_text import safe_text

from .link import Bar, BarLook
from .spans import Line, Span, Tone, spread, width_of

_MOST_RIGHT_SHARE = 2


def top_line(bar: Bar, *, profile: str, me: UserRef | None, is_read_only: bool, width: int) -> Line:
    """The line at the top; when the connection is in trouble, its words take the whole line."""
    name = (Span(" IR Console  ", Tone.ACCENT),) if width >= 100 else (Span(" "),)
    left = (*name, *bar.spans)
    right = _right(profile, me, is_read_only=is_read_only)
    if bar.look is BarLook.ALARM or width_of(right) > width // _MOST_RIGHT_SHARE:
        right = ()
    return spread(left, right, width)


def _right(profile: str, me: UserRef | None, *, is_read_only: bool) -> Line:
    badge = (Span(" READ-ONLY ", Tone.WARNING),) if is_read_only else ()
    who = ""
    if me is not None:
        who = f"  {safe_text(me.username, 40)} · {safe_text(me.role, 20).replace('_', ' ')}"
    return (*badge, Span(safe_text(profile, 40), Tone.MUTED), Span(who, Tone.TEXT), Span(" "))
