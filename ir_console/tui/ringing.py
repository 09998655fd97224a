"""Ring the terminal's bell, or have it show a notice (OSC 9): words of our own and nothing else.

The one place that writes to the terminal past the toolkit; a test fails if that changes.
"""

from textual.app import App

from ir_console.model.format import plural


def ring(app: App[None], critical_count: int, *, bell: bool, notice: bool) -> None:
    """Call the analyst for so many critical alerts."""
    if bell:
        app.bell()
    if notice and app._driver is not None:
        # No word of an alert in it: whoever writes one would write to the desktop.
        app._driver.write(f"\x1b]9;IR Console: {plural(critical_count, 'new critical alert')}\x07")
