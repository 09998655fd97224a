"""Endpoint tokens on the command line, from their making to their removal."""

from typing import Any
from uuid import uuid4

import pytest

from tests.support.cli import Cli


def made(admin: Cli, *options: str) -> dict[str, Any]:
    """A new token, as the program tells another one."""
    ran = admin("tokens", "create", f"edge {uuid4().hex}", *options, "--json")
    assert ran.code == 0, ran.err
    return dict(ran.document)


def test_a_new_token_is_the_one_line_of_output_and_nowhere_else(admin: Cli) -> None:
    ran = admin("tokens", "create", "edge")
    (value,) = ran.lines
    assert value.startswith("ire_")
    assert value not in ran.err
    assert value not in admin("tokens", "list", "--json").out


def test_it_is_made_with_the_limits_that_were_given(admin: Cli) -> None:
    options = "--may create --may read --from 10.0.0.0/8 --source edr --rate 7 --days 3 --team red"
    token = made(admin, *options.split())
    assert (token["can_create_alerts"], token["can_read_alerts"]) == (True, True)
    assert token["can_update_alerts"] is False
    assert (token["allowed_ips"], token["allowed_sources"]) == (["10.0.0.0/8"], ["edr"])
    assert (token["rate_limit_per_minute"], token["team"]) == (7, "red")
    row = next(
        line for line in admin("tokens", "list").lines if line.split()[:1] == [str(token["id"])]
    )
    assert "create, read" in row
    assert "10.0.0.0/8" in row


def test_a_token_is_told_what_it_may_do(admin: Cli) -> None:
    token = made(admin, "--source", "edr")
    admin.set(IR_TOKEN=token["token"])
    ran = admin("tokens", "info")
    assert [line.split()[1:] for line in ran.lines if line.startswith("sources")] == [["edr"]]
    assert admin("tokens", "info", "--json").document["requests_left"] == 98
    assert admin("tokens", "list").code == 3


def test_changes_hold_at_once_and_limits_can_be_lifted(admin: Cli) -> None:
    number = str(made(admin, "--from", "192.0.2.0/24", "--team", "red")["id"])
    changed = admin("tokens", "update", number, "--rate", "9", "--lift", "from", "--lift", "team")
    assert changed.code == 0, changed.err
    shown = admin("tokens", "show", number, "--json").document
    assert (shown["rate_limit_per_minute"], shown["allowed_ips"], shown["team"]) == (9, None, None)
    admin("tokens", "update", number, "--no-rate")
    assert admin("tokens", "show", number, "--json").document["rate_limit_per_minute"] is None


def test_it_is_switched_off_and_on_and_removed(admin: Cli) -> None:
    number = str(made(admin)["id"])
    assert admin("tokens", "deactivate", number, "--json").document["is_active"] is False
    assert admin("tokens", "activate", number, "--json").document["is_active"] is True
    assert admin("tokens", "delete", number).code == 0
    gone = admin("tokens", "show", number)
    assert (gone.code, gone.out) == (5, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["update", "1"],
        ["create", "x", "--rate", "5", "--no-rate"],
        ["create", "x", "--rate", "1001"],
        ["create", "x", "--may", "everything"],
        ["create", ""],
        ["update", "1", "--lift", "everything"],
        ["show", "0"],
    ],
)
def test_what_cannot_be_is_a_usage_error(cli: Cli, arguments: list[str]) -> None:
    ran = cli("tokens", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err


def test_what_is_no_network_is_said_by_the_server(admin: Cli) -> None:
    ran = admin("tokens", "create", "x", "--from", "10.0.0.1/8")
    assert ran.code == 1
    assert "allowed_ips" in ran.err
