from pathlib import Path
from xml.etree import ElementTree

from ir_console.cli.smoke_report import Verdict
from tests.support.cli import Cli
from tests.support.live_server import LiveServer

STEPS = [
    "server up",
    "login",
    "endpoint token",
    "stream live",
    "ingest",
    "new_alert seen",
    "PUT",
    "alert_updated seen",
    "forced disconnect",
    "written meanwhile",
    "reconnect",
    "what was missed",
    "alerts closed",
    "endpoint token off",
    "server down",
]


def test_a_server_of_its_own_passes_every_step(cli: Cli, tmp_path: Path) -> None:
    cli.unset("IR_URL")
    report = tmp_path / "smoke.xml"
    ran = cli("smoke", "--junit", report)
    assert ran.code == 0, ran.out
    assert all(line.startswith("ok ") for line in ran.lines[:-1])
    assert ran.lines[-1].startswith("15 steps: 15 passed, in ")
    suite = ElementTree.parse(report).getroot()
    assert [case.attrib["name"] for case in suite] == STEPS
    assert suite.attrib["failures"] == "0"


def test_a_server_that_is_there_is_checked_and_its_alerts_end_closed(
    admin: Cli, server: LiveServer
) -> None:
    ran = admin("smoke", "--url", server.url, "--json")
    assert ran.code == 0, ran.err
    verdicts = {step["name"]: step["verdict"] for step in ran.document["steps"]}
    assert list(verdicts) == STEPS
    assert {name for name, verdict in verdicts.items() if verdict != "passed"} == {"server down"}
    assert ran.document["steps"][-1]["detail"] == "it is not ours"

    made = admin("alerts", "list", "--search", "Smoke test", "--json").document["alerts"]
    assert len(made) == 5
    assert {(alert["source"], alert["status"]) for alert in made} == {("smoke", "closed")}
    tokens = admin("tokens", "list", "--json").document
    assert [one["is_active"] for one in tokens if one["token_name"].startswith("smoke-")] == [False]


def test_a_server_that_is_down_fails_the_first_step(cli: Cli, tmp_path: Path) -> None:
    cli.set(IR_TOKEN="a-token")
    ran = cli("smoke", "--url", "http://127.0.0.1:9", "--json")
    assert ran.code == 4
    first, *others = ran.document["steps"]
    assert (first["name"], first["verdict"]) == ("server up", "failed")
    assert {step["verdict"] for step in others} == {"skipped"}
    assert ran.document["passed"] is False


def test_nobody_logged_in_fails_the_login(server: LiveServer, cli: Cli) -> None:
    ran = cli("smoke", "--url", server.url, "--json")
    assert ran.code == 3
    failed = [step for step in ran.document["steps"] if step["verdict"] == Verdict.FAILED]
    assert [step["name"] for step in failed] == ["login"]
    assert "ir-console login" in failed[0]["detail"]


def test_a_report_that_cannot_be_written_is_found_at_once(cli: Cli, tmp_path: Path) -> None:
    ran = cli("smoke", "--junit", tmp_path / "no" / "smoke.xml")
    assert (ran.code, ran.out) == (2, "")
