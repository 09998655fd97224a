"""From a key to its paint, seen from outside."""

import re
import time
from collections.abc import Iterable

from bench.terminal import Terminal

# The mark of the cursor, and the number in the title of its alert.
AT_CURSOR = re.compile(r"❯[^❯]{0,120}?Q(\d{7})")
_PATIENCE_SECONDS = 30.0
PAUSE_SECONDS = 0.15


def moved(terminal: Terminal, keys: Iterable[str], *, pause: float = PAUSE_SECONDS) -> list[float]:
    """Milliseconds from each key to the painted cursor on another alert."""
    samples = []
    at = _cursor(terminal)
    for key in keys:
        at = _cursor(terminal) or at
        terminal.forget()
        typed = terminal.press(key)
        while (now := _cursor(terminal)) is None or now == at:
            arrived = terminal.read(5.0)
            if arrived is None or arrived - typed > _PATIENCE_SECONDS:
                raise TimeoutError(f"{key!r} was never painted")
        at = now
        samples.append((arrived - typed) * 1000)
        terminal.read_for(pause)
    return samples


def answered(terminal: Terminal, key: str, pattern: str, *, seconds: float) -> float:
    """Milliseconds from a key until a pattern is painted, or anything at all where it is not."""
    terminal.forget()
    typed = terminal.press(key)
    first: float | None = None
    while (left := typed + seconds - time.monotonic()) > 0:
        arrived = terminal.read(left)
        if arrived is not None and re.search(pattern, terminal.painted):
            return (arrived - typed) * 1000
        first = first or arrived
    if first is None:
        first = terminal.read(_PATIENCE_SECONDS)
    if first is None:
        raise TimeoutError(f"{key!r} was not answered")
    return (first - typed) * 1000


def up_and_down(count: int) -> Iterable[str]:
    """`j` and `k` in turns."""
    return ("k" if number % 2 else "j" for number in range(count))


def _cursor(terminal: Terminal) -> str | None:
    found = AT_CURSOR.findall(terminal.painted)
    return found[-1] if found else None


def settled(terminal: Terminal, seconds: float) -> None:
    """Wait for the first rows and some time more, and leave the newest alert."""
    terminal.wait_for(AT_CURSOR.pattern, seconds=300)
    terminal.read_for(seconds)
    terminal.press("jjjj")
    terminal.read_for(1.0)
