"""The console's settings: environment, then file; refused by name, and documented."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from ir_client.errors import ConfigError
from ir_console.model.arranging import GROUP_KINDS, SORT_KINDS
from ir_console.model.columns import COLUMN_NAMES
from ir_console.model.commands import COMMANDS
from ir_console.model.keys import ALL_KEYS
from ir_console.model.saved_views import BUILT_IN
from ir_console.settings import (
    ConsoleSettings,
    ViewSettings,
    load_settings,
    save_view,
    settings_path,
)

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


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "console.toml"


def test_the_file_is_beside_the_profiles_unless_named() -> None:
    beside = settings_path({"IR_CONFIG": "/somewhere/config.toml"})
    assert beside == Path("/somewhere/console.toml")
    assert settings_path({"IR_CONSOLE_CONFIG": "/there/mine.toml"}) == Path("/there/mine.toml")


def test_without_a_file_all_is_as_usual(file: Path) -> None:
    assert load_settings(file) == ConsoleSettings()


def test_the_environment_wins_over_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text('theme = "light"\nread_only = true\n[keys]\n"triage.take" = "T"\n')
    monkeypatch.setenv("IR_CONSOLE_THEME", "high-contrast")
    settings = load_settings(file)
    assert (settings.theme, settings.read_only) == ("high-contrast", True)
    assert settings.keys == {"triage.take": "T"}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            'theme = "pink"',
            "{file}: theme: Input should be 'dark', 'light', 'high-contrast' or 'color-blind'",
        ),
        ("read_onyl = true", "{file}: read_onyl: there is no such setting (did you mean read_only"),
        ("zebra = 1", "{file}: zebra: there is no such setting"),
        ('[keys]\n"triage.take" = 3', '{file}: [keys] "triage.take": Input should be a valid'),
        ("keys = 3", "{file}: keys: Input should be a valid dictionary"),
        ("theme = ", "{file} cannot be read: "),
    ],
)
def test_what_is_wrong_in_the_file_is_named_in_one_line(
    written: str, told: str, file: Path
) -> None:
    file.write_text(written)
    with pytest.raises(ConfigError) as refused:
        load_settings(file)
    assert str(refused.value).startswith(told.format(file=file))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["THEME", "KEYS"])
def test_what_is_wrong_in_the_environment_is_named_too(
    name: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text('theme = "light"')
    monkeypatch.setenv(f"IR_CONSOLE_{name}", "pink")
    with pytest.raises(ConfigError, match=rf"(IR_CONSOLE_{name}|field \"{name.lower()}\")"):
        load_settings(file)


def test_every_setting_is_documented() -> None:
    for name, setting in ConsoleSettings.model_fields.items():
        if setting.default_factory is not None:
            assert f"[{name}]\n" in PAGE or f"[[{name}]]\n" in PAGE
            continue
        default = setting.default
        shown = f"{default:g}" if isinstance(default, float) else str(default)
        shown = shown.lower() if isinstance(default, bool) else shown
        assert f"| `{name}` | `{shown}` |" in PAGE


def test_every_command_view_sort_group_and_column_is_documented() -> None:
    for command in COMMANDS:
        assert f"`:{command.name}" in PAGE
    for view in BUILT_IN:
        assert f"| {view.name} |" in PAGE
        assert not view.filter.text or f"`{view.filter.text}`" in PAGE
    for name in (*SORT_KINDS, *GROUP_KINDS, *COLUMN_NAMES):
        assert re.search(rf"\b{name}\b", PAGE)


def test_every_key_is_documented() -> None:
    for use in ALL_KEYS:
        assert f"| `{use.id}` | `{use.shown_keys}` | {use.words} |" in PAGE


NIGHT = ViewSettings(name="Night", filter='host: "a\\b"', sort="-host", columns=("severity", "id"))


def test_a_view_is_written_behind_what_is_there(file: Path) -> None:
    file.write_text('# mine\ntheme = "light" # bright\n\n[keys]\n"triage.take" = "T"')
    save_view(file, NIGHT)
    assert file.read_text().startswith('# mine\ntheme = "light" # bright\n')
    settings = load_settings(file)
    assert (settings.theme, settings.keys) == ("light", {"triage.take": "T"})
    assert settings.views == (NIGHT,)


def test_a_view_is_written_in_the_place_of_one_of_its_name(file: Path) -> None:
    file.write_text('[[views]]\nname = "night"\nfilter = "x"\n\n[[views]]\nname = "Day"\n')
    save_view(file, NIGHT)
    assert [view.name for view in load_settings(file).views] == ["Night", "Day"]


def test_a_file_with_views_in_another_form_is_left_as_it_is(file: Path) -> None:
    text = 'views = [{name = "Day"}]\n'
    file.write_text(text)
    with pytest.raises(ConfigError, match="in another way"):
        save_view(file, NIGHT)
    assert file.read_text() == text


def test_a_file_that_is_not_there_is_made(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "console.toml"
    save_view(file, NIGHT)
    assert load_settings(file).views == (NIGHT,)
