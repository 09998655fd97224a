import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.support.cli import Cli
from tests.support.live_server import LiveServer

MakeAlert = Callable[..., dict[str, Any]]


@pytest.fixture
def made(server: LiveServer, cli: Cli, tmp_path: Path) -> MakeAlert:
    """Makes an alert with a title that is found by search; returns it as listed."""

    def make(**fields: Any) -> dict[str, Any]:
        title = f"{fields.pop('title', 'Beacon')} {uuid4().hex}"
        path = tmp_path / "alert.json"
        path.write_text(json.dumps({"title": title, "severity": "high"} | fields))
        cli.set(IR_TOKEN=server.ingest_token)
        assert cli("ingest", path).code == 0
        (alert,) = cli("alerts", "list", "--search", title, "--json").document["alerts"]
        cli.unset("IR_TOKEN")
        return dict(alert)

    return make


def test_a_list_is_a_table_with_the_number_first(admin: Cli, made: MakeAlert) -> None:
    alert = made(affected_hostname="ws-fin-7")
    ran = admin("alerts", "list", "--search", alert["title"])
    assert ran.lines[0].split()[:3] == ["ID", "SEVERITY", "STATUS"]
    assert ran.lines[1].split()[:3] == [str(alert["id"]), "high", "new"]
    assert "ws-fin-7" in ran.lines[1]
    assert len(ran.lines) == 2


def test_filters_are_the_servers(admin: Cli, made: MakeAlert) -> None:
    low, high = made(severity="low"), made(severity="high")
    listed = admin("alerts", "list", "--severity", "low", "--status", "new", "--json").document
    ids = {alert["id"] for alert in listed["alerts"]}
    assert low["id"] in ids
    assert high["id"] not in ids


def test_a_query_is_asked_of_the_server(admin: Cli, made: MakeAlert) -> None:
    near, far = made(source_ip="10.77.1.2"), made(source_ip="192.0.2.77")
    query = f"ip: 10.77.0.0/16 and id >= {near['id']}"
    listed = admin("alerts", "list", "--query", query, "--json").document
    assert near["id"] in {alert["id"] for alert in listed["alerts"]}
    assert far["id"] not in {alert["id"] for alert in listed["alerts"]}


def test_a_mistake_in_a_query_is_pointed_at(cli: Cli) -> None:
    ran = cli("alerts", "list", "--query", "ip: 10.1.2.3/8")
    assert ran.code == 2
    assert ran.err.splitlines()[1] == "    ^^^^^^^^^^"
    assert "Did you mean 10.0.0.0/8?" in ran.err


def test_a_limit_says_how_many_there_are(admin: Cli, made: MakeAlert) -> None:
    made()
    made()
    ran = admin("alerts", "list", "--limit", "1")
    assert len(ran.lines) == 2
    assert "--limit shows more" in ran.err


def test_changed_since_a_time_means_in_utc(admin: Cli, made: MakeAlert) -> None:
    alert = made()
    later = admin("alerts", "list", "--updated-after", "2999-01-01T00:00", "--json").document
    since = admin("alerts", "list", "--updated-after", alert["updated_at"], "--json").document
    assert later["alerts"] == []
    assert alert["id"] in {one["id"] for one in since["alerts"]}


@pytest.mark.parametrize(
    "arguments",
    [["--severity", "urgent"], ["--status", "open"], ["--updated-after", "yesterday"]],
)
def test_a_filter_that_means_nothing_is_a_usage_error(admin: Cli, arguments: list[str]) -> None:
    ran = admin("alerts", "list", *arguments)
    assert ran.code == 2
    assert arguments[1] in ran.err


def test_the_way_of_an_alert_from_taken_to_closed(admin: Cli, made: MakeAlert) -> None:
    number = made()["id"]
    taken = admin("alerts", "take", number, "--notes", "mine")
    assert taken.out.startswith(f"Alert {number} is yours, investigating; incident INC-")
    assert admin("alerts", "comment", number, "looks bad").code == 0
    closed = admin("alerts", "update", number, "--status", "closed", "--tag", "beacon")
    assert closed.out == f"Alert {number} is high, closed, admin now.\n"

    shown = admin("alerts", "show", number)
    assert "TIMELINE" in shown.out
    assert "commented: looks bad" in shown.out
    assert "status investigating → closed" in shown.out
    document = admin("alerts", "show", number, "--json").document
    assert (document["status"], document["tags"]) == ("closed", ["beacon"])
    assert [entry["action"] for entry in document["timeline"]][-1] == "updated"


def test_an_alert_is_assigned_to_me_and_to_nobody(admin: Cli, made: MakeAlert) -> None:
    number = made()["id"]
    mine = admin("alerts", "update", number, "--assign", "me", "--json").document
    assert mine["assigned_analyst"]["username"] == "admin"
    nobodys = admin("alerts", "update", number, "--assign", "nobody", "--json").document
    assert nobodys["assigned_analyst_id"] is None
    assert admin("alerts", "update", number, "--assign", "dana?").code == 2


def test_an_update_of_nothing_is_a_usage_error(admin: Cli) -> None:
    ran = admin("alerts", "update", "1")
    assert ran.code == 2
    assert "--status" in ran.err


def test_an_update_of_an_older_revision_is_a_conflict(admin: Cli, made: MakeAlert) -> None:
    alert = made()
    admin("alerts", "update", alert["id"], "--status", "triaged")
    ran = admin(
        "alerts", "update", alert["id"], "--status", "closed", "--if-revision", alert["revision"]
    )
    assert ran.code == 6
    shown = admin("alerts", "show", alert["id"], "--json").document
    assert shown["status"] == "triaged"


@pytest.mark.parametrize(
    "command",
    [["show"], ["take"], ["comment", "hello"], ["update", "--status", "closed"]],
)
def test_an_alert_that_is_not_there_is_not_found(admin: Cli, command: list[str]) -> None:
    name, *rest = command
    ran = admin("alerts", name, "999999999", *rest)
    assert ran.code == 5
    assert ran.err.count("\n") == 1
