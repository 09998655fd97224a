"""The screen as text and as a picture.

The one place that looks into the toolkit's compositor; a test fails if that changes.
"""

from pathlib import Path

from textual.app import App


def screen_text(app: App[None]) -> str:
    """What is on the screen, line by line, without colours."""
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


def save_picture(app: App[None], path: Path, *, title: str = "IR Console") -> None:
    """Write what is on the screen as an SVG file."""
    path.write_text(app.export_screenshot(title=title, simplify=True), encoding="utf-8")
