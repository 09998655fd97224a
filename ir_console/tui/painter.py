"""Turn lines of the model into strips of the terminal, in the colours of a theme.

The only place where a tone becomes a colour. Text goes into segments as it is: nothing here, or
behind it, parses markup.
"""

from enum import StrEnum

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.theme import Theme

from ir_console.model.spans import Line, Tone, fit_line
from ir_console.model.themes import Palette

_BOLD = frozenset({Tone.STRONG, Tone.CRITICAL, Tone.KEY})


class Ground(StrEnum):
    """What a line stands on."""

    PAGE = "page"
    BAR = "bar"
    CURSOR = "cursor"
    GHOST = "ghost"
    ALARM = "alarm"
    GOOD = "good"


class Painter:
    """Paints in one palette."""

    def __init__(self, palette: Palette) -> None:
        self.palette = palette
        self._styles = {
            (ground, tone): self._style(ground, tone) for ground in Ground for tone in Tone
        }

    def style(self, tone: Tone = Tone.TEXT, ground: Ground = Ground.PAGE) -> Style:
        """The style of a tone on a ground."""
        return self._styles[ground, tone]

    def strip(self, line: Line, width: int, ground: Ground = Ground.PAGE) -> Strip:
        """A line of exactly `width` cells."""
        segments = [
            Segment(span.text, self._styles[ground, span.tone]) for span in fit_line(line, width)
        ]
        return Strip(segments, width)

    def blank(self, width: int, ground: Ground = Ground.PAGE) -> Strip:
        """An empty line."""
        return Strip.blank(width, self._styles[ground, Tone.TEXT])

    def _style(self, ground: Ground, tone: Tone) -> Style:
        palette = self.palette
        color, background = palette.color(tone), palette.background
        match ground:
            case Ground.BAR:
                background = palette.bar
            case Ground.CURSOR:
                color, background = palette.cursor_text, palette.cursor
            case Ground.ALARM:
                color, background = palette.alarm_text, palette.alarm
            case Ground.GOOD:
                color, background = palette.good_text, palette.good
            case Ground.GHOST:
                color = palette.color(Tone.MUTED)
            case Ground.PAGE:
                pass
        if tone is Tone.CRITICAL and ground in (Ground.PAGE, Ground.BAR):
            background = palette.critical_background
        is_bold = tone in _BOLD and ground is not Ground.GHOST
        return Style(
            color=color, bgcolor=background, bold=is_bold, italic=ground is Ground.GHOST or None
        )


def theme_of(palette: Palette) -> Theme:
    """The toolkit's theme for a palette, for its own widgets: inputs, dialogs, the palette."""
    return Theme(
        name=palette.name,
        dark=palette.is_dark,
        primary=palette.color(Tone.ACCENT),
        secondary=palette.color(Tone.ACCENT),
        accent=palette.color(Tone.ACCENT),
        warning=palette.color(Tone.WARNING),
        error=palette.color(Tone.ERROR),
        success=palette.color(Tone.OK),
        foreground=palette.color(Tone.TEXT),
        background=palette.background,
        surface=palette.bar,
        panel=palette.bar,
        boost=palette.bar,
        text_alpha=1.0,
        variables=_variables(palette),
    )


def _variables(palette: Palette) -> dict[str, str]:
    return {
        "border": palette.rule,
        "border-blurred": palette.rule,
        "input-cursor-background": palette.color(Tone.TEXT),
        "input-cursor-foreground": palette.background,
        "input-selection-background": palette.cursor,
        "scrollbar": palette.rule,
        "scrollbar-hover": palette.color(Tone.MUTED),
        "scrollbar-active": palette.color(Tone.ACCENT),
        "scrollbar-background": palette.background,
        "scrollbar-background-hover": palette.background,
        "scrollbar-background-active": palette.background,
        "scrollbar-corner-color": palette.background,
        "block-cursor-background": palette.cursor,
        "block-cursor-foreground": palette.cursor_text,
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": palette.cursor,
        "block-cursor-blurred-foreground": palette.cursor_text,
        "footer-background": palette.bar,
        "ir-muted": palette.color(Tone.MUTED),
        "ir-rule": palette.rule,
        "ir-key": palette.color(Tone.KEY),
    }
