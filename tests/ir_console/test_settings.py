"""The console's settings: from the environment, refused by name, and documented."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from ir_console.model.keys import KEYS
from ir_console.settings import ConsoleSettings

PAGE = (Path(__file__).parents[2] / "docs" / "console.md").read_text(encoding="utf-8")


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IR_CONSOLE_THEME", "light")
    monkeypatch.setenv("IR_CONSOLE_READ_ONLY", "1")
    settings = ConsoleSettings()
    assert (settings.theme, settings.read_only) == ("light", True)


@pytest.mark.parametrize(
    ("name", "value"),
    [("THEME", "pink"), ("FRAMES_PER_SECOND", "0"), ("TOAST_SEVERITY", "loud")],
)
def test_what_the_console_cannot_do_is_refused_by_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"IR_CONSOLE_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        ConsoleSettings()


def test_every_setting_is_documented() -> None:
    for name, setting in ConsoleSettings.model_fields.items():
        default = setting.default
        shown = f"{default:g}" if isinstance(default, float) else str(default).lower()
        assert f"| `IR_CONSOLE_{name.upper()}` | `{shown}` |" in PAGE


def test_every_key_is_documented() -> None:
    for use in KEYS:
        assert f"| `{use.shown_keys}` | {use.words} |" in PAGE
