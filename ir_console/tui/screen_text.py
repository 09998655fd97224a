"""The screen as text and as a picture.

The one place that looks into the toolkit's compositor; a test fails if that changes.
"""

import re
from pathlib import Path

from textual.app import App

_FONT_FACES = re.compile(r"@font-face \{[^}]*\}\s*")
_FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"


def screen_text(app: App[None]) -> str:
    """What is on the screen, line by line, without colours."""
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


def save_picture(app: App[None], path: Path, *, title: str = "IR Console") -> None:
    """Write what is on the screen as an SVG file that needs nothing from elsewhere."""
    picture = _FONT_FACES.sub("", app.export_screenshot(title=title, simplify=False))
    picture = picture.replace("Fira Code, monospace", _FONTS)
    # Some viewers drop leading blanks without it, and the columns shift.
    picture = picture.replace('<svg class="', '<svg xml:space="preserve" class="', 1)
    path.write_text(picture, encoding="utf-8")
