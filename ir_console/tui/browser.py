"""Hand a link to the browser of this machine, if it has one with a window.

A text browser would take the terminal away from the console, and what a browser writes to the
terminal would be drawn into it. The link is one that a person has confirmed.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping


def browser_command(
    env: Mapping[str, str] | None = None, *, platform: str = sys.platform
) -> str | None:
    """The program that opens a link in a window, or None where there is none."""
    env = os.environ if env is None else env
    if platform == "darwin":
        return shutil.which("open")
    if env.get("DISPLAY") or env.get("WAYLAND_DISPLAY"):
        return shutil.which("xdg-open")
    return None


def open_in_browser(url: str) -> bool:
    """Open an http or https link; False where it cannot be. Raises ValueError for other ones."""
    if not url.startswith(("http://", "https://")):
        raise ValueError("only http and https links are opened")
    command = browser_command()
    if command is None:
        return False
    try:
        subprocess.Popen(
            [command, url],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    return True
