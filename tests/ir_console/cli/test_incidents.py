import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from ir_client import Incident
from ir_console.cli.incident_views import list_row, shown_lines
from tests.support.builders import NOON
from tests.support.cli import Cli
from tests.support.live_server import LiveServer

Take = Callable[..., dict[str, Any]]


@pytest.fixture
def taken(server: LiveServer, cli: Cli, tmp_path: Path) -> Take:
    """Takes an alert that was just made; returns its incident."""

    def take(**fields: Any) -> dict[str, Any]:
        title = f"Beacon {uuid4().hex}"
        path = tmp_path / "alert.json"
        path.write_text(json.dumps({"title": title, "severity": "high"} | fields))
        cli.set(IR_TOKEN=server.ingest_token)
        assert cli("ingest", path).code == 0
        cli.unset("IR_TOKEN")
        (alert,) = cli("alerts", "list", "--search", title, "--json").document["alerts"]
        ran = cli("alerts", "take", alert["id"], "--notes", "mine", "--json")
        return dict(ran.document["incident"])

    return take


def test_incidents_are_listed_and_found(admin: Cli, taken: Take) -> None:
    high, low = taken(), taken(severity="low")
    ran = admin("incidents", "list", "--search", high["title"])
    assert ran.lines[0].split()[:3] == ["ID", "PRIORITY", "SEVERITY"]
    assert ran.lines[1].split()[:4] == [high["incident_id"], "P2", "high", "assigned"]
    assert len(ran.lines) == 2
    listed = admin("incidents", "list", "--mine", "--priority", "P4", "--json").document
    names = {incident["incident_id"] for incident in listed["incidents"]}
    assert low["incident_id"] in names
    assert high["incident_id"] not in names
    ran = admin("incidents", "list", "--limit", "1")
    assert len(ran.lines) == 2
    assert "--limit shows more" in ran.err


def test_closed_incidents_are_listed_when_asked_for(admin: Cli, taken: Take) -> None:
    title = taken()["title"]
    search = ("incidents", "list", "--search", title, "--json")
    assert admin(*search).document["total"] == 1
    assert admin(*search, "--status", "closed").document["total"] == 0
    assert admin(*search, "--all").document["total"] == 1


def test_an_incident_is_shown_with_all_that_happened(admin: Cli, taken: Take) -> None:
    incident = taken()
    shown = admin("incidents", "show", incident["incident_id"])
    assert shown.lines[0] == f"{incident['incident_id']} {incident['title']}"
    assert "answer due" in shown.out
    assert shown.lines[-1].endswith("admin  created: mine")
    document = admin("incidents", "show", incident["id"], "--json").document
    assert document["owner"]["username"] == "admin"
    assert [line["notes"] for line in document["incident_timeline"]] == ["mine"]


def test_what_is_not_there_or_means_nothing_has_its_exit_code(admin: Cli) -> None:
    assert admin("incidents", "show", "INC-nope").code == 5
    assert admin("incidents", "list", "--status", "triaged").code == 2
    assert admin("incidents", "list", "--priority", "P5").code == 2


class _PlainServer(BaseHTTPRequestHandler):
    """A server that has one incident and nothing else."""

    def do_GET(self) -> None:
        is_there = self.path == "/api/v1/incidents/INC-1"
        body = json.dumps(PLAIN_INCIDENT if is_there else {"detail": "Not Found"}).encode()
        self.send_response(200 if is_there else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as in http.server
        pass


PLAIN_INCIDENT = {
    "id": 1,
    "incident_id": "INC-1",
    "title": "Beacon",
    "severity": "high",
    "priority": "P2",
    "status": "new",
    "created_at": "2026-03-01T12:00:00",
    "updated_at": "2026-03-01T12:00:00",
    "incident_timeline": [{"action": "created", "actor": "dana", "at": "2026-03-01T12:00:00"}],
}


@pytest.fixture
def plain_url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _PlainServer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_plain_servers_incident_is_shown_with_the_lines_that_it_has(
    cli: Cli, plain_url: str
) -> None:
    cli.set(IR_URL=plain_url, IR_TOKEN="an-endpoint-token-0123456789")
    ran = cli("incidents", "show", "INC-1")
    assert (ran.code, ran.lines[0]) == (0, "INC-1 Beacon"), ran.err
    assert ran.lines[-1] == "2026-03-01 12:00:00Z  dana  created"


def test_a_plain_servers_lines_are_shown_as_far_as_they_are_understood() -> None:
    lines = ({"action": "created", "actor": "dana"}, {"actor": {"id": 1}}, {"event": "x"})
    incident = Incident(
        id=1,
        incident_id="INC-1",
        title="t",
        severity="high",
        priority="P2",
        status="new",
        owner_id=7,
        sla_breached=True,
        created_at=NOON,
        updated_at=NOON,
        incident_timeline=lines,
    )
    told = [(entry.actor, entry.action, entry.notes) for entry in shown_lines(incident)]
    assert told == [
        ("dana", "created", None),
        ("", "", '{"actor": {"id": 1}}'),
        ("", "", '{"event": "x"}'),
    ]
    assert list_row(incident)[5:8] == ["user 7", "0", "late"]
