"""The examples without an event loop do what they say, against the real server."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from ir_client import AlertDraft, AlertUpdate, PasswordCredentials, SyncIRClient, TokenCredentials
from tests.ir_client.test_examples import example
from tests.support.builders import a_draft
from tests.support.live_server import ADMIN_PASSWORD, INGEST_TOKEN, LiveServer

EVE = {
    "event_type": "alert",
    "timestamp": "2026-03-01T12:00:00.000000+0000",
    "src_ip": "10.0.0.17",
    "dest_ip": "203.0.113.9",
    "alert": {"signature": "ET MALWARE beacon", "signature_id": 2024, "severity": 1, "gid": 1},
}


@pytest.fixture
def sensor(shared_live_server: LiveServer) -> Iterator[SyncIRClient]:
    token = TokenCredentials(SecretStr(INGEST_TOKEN))
    with SyncIRClient(shared_live_server.url, credentials=token) as client:
        yield client


@pytest.fixture
def admin(shared_live_server: LiveServer) -> Iterator[SyncIRClient]:
    login = PasswordCredentials("admin", SecretStr(ADMIN_PASSWORD))
    with SyncIRClient(shared_live_server.url, credentials=login) as client:
        yield client


@pytest.fixture
def as_sensor(shared_live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a program finds in its environment."""
    monkeypatch.setenv("IR_URL", shared_live_server.url)
    monkeypatch.setenv("IR_TOKEN", INGEST_TOKEN)


def ingest(sensor: SyncIRClient, *drafts: AlertDraft) -> list[int]:
    report = sensor.alerts.ingest_many("examples", drafts)
    return [item.id for item in report.items if item.id is not None]


@pytest.mark.usefixtures("as_sensor")
def test_the_csv_report_has_a_row_for_each_alert_and_no_formula(
    sensor: SyncIRClient, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = ingest(
        sensor,
        a_draft(external_alert_id="csv-1", title='=HYPERLINK("http://evil.example")'),
        a_draft(external_alert_id="csv-2", title="two\nlines, and a comma"),
    )
    assert example("csv_report").main(["1"]) == 0
    output, notes = capsys.readouterr()
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(output))}
    assert notes == f"{len(rows)} alerts\n"
    assert rows[str(first)]["title"] == '\'=HYPERLINK("http://evil.example")'
    assert rows[str(second)]["title"] == "two\nlines, and a comma"
    assert rows[str(second)]["status"] == "new"
    assert list(rows).index(str(first)) < list(rows).index(str(second))


@pytest.mark.usefixtures("as_sensor")
def test_the_forwarder_sends_files_once_and_names_the_lines_it_could_not_send(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], sensor: SyncIRClient
) -> None:
    eve = tmp_path / "eve.json"
    records = [EVE, EVE | {"event_type": "dns"}, EVE | {"src_ip": "10.0.0.18"}]
    eve.write_text("".join(json.dumps(record) + "\n" for record in records) + '{"cut off')
    forwarder = example("siem_forwarder")
    assert forwarder.main(["suricata-7", str(eve)]) == 1
    output, complaints = capsys.readouterr()
    assert output == "2 created, 0 known, 1 not taken\n"
    assert complaints.startswith(f"{eve}, line 4: ")
    forwarder.main(["suricata-7", str(eve)])
    assert capsys.readouterr().out == "0 created, 2 known, 1 not taken\n"
    newest = next(iter(sensor.alerts.list(search="beacon")))
    assert (newest.severity, newest.occurrences) == ("high", 2)


@pytest.mark.usefixtures("as_sensor")
def test_the_forwarder_reads_its_input_where_no_file_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record = {"external_alert_id": "in-1", "title": "\x1b[2J", "severity": "low"}
    text = json.dumps(record) + json.dumps(record | {"severity": "\x1b[2J"})
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert example("siem_forwarder").main(["native"]) == 1
    output, complaints = capsys.readouterr()
    assert output == "1 created, 0 known, 1 not taken\n"
    assert "\x1b" not in complaints


def test_programs_say_how_to_call_them_and_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("IR_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("IR_TOKEN", "ire_nobody_listens_there")
    for name in ("siem_forwarder", "sync_script"):
        assert example(name).main([]) == 2
        assert "Run it: python" in capsys.readouterr().err
    assert example("siem_forwarder").main(["edr", str(tmp_path / "missing")]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_the_nightly_script_closes_noise_that_nobody_has_touched(
    sensor: SyncIRClient, admin: SyncIRClient
) -> None:
    script = example("sync_script")
    untouched, touched = ingest(
        sensor,
        a_draft(external_alert_id="noise-1", severity="info"),
        a_draft(external_alert_id="noise-2", severity="info"),
    )
    before = sensor.alerts.get(touched).received_at + timedelta(seconds=1)
    found = [one for one in script.noise(admin, before) if one.id in (untouched, touched)]
    found.sort(key=lambda one: one.id)
    admin.alerts.update(touched, AlertUpdate(tags=["mine"]))
    lines = list(script.close(admin, found))
    assert lines == [f"{untouched} is closed", f"{touched} was changed meanwhile and stays"]
    assert admin.alerts.get(untouched).status == "closed"
    assert admin.alerts.get(touched).status == "new"


@pytest.mark.usefixtures("as_sensor")
def test_the_nightly_script_only_looks_unless_told_to_do_it(
    sensor: SyncIRClient, capsys: pytest.CaptureFixture[str]
) -> None:
    (alert,) = ingest(sensor, a_draft(external_alert_id="noise-3", severity="info"))
    assert example("sync_script").main(["0"]) == 0
    assert "alerts of severity info" in capsys.readouterr().out
    assert sensor.alerts.get(alert).status == "new"
