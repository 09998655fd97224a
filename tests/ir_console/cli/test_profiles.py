import pytest

from tests.support.cli import Cli

ADDRESSES = {"home": "http://127.0.0.1:8000", "prod": "https://soc.example"}


@pytest.fixture
def two(cli: Cli) -> Cli:
    """A user with two profiles, of which `home` is in force."""
    cli.unset("IR_URL")
    for name, url in ADDRESSES.items():
        asked = ["login", "--token", "--profile", name, "--url", url]
        assert cli(*asked, stdin="an-endpoint-token\n").code == 0
    return cli


def current(cli: Cli) -> list[str]:
    return [one["name"] for one in cli("profiles", "list", "--json").document if one["current"]]


def test_another_profile_is_used_from_now_on(two: Cli) -> None:
    assert current(two) == ["home"]
    assert two("profiles", "use", "prod").out == "Profile prod is in force now.\n"
    assert current(two) == ["prod"]
    two.set(IR_PROFILE="home")
    assert "IR_PROFILE or --profile names home" in two("profiles", "use", "prod").err


def test_a_profile_is_shown_without_its_secrets(two: Cli) -> None:
    path = two.credentials.with_name("config.toml")
    path.write_text(
        path.read_text().replace(
            'url = "https://soc.example"',
            'url = "https://soc.example"\nproxy = "http://dana:secret@proxy.example:3128"',
        )
    )
    shown = two("profiles", "show", "prod")
    assert "http://proxy.example:3128" in shown.out
    assert "secret" not in shown.out
    assert "an-endpoint-token" not in shown.out
    document = two("profiles", "show", "prod", "--json").document
    assert (document["login"], document["url"]) == ("kept", "https://soc.example")


def test_a_removed_profile_takes_its_login_along(two: Cli) -> None:
    assert two("profiles", "remove", "home").code == 0
    assert current(two) == ["prod"]
    assert "home" not in two.credentials.read_text()
    assert two("profiles", "remove", "home").code == 2


def test_without_one_in_force_it_says_how_to_choose(two: Cli) -> None:
    asked = ["login", "--token", "--profile", "third", "--url", "http://127.0.0.1:9"]
    two(*asked, stdin="an-endpoint-token\n")
    assert "profiles use prod" in two("profiles", "remove", "home").err


@pytest.mark.parametrize("command", ["use", "show", "remove"])
def test_an_unknown_profile_is_a_usage_error_that_names_those_there_are(
    two: Cli, command: str
) -> None:
    told = two("profiles", command, "nowhere")
    assert told.code == 2
    assert "home, prod" in told.err
    assert told.err.count("\n") == 1
