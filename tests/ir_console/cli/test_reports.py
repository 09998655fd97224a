"""Figures and shift reports, of a server with our extensions and of one without."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from ir_client.testing import PASSWORD, FakeServer
from tests.support.cli import Cli
from tests.support.live_server import LiveServer
from tests.support.plain_server import plain_server


@pytest.fixture
def closed_title(server: LiveServer, admin: Cli, tmp_path: Path) -> str:
    """The title of an alert that the admin took and closed."""
    title = f"Beacon | {uuid4().hex}"
    path = tmp_path / "alert.json"
    path.write_text(json.dumps({"title": title, "severity": "high"}))
    admin.set(IR_TOKEN=server.ingest_token)
    assert admin("ingest", path).code == 0
    admin.unset("IR_TOKEN")
    number = admin("alerts", "list", "--search", title, "--json").document["alerts"][0]["id"]
    assert admin("alerts", "take", number).code == 0
    assert admin("alerts", "update", number, "--status", "closed").code == 0
    return title


@pytest.fixture
def plain(cli: Cli) -> Iterator[FakeServer]:
    """A server without our extensions; `cli` is logged in there."""
    with plain_server() as server:
        cli.set(IR_URL=server.url)
        ran = cli("login", "--username", "dana", stdin=f"{PASSWORD}\n")
        assert ran.code == 0, ran.err
        yield server


def test_figures_are_tables_for_people_and_one_document_for_programs(
    admin: Cli, closed_title: str
) -> None:
    told = admin("stats", "--since", "1h")
    assert (told.code, told.err) == (0, "")
    assert told.lines[0].startswith("All time: ")
    assert "OVER TIME, 5 MIN A BAR" in told.out
    assert any(line.startswith("admin ") for line in told.lines)
    document = admin("stats", "--since", "1h", "--json").document
    assert document["by_severity"]["high"]["mttr_minutes"] is not None
    assert sum(document["over_time"]["alerts"]) == document["alerts"]
    assert document["all_time"]["total"] >= document["alerts"]


def test_nothing_since_says_where_to_look(admin: Cli) -> None:
    told = admin("stats", "--since", "0s")
    assert told.code == 0
    assert "--since looks further back" in told.err
    assert admin("stats", "--since", "lately").code == 2


def test_a_report_is_markdown_and_says_what_was_closed(admin: Cli, closed_title: str) -> None:
    told = admin("handover", "--since", "1h", "--me")
    assert told.out.startswith("# Handover of admin, ")
    closed = told.out.partition("## Closed")[2].partition("## Taken")[0]
    assert closed_title.replace("|", r"\|") in closed
    document = admin("handover", "--analyst", "admin", "--json").document
    assert closed_title in {one["title"] for one in document["closed"]}


def test_a_report_goes_to_a_file_of_ours(admin: Cli, tmp_path: Path) -> None:
    path = tmp_path / "handover.md"
    told = admin("handover", "-o", path)
    assert (told.code, told.out) == (0, "")
    assert path.read_text().startswith("# Handover, ")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_report_of_nobody_known_says_so_and_of_two_is_refused(admin: Cli) -> None:
    assert "is the name right?" in admin("handover", "--analyst", "nobody.known").err
    assert admin("handover", "--analyst", "dana", "--me").code == 2


def test_a_plain_server_is_reported_of_as_well(cli: Cli, plain: FakeServer) -> None:
    for number in range(1, 4):
        plain.commit(number, severity="critical", title=f"plain {number}")
    told = cli("handover", "--since", "2000-01-01T00:00")
    assert (told.code, told.err) == (0, "")
    assert "3 still open" in told.out
    figures = cli("stats", "--since", "2000-01-01T00:00", "--json")
    assert figures.code == 0
    assert figures.document["by_severity"]["critical"]["alerts"] == 3
    exported = cli("alerts", "export")
    assert (exported.code, len(exported.lines)) == (0, 4)
    shown = cli("alerts", "show", 1)
    assert (shown.code, "keeps no timeline" in shown.err) == (0, True)


def test_what_a_plain_server_has_not_is_one_line(cli: Cli, plain: FakeServer) -> None:
    plain.commit(1)
    for asked in (["alerts", "comment", 1, "x"], ["alerts", "list", "--query", "id: 1"]):
        told = cli(*asked)
        assert told.code == 1
        assert told.err.count("\n") == 1
