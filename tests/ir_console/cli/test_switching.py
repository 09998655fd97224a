"""From one profile to another: what is opened next, and where one lands when it cannot be."""

from pathlib import Path
from typing import Any

import pytest

from ir_client import PasswordCredentials
from ir_client.config import Profile, load_profile, save_profile
from ir_client.errors import ConnectError
from ir_console.cli.switching import Switching
from ir_console.settings import ConsoleSettings, ViewSettings, save_view, settings_path


@pytest.fixture
def prod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Profile:
    monkeypatch.setenv("IR_CONFIG", str(tmp_path / "config.toml"))
    for name in ("IR_URL", "IR_TOKEN", "IR_PROFILE", "IR_CONSOLE_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    for name in ("prod", "test"):
        save_profile(Profile(name=name, url=f"https://{name}.example"))
    return load_profile("prod")


def switching_from(profile: Profile, credentials: Any = None) -> Switching:
    return Switching(profile, credentials, ConsoleSettings())


def refuse() -> None:
    raise ConnectError("Nobody listens")


def test_the_console_knows_all_profiles_and_the_one_that_has_no_name_in_the_file(
    prod: Profile,
) -> None:
    elsewhere = Profile(name="default", url="https://else.example")
    profiles = switching_from(elsewhere).profiles()
    assert (profiles.current, profiles.obstacle) == ("default", "")
    assert dict(profiles.known()) == {
        "default": "https://else.example",
        "prod": "https://prod.example",
        "test": "https://test.example",
    }


@pytest.mark.parametrize("name", ["IR_URL", "IR_TOKEN"])
def test_what_is_set_for_one_server_goes_to_no_other(
    prod: Profile, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "https://prod.example")
    profiles = switching_from(prod).profiles()
    assert name in profiles.obstacle
    assert not profiles.known()


def test_another_profile_has_its_own_login_and_the_settings_of_then(prod: Profile) -> None:
    given = PasswordCredentials("dana", "secret")
    switching = switching_from(prod, given)
    assert switching.credentials is given
    save_view(settings_path(), ViewSettings(name="Night"))
    switching.go("test")
    assert switching.attempt(switching.take_notice) is None
    assert (switching.profile.url, switching.credentials) == ("https://test.example", None)
    assert [view.name for view in switching.settings.views] == ["Night"]
    switching.go("prod")
    assert (switching.profile, switching.credentials) == (prod, given)


def test_settings_that_cannot_be_read_any_more_stay_as_they_were(prod: Profile) -> None:
    switching = switching_from(prod)
    settings_path().write_text("theme = 'pink'")
    switching.go("test")
    assert (switching.profile.name, switching.settings.theme) == ("test", "dark")


def test_profile_that_cannot_be_opened_leads_back_with_a_word(prod: Profile) -> None:
    switching = switching_from(prod)
    switching.take_notice()
    switching.go("test")

    def open_it() -> str:
        if switching.profile.name == "test":
            refuse()
        notice = switching.take_notice()
        assert notice is not None
        return notice.headline

    assert switching.attempt(open_it) == "✗ test was not opened: Nobody listens"
    assert switching.profile == prod
    switching.go("gone")
    assert switching.profile == prod
    notice = switching.take_notice()
    assert notice is not None
    assert "no profile named 'gone'" in notice.headline


def test_where_nothing_was_left_the_error_is_told_outside(prod: Profile) -> None:
    with pytest.raises(ConnectError):
        switching_from(prod).attempt(refuse)
    switching = switching_from(prod)
    switching.go("test")
    # Neither that one nor the one before.
    with pytest.raises(ConnectError):
        switching.attempt(refuse)
