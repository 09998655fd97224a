"""How the screen is divided at a size."""

from enum import StrEnum

SMALLEST = (60, 15)

# Below it a dialog has no lines to spare for margins.
ROOMY_HEIGHT = 24


class Layout(StrEnum):
    """One list, list over reader, list beside reader, or pictures beside both."""

    COMPACT = "compact"
    STACKED = "stacked"
    SPLIT = "split"
    WIDE = "wide"


def layout_for(width: int, height: int) -> Layout:
    """The layout for a terminal of this size."""
    if width >= 190 and height >= 45:
        return Layout.WIDE
    if width >= 150:
        return Layout.SPLIT
    if width >= 100 and height >= 30:
        return Layout.STACKED
    return Layout.COMPACT


def has_pulse(width: int, height: int) -> bool:
    """Whether there is a line to spare for alerts a minute."""
    return layout_for(width, height) is not Layout.COMPACT and height >= 36


def is_too_small(width: int, height: int) -> bool:
    """Whether the console cannot be used at this size."""
    return width < SMALLEST[0] or height < SMALLEST[1]
