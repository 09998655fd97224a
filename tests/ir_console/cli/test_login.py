import json
import stat

import pytest

from tests.support.cli import Cli
from tests.support.live_server import LiveServer


def test_a_login_is_kept_and_used(admin: Cli, server: LiveServer) -> None:
    ran = admin("whoami")
    assert ran.code == 0
    assert ran.out == f"admin (admin) at {server.url}, profile default\n"


def test_the_password_is_kept_nowhere_and_tokens_only_where_they_belong(
    admin: Cli, server: LiveServer
) -> None:
    kept = admin.credentials.read_text()
    config = admin.credentials.with_name("config.toml").read_text()
    assert server.admin_password not in kept + config
    assert "refresh_token" in kept
    assert "token" not in config
    assert stat.S_IMODE(admin.credentials.stat().st_mode) == 0o600


def test_whoami_as_json_is_one_document(admin: Cli, server: LiveServer) -> None:
    document = admin("whoami", "--json").document
    assert (document["url"], document["user"]["username"]) == (server.url, "admin")


def test_a_wrong_password_is_not_authorised_and_not_repeated(server: LiveServer, cli: Cli) -> None:
    ran = cli("login", "--username", "wrong-password-tester", stdin="a wrong password\n")
    assert ran.code == 3
    assert ran.out == ""
    assert "a wrong password" not in ran.err
    assert ran.err.count("\n") == 1


def test_nobody_logged_in_says_how_to_log_in(server: LiveServer, cli: Cli) -> None:
    ran = cli("whoami")
    assert ran.code == 3
    assert "ir-console login" in ran.err


@pytest.mark.parametrize("token", ["forged.jwt.token", "no-such-endpoint-token"])
def test_a_token_that_is_not_accepted_is_not_authorised(
    server: LiveServer, cli: Cli, token: str
) -> None:
    cli.set(IR_TOKEN=token)
    ran = cli("alerts", "list")
    assert ran.code == 3
    assert token not in ran.err


def test_logging_out_ends_the_login(admin: Cli) -> None:
    assert admin("logout").code == 0
    assert admin("whoami").code == 3
    assert "Nobody was logged in" in admin("logout").out


def test_logging_out_of_a_login_that_has_ended_already_is_no_failure(admin: Cli) -> None:
    void = {"refresh_token": "void", "access_token": "void"}
    kept = dict.fromkeys(json.loads(admin.credentials.read_text()), json.dumps(void))
    admin.credentials.write_text(json.dumps(kept))
    ran = admin("logout")
    assert (ran.code, ran.err) == (0, "")
    assert "Nobody was logged in" in admin("logout").out


def test_logging_out_without_the_server_says_what_is_left(admin: Cli, server: LiveServer) -> None:
    nobody = "http://127.0.0.1:1"
    kept = admin.credentials.read_text().replace(server.url, nobody)
    admin.credentials.write_text(kept)
    ran = admin("logout", "--url", nobody)
    assert ran.code == 4
    assert "forgotten here" in ran.err
    assert "Nobody was logged in" in admin("logout", "--url", nobody).out


def test_off_a_terminal_the_user_must_be_named(server: LiveServer, cli: Cli) -> None:
    ran = cli("login", stdin="a password\n")
    assert ran.code == 2
    assert "--username" in ran.err


def test_an_empty_password_is_not_sent(server: LiveServer, cli: Cli) -> None:
    assert cli("login", "--username", "admin", stdin="").code == 2


def test_without_a_place_for_secrets_the_login_says_that_it_ends(
    server: LiveServer, cli: Cli
) -> None:
    cli.unset("IR_CREDENTIALS_FILE")
    cli.set(IR_NO_KEYRING="1")
    ran = cli("login", "--username", "admin", stdin=f"{server.admin_password}\n")
    assert ran.code == 0
    assert "ends with this command" in ran.err
    assert "IR_CREDENTIALS_FILE" in ran.err


def test_the_address_may_stand_alone_and_makes_the_profile(server: LiveServer, cli: Cli) -> None:
    cli.unset("IR_URL")
    asked = ["login", server.url, "--profile", "prod", "--username", "admin"]
    assert cli(*asked, stdin=f"{server.admin_password}\n").code == 0
    assert cli("whoami", "--profile", "prod").code == 0


def test_an_endpoint_token_can_be_kept_for_a_profile(server: LiveServer, cli: Cli) -> None:
    asked = ["login", "--profile", "sensor", "--url", server.url, "--token"]
    assert cli(*asked, stdin=f"{server.ingest_token}\n").code == 0
    cli.unset("IR_URL")
    assert cli("alerts", "list", "--profile", "sensor").code == 0


def test_profiles_are_listed_and_the_current_one_is_marked(admin: Cli, server: LiveServer) -> None:
    admin(
        "login", "--profile", "sensor", "--url", server.url, "--token",
        stdin=f"{server.ingest_token}\n",
    )  # fmt: skip
    document = admin("profiles", "--json").document
    assert [(one["name"], one["current"]) for one in document] == [
        ("default", True),
        ("sensor", False),
    ]
    assert admin("profiles").lines[1].split() == ["*", "default", server.url, "admin"]


def test_without_profiles_there_is_a_word_on_how_to_get_one(cli: Cli) -> None:
    ran = cli("profiles")
    assert (ran.code, ran.out) == (0, "")
    assert "ir-console login --url" in ran.err
    assert cli("profiles", "--json").document == []


def test_a_settings_file_that_cannot_be_read_is_named(cli: Cli) -> None:
    path = cli.credentials.with_name("config.toml")
    path.write_text("profiles = [")
    ran = cli("profiles")
    assert ran.code == 2
    assert str(path) in ran.err


def test_credentials_that_others_can_read_are_not_used(server: LiveServer, cli: Cli) -> None:
    cli.credentials.write_text(json.dumps({}))
    cli.credentials.chmod(0o644)
    ran = cli("whoami")
    assert ran.code == 2
    assert "chmod 600" in ran.err


def test_a_server_that_is_down_cannot_be_reached(cli: Cli) -> None:
    ran = cli("login", "--username", "dana", stdin="a password\n")
    assert ran.code == 4
    assert "127.0.0.1:9" in ran.err
    assert ran.err.count("\n") == 1
