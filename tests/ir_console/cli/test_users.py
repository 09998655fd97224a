"""Users on the command line: made, changed, switched off, given a password."""

from uuid import uuid4

import pytest

from tests.support.cli import Cli

PASSWORD = "a-long-enough-password"
OTHER_PASSWORD = "another-long-password"


@pytest.fixture
def dana(admin: Cli) -> str:
    """The name of a new user."""
    name = f"dana-{uuid4().hex}"
    ran = admin("users", "add", name, "--team", "red", stdin=f"{PASSWORD}\n")
    assert ran.code == 0, ran.err
    assert PASSWORD not in ran.out + ran.err
    return name


def login(cli: Cli, name: str, password: str) -> int:
    return cli("login", "--username", name, "--profile", name[:20], stdin=f"{password}\n").code


def test_users_are_listed_by_number_and_name(admin: Cli, dana: str) -> None:
    lines = admin("users", "list").lines
    assert lines[0].split()[:4] == ["ID", "NAME", "ROLE", "TEAMS"]
    assert lines[1].split()[:3] == ["1", "admin", "admin"]
    users = {user["username"]: user for user in admin("users", "list", "--json").document}
    assert (users[dana]["role"], users[dana]["teams"]) == ("analyst", ["red"])


def test_a_user_is_changed_by_name_or_number(admin: Cli, dana: str) -> None:
    changed = admin("users", "update", dana.upper(), "--role", "manager", "--json").document
    assert (changed["role"], changed["teams"]) == ("manager", ["red"])
    number = str(changed["id"])
    assert admin("users", "update", number, "--no-teams", "--json").document["teams"] == []
    assert admin("users", "update", "nobody-of-this-name", "--role", "manager").code == 5


def test_a_user_who_is_switched_off_cannot_log_in(admin: Cli, dana: str) -> None:
    admin("users", "deactivate", dana)
    assert login(admin, dana, PASSWORD) == 3
    assert "may log in again" in admin("users", "activate", dana).out
    assert login(admin, dana, PASSWORD) == 0


def test_an_admin_gives_a_password_and_a_user_changes_it(admin: Cli, dana: str) -> None:
    given = admin("users", "password", dana, stdin=f"{OTHER_PASSWORD}\n")
    assert given.code == 0, given.err
    assert OTHER_PASSWORD not in given.out + given.err
    assert login(admin, dana, PASSWORD) == 3
    assert login(admin, dana, OTHER_PASSWORD) == 0
    own = ("users", "password", "--profile", dana[:20])
    wrong = admin(*own, stdin=f"not the password\n{PASSWORD}\n")
    assert wrong.code == 1
    assert "present password" in wrong.err
    assert admin(*own, stdin=f"{OTHER_PASSWORD}\n{PASSWORD}\n").code == 0
    assert login(admin, dana, PASSWORD) == 0


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (["update", "dana"], ""),
        (["update", "dana", "--role", "wizard"], ""),
        (["add", "dana smith"], PASSWORD),
        (["add", "dana"], "hunter2"),
        (["add", "dana"], ""),
        (["password"], PASSWORD),
    ],
)
def test_what_cannot_be_is_a_usage_error(cli: Cli, arguments: list[str], stdin: str) -> None:
    ran = cli("users", *arguments, stdin=stdin)
    assert (ran.code, ran.out) == (2, "")
    assert "hunter2" not in ran.err


def test_the_last_admin_cannot_be_switched_off(admin: Cli) -> None:
    ran = admin("users", "deactivate", "admin")
    assert (ran.code, ran.out) == (6, "")
    assert "no active admin" in ran.err


def test_logging_out_everywhere_ends_the_logins_of_other_machines_too(
    admin: Cli, dana: str
) -> None:
    here, elsewhere = dana[:20], "elsewhere"
    for profile in (here, elsewhere):
        ran = admin("login", "-u", dana, "--profile", profile, stdin=f"{PASSWORD}\n")
        assert ran.code == 0, ran.err
    assert "everywhere" in admin("logout", "--everywhere", "--profile", here).out
    assert admin("whoami", "--profile", elsewhere).code == 3
    assert admin("whoami").code == 0


@pytest.mark.parametrize(("typed", "code"), [((PASSWORD, PASSWORD), 0), ((PASSWORD, "x"), 2)])
def test_at_a_terminal_a_new_password_is_typed_twice(
    admin: Cli, monkeypatch: pytest.MonkeyPatch, typed: tuple[str, str], code: int
) -> None:
    answers = iter(typed)
    monkeypatch.setattr("ir_console.cli.connecting.at_a_terminal", lambda: True)
    monkeypatch.setattr("ir_console.cli.connecting.getpass", lambda _: next(answers))
    ran = admin("users", "add", f"typist-{uuid4().hex}")
    assert ran.code == code
    assert next(answers, None) is None
