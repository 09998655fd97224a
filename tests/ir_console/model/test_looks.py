"""Severity without colour, colours with contrast, numbers in few cells."""

from itertools import combinations

import pytest

from ir_client.wire.values import ALERT_STATUSES, SEVERITIES
from ir_console.model.format import long_age, plural, rate, short_age, short_count
from ir_console.model.looks import severity_look, short_status_word, status_word
from ir_console.model.spans import Tone
from ir_console.model.themes import COLOR_BLIND, HIGH_CONTRAST, PALETTES, Palette, contrast
from tests.support.colour_vision import KINDS, difference


def test_severities_differ_without_colour() -> None:
    looks = [severity_look(severity) for severity in SEVERITIES]
    for one, other in combinations(looks, 2):
        assert one.mark != other.mark
        assert one.letter != other.letter
        assert one.tone is not other.tone


def test_unknown_values_show_themselves() -> None:
    assert severity_look("apocalyptic").word == "Apocalyptic"
    assert status_word("under_\x1breview") == "under_␛review"


def test_short_statuses_fit_their_column() -> None:
    assert max(len(short_status_word(status)) for status in ALERT_STATUSES) <= 11


@pytest.mark.parametrize("palette", PALETTES.values(), ids=lambda palette: palette.name)
def test_every_text_is_legible(palette: Palette) -> None:
    needed = 7.0 if palette is HIGH_CONTRAST else 4.5
    for tone in Tone:
        for ground in (palette.background, palette.bar):
            assert contrast(palette.color(tone), ground) >= needed, (tone, ground)
    pairs = (
        (palette.color(Tone.CRITICAL), palette.critical_background),
        (palette.cursor_text, palette.cursor),
        (palette.alarm_text, palette.alarm),
        (palette.good_text, palette.good),
    )
    for text, ground in pairs:
        assert contrast(text, ground) >= needed, (text, ground)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(
    ("seconds", "short", "long"),
    [
        (-5, "now", "0 s"),
        (38, "38s", "38 s"),
        (250, "4m", "4 min 10 s"),
        (7200, "2h", "2 h"),
        (190_000, "2d", "2 d 4 h"),
        (90_000_000, "2y", "1041 d 16 h"),
    ],
)
def test_ages(seconds: float, short: str, long: str) -> None:
    assert short_age(seconds) == short
    assert long_age(seconds) == long


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0"), (999, "999"), (2431, "2.4k"), (38_100, "38k"), (1_250_000, "1.2M")],
)
def test_counts(count: int, shown: str) -> None:
    assert short_count(count) == shown


def test_rates_and_plurals() -> None:
    assert (rate(0), rate(2.13), rate(1234)) == ("0/s", "2.1/s", "1.2k/s")
    assert (plural(1, "alert"), plural(12_000, "alert")) == ("1 alert", "12,000 alerts")


@pytest.mark.parametrize("kind", KINDS)
def test_colour_blind_theme_tells_severities_apart_whatever_cones_are_missing(kind: str) -> None:
    tones = [severity_look(severity).tone for severity in SEVERITIES]
    pairs = [*combinations(tones, 2), (Tone.OK, Tone.ERROR), (Tone.OK, Tone.WARNING)]
    for one, other in pairs:
        seen = difference(COLOR_BLIND.color(one), COLOR_BLIND.color(other), kind)
        assert seen > 18, (one, other)
    assert difference(COLOR_BLIND.alarm, COLOR_BLIND.good, kind) > 20


def test_eyes_of_the_test_are_those_that_confuse_red_and_green() -> None:
    assert difference("#d0312d", "#4c7a00", "deuteranopia") < 40
    assert difference("#d0312d", "#4c7a00", "tritanopia") > 80
