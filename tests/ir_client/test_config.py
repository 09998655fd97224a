"""Which server a program talks to: arguments, environment, file, defaults."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client.config import (
    DEFAULT_URL,
    Profile,
    checked_url,
    config_path,
    delete_profile,
    list_profiles,
    load_profile,
    save_profile,
)
from ir_client.errors import ConfigError

PROD = Profile(name="prod", url="https://soc.example", username="dana", verify="/etc/ca.pem")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ir-console" / "config.toml"


def loaded(path: Path, name: str | None = None, **settings: Any) -> Profile:
    return load_profile(name, path=path, **({"env": {}} | settings))


def test_without_anything_it_is_this_machine(path: Path) -> None:
    profile = loaded(path)
    assert (profile.name, profile.url, profile.verify) == ("default", DEFAULT_URL, True)


def test_what_was_saved_is_loaded_again(path: Path) -> None:
    save_profile(PROD, path)
    assert loaded(path, "prod") == PROD
    assert list_profiles(path) == [PROD]


def test_the_first_profile_saved_is_the_default(path: Path) -> None:
    save_profile(PROD, path)
    save_profile(Profile(name="lab"), path)
    assert loaded(path).name == "prod"


def test_arguments_go_before_the_environment_before_the_file(path: Path) -> None:
    save_profile(PROD, path)
    env = {"IR_URL": "https://env.example", "IR_USERNAME": "lee"}
    profile = loaded(path, "prod", url="https://arg.example", env=env)
    assert (profile.url, profile.username, profile.verify) == (
        "https://arg.example",
        "lee",
        "/etc/ca.pem",
    )


@pytest.mark.parametrize(
    ("text", "verify"), [("0", False), ("False", False), ("yes", True), ("/ca.pem", "/ca.pem")]
)
def test_verification_can_be_set_in_the_environment(
    path: Path, text: str, verify: bool | str
) -> None:
    assert loaded(path, env={"IR_VERIFY": text}).verify == verify


def test_verification_can_be_turned_off_by_argument(path: Path) -> None:
    assert loaded(path, verify=False).verify is False


def test_the_environment_may_choose_the_profile(path: Path) -> None:
    save_profile(PROD, path)
    save_profile(Profile(name="lab"), path)
    assert loaded(path, env={"IR_PROFILE": "lab"}).name == "lab"


def test_a_profile_that_is_not_there_lists_those_that_are(path: Path) -> None:
    save_profile(PROD, path)
    with pytest.raises(ConfigError, match=r"'pord'.*there are: prod"):
        loaded(path, "pord")


def test_a_new_profile_may_be_named_beside_an_address(path: Path) -> None:
    assert loaded(path, "new", url="https://soc.example").name == "new"


def test_a_deleted_profile_is_gone_and_no_default_any_more(path: Path) -> None:
    save_profile(PROD, path)
    assert delete_profile("prod", path)
    assert not delete_profile("prod", path)
    assert loaded(path).name == "default"


def test_other_settings_of_the_file_are_kept(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text('theme = "dark"\n[profiles.prod]\nurl = "https://a.example"\ncolour = "red"\n')
    save_profile(PROD, path)
    text = path.read_text()
    assert 'theme = "dark"' in text
    assert 'colour = "red"' in text


@pytest.mark.parametrize(
    "text",
    ["[profiles", "profiles = 3", "[profiles.prod]\nurl = 7", "[profiles.prod]\nurl = 'ftp://x'"],
)
def test_a_broken_file_is_a_clear_error(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(text)
    with pytest.raises(ConfigError):
        loaded(path, "prod")


def test_a_file_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").symlink_to(tmp_path / "missing" / "deep")
    with pytest.raises(ConfigError, match="cannot be written"):
        save_profile(PROD, tmp_path / "elsewhere" / "config.toml")


def test_a_file_that_would_lose_something_is_not_rewritten(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text("list = [1, 2]\n")
    with pytest.raises(ConfigError, match="would not be written back"):
        save_profile(PROD, path)
    assert path.read_text() == "list = [1, 2]\n"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "soc.example",
        "ftp://soc.example",
        "https://",
        "https://dana:hunter2@soc.example",
        "https://soc.example/?token=hunter2",
        "https://soc.example/#x",
        "https://soc.example/\nX: y",
        "https://[::1",
        "https://soc.example:port",
        "https://soc.example/api/v1",
        "https://soc.example/ir/api/v1/",
        5,
        None,
        b"https://soc.example",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_repeating_it(url: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        checked_url(url)
    assert "hunter2" not in str(caught.value)


def test_a_trailing_slash_makes_no_difference() -> None:
    assert checked_url("https://soc.example/ir/") == "https://soc.example/ir"


def test_the_file_can_be_elsewhere() -> None:
    assert config_path({"IR_CONFIG": "/tmp/x.toml"}) == Path("/tmp/x.toml")
    assert config_path({}).name == "config.toml"


@pytest.mark.parametrize("seconds", ["x", ""])
def test_a_timeout_that_is_no_number_is_refused(path: Path, seconds: str) -> None:
    if not seconds:
        assert loaded(path, env={"IR_TIMEOUT": seconds}).timeout_seconds == 15.0
        return
    with pytest.raises(ConfigError, match="IR_TIMEOUT"):
        loaded(path, env={"IR_TIMEOUT": seconds})


@given(username=st.text(max_size=30), verify=st.text(min_size=1, max_size=30))
def test_any_text_survives_the_file(
    username: str, verify: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("config") / "config.toml"
    username, verify = (text.encode("utf-8", "ignore").decode() for text in (username, verify))
    profile = Profile(name="prod", username=username, verify=verify or True)
    save_profile(profile, path)
    assert load_profile("prod", path=path, env={}) == profile
