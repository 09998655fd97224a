"""The colours of each theme as data, and the contrast that makes them legible.

Contrast is that of WCAG 2: text needs 4.5, high contrast 7. A test holds every theme to it.
"""

from dataclasses import dataclass

from .spans import Tone


@dataclass(frozen=True, slots=True)
class Palette:
    """A theme: colours as `#rrggbb`."""

    name: str
    is_dark: bool
    background: str
    bar: str
    cursor: str
    cursor_text: str
    rule: str
    critical_background: str
    alarm: str
    alarm_text: str
    good: str
    good_text: str
    tones: dict[Tone, str]

    def color(self, tone: Tone) -> str:
        return self.tones[tone]


DARK = Palette(
    name="ir-dark",
    is_dark=True,
    background="#10141b",
    bar="#1a212c",
    cursor="#26405f",
    cursor_text="#ffffff",
    rule="#2c3747",
    critical_background="#4a1722",
    alarm="#8a5a00",
    alarm_text="#ffffff",
    good="#1f6b45",
    good_text="#ffffff",
    tones={
        Tone.TEXT: "#d3dae6",
        Tone.STRONG: "#ffffff",
        Tone.MUTED: "#94a1b5",
        Tone.ACCENT: "#6cb8ff",
        Tone.KEY: "#8fd0ff",
        Tone.OK: "#78d69b",
        Tone.WARNING: "#f2c14e",
        Tone.ERROR: "#ff9a9a",
        Tone.CRITICAL: "#ff9aa5",
        Tone.HIGH: "#ffab5e",
        Tone.MEDIUM: "#e8d06d",
        Tone.LOW: "#8ccfae",
        Tone.INFO: "#a6b6cc",
    },
)

LIGHT = Palette(
    name="ir-light",
    is_dark=False,
    background="#fbfbf9",
    bar="#ebeef2",
    cursor="#cfe3fa",
    cursor_text="#0b1a2b",
    rule="#c6ced8",
    critical_background="#fbdade",
    alarm="#8a4b00",
    alarm_text="#ffffff",
    good="#1c6b3f",
    good_text="#ffffff",
    tones={
        Tone.TEXT: "#26303c",
        Tone.STRONG: "#05090f",
        Tone.MUTED: "#4f5b6a",
        Tone.ACCENT: "#0b5cad",
        Tone.KEY: "#0b5cad",
        Tone.OK: "#176138",
        Tone.WARNING: "#7a4a00",
        Tone.ERROR: "#a3121f",
        Tone.CRITICAL: "#9c0f28",
        Tone.HIGH: "#8f3d00",
        Tone.MEDIUM: "#6b5200",
        Tone.LOW: "#1f6045",
        Tone.INFO: "#45566b",
    },
)

HIGH_CONTRAST = Palette(
    name="ir-high-contrast",
    is_dark=True,
    background="#000000",
    bar="#000000",
    cursor="#ffff00",
    cursor_text="#000000",
    rule="#ffffff",
    critical_background="#5c0000",
    alarm="#ffff00",
    alarm_text="#000000",
    good="#00ff7f",
    good_text="#000000",
    tones={
        Tone.TEXT: "#ffffff",
        Tone.STRONG: "#ffffff",
        Tone.MUTED: "#e0e0e0",
        Tone.ACCENT: "#66e0ff",
        Tone.KEY: "#ffff00",
        Tone.OK: "#5cff9d",
        Tone.WARNING: "#ffff00",
        Tone.ERROR: "#ffc2c2",
        Tone.CRITICAL: "#ffd0d0",
        Tone.HIGH: "#ffc266",
        Tone.MEDIUM: "#ffff80",
        Tone.LOW: "#9dffc8",
        Tone.INFO: "#d6e4ff",
    },
)

# Blue, yellow, orange and pink, each of another lightness: they differ also without red or green
# cones, or blue ones. A test looks at them with such eyes.
COLOR_BLIND = Palette(
    name="ir-color-blind",
    is_dark=True,
    background="#0f1318",
    bar="#1a2129",
    cursor="#1f4a7a",
    cursor_text="#ffffff",
    rule="#303b48",
    critical_background="#5c1240",
    alarm="#8a4a00",
    alarm_text="#ffffff",
    good="#0a5a96",
    good_text="#ffffff",
    tones={
        Tone.TEXT: "#d6dde6",
        Tone.STRONG: "#ffffff",
        Tone.MUTED: "#97a3b3",
        Tone.ACCENT: "#6fb7f5",
        Tone.KEY: "#9fd0fa",
        Tone.OK: "#56b4e9",
        Tone.WARNING: "#ffe08a",
        Tone.ERROR: "#ff8a4a",
        Tone.CRITICAL: "#ffb3da",
        Tone.HIGH: "#e57a00",
        Tone.MEDIUM: "#f0e25a",
        Tone.LOW: "#4fa6e6",
        Tone.INFO: "#86929f",
    },
)

PALETTES: dict[str, Palette] = {
    theme.name: theme for theme in (DARK, LIGHT, HIGH_CONTRAST, COLOR_BLIND)
}

THEME_WORDS: dict[str, str] = {
    "dark": DARK.name,
    "light": LIGHT.name,
    "high-contrast": HIGH_CONTRAST.name,
    "color-blind": COLOR_BLIND.name,
}


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(int(color[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
