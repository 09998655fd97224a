import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr

from ir_client import IRClient, TokenCredentials
from ir_client.errors import GaveUp
from ir_console.cli.ingest import Asked, IngestRun
from ir_console.cli.output import Output
from tests.support.cli import Cli

SAMPLES = Path(__file__).parents[4] / "shared/samples/suricata_eve"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples beside the project")


def a_record(**fields: Any) -> dict[str, Any]:
    """A record that no other test has sent."""
    return {"external_alert_id": uuid4().hex, "title": "Beacon", "severity": "high"} | fields


def a_file(tmp_path: Path, *rows: object, name: str = "alerts.json") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows))
    return path


@needs_samples
def test_a_second_run_over_a_real_file_creates_nothing(sensor: Cli) -> None:
    path = SAMPLES / "frankhassanabad__wrccdc-2018.alerts-only.json"
    first, second = sensor("ingest", path), sensor("ingest", path)
    assert (first.code, second.code) == (0, 0)
    assert first.out == "207 created, 0 duplicates, 0 skipped, 0 rejected\n"
    assert second.out == "0 created, 207 duplicates, 0 skipped, 0 rejected\n"


@needs_samples
def test_what_is_no_alert_is_skipped_and_counted(sensor: Cli) -> None:
    ran = sensor("ingest", SAMPLES / "tenzir-vast__mixed-event-types.eve.ndjson")
    assert ran.code == 0
    assert ran.out == "1 created, 0 duplicates, 6 skipped, 0 rejected\n"
    assert "1 event type dns" in ran.err


def test_a_bad_line_is_named_and_costs_nothing_else(sensor: Cli, tmp_path: Path) -> None:
    path = a_file(
        tmp_path,
        a_record(),
        "{not json",
        a_record(severity="urgent"),
        a_record(payload="x" * 2 * 1024 * 1024),
        a_record(),
        json.dumps(a_record())[:-10],
    )
    ran = sensor("ingest", path)
    assert ran.code == 1
    assert ran.out == "2 created, 0 duplicates, 0 skipped, 4 rejected\n"
    assert f"{path}, line 2: broken JSON" in ran.err
    assert f"{path}, line 3: severity: input should be 'critical'" in ran.err
    assert f"{path}, line 4: 2.0 MiB as an alert; the server takes 1 MiB" in ran.err
    assert f"{path}, line 6: the file ends in the middle" in ran.err


def test_the_record_is_kept_and_what_it_says_is_shown_safely(sensor: Cli, tmp_path: Path) -> None:
    title = f"{uuid4().hex} \x1b]2;x\x07 \u202e [@click=app.quit]"
    sensor("ingest", a_file(tmp_path, a_record(title=title)))
    listed = sensor("alerts", "list", "--search", title[:32])
    assert "\\u202e [@click=app.quit]" in listed.out
    assert all(char == "\n" or char.isprintable() for char in listed.out)
    (alert,) = sensor("alerts", "list", "--search", title[:32], "--json").document["alerts"]
    assert alert["title"] == title


def test_several_files_and_gzip_are_one_report(sensor: Cli, tmp_path: Path) -> None:
    plain = a_file(tmp_path, a_record(), a_record())
    packed = tmp_path / "alerts.json.gz"
    packed.write_bytes(gzip.compress(json.dumps([a_record()]).encode()))
    ran = sensor("ingest", plain, packed, "--json")
    counts = {"created": 2, "duplicates": 0, "skipped": 0, "rejected": 0}
    one = {"records": 1} | counts | {"created": 1}
    two = {"records": 2} | counts
    assert ran.document == {
        "created": 3,
        "duplicates": 0,
        "skipped": 0,
        "skipped_reasons": {},
        "rejected": 0,
        "errors": [],
        "formats": {"native": {"records": 3} | counts | {"created": 3}},
        "files": [
            {"file": str(plain)} | two | {"formats": {"native": two}},
            {"file": str(packed)} | one | {"formats": {"native": one}},
        ],
    }


def test_standard_input_is_a_file_too(sensor: Cli) -> None:
    ran = sensor("ingest", "-", stdin=json.dumps(a_record()))
    assert (ran.code, ran.out) == (0, "1 created, 0 duplicates, 0 skipped, 0 rejected\n")


def test_an_empty_file_is_pointed_out(sensor: Cli, tmp_path: Path) -> None:
    ran = sensor("ingest", a_file(tmp_path))
    assert ran.code == 0
    assert "no records in it" in ran.err


def test_a_file_full_of_rubbish_does_not_fill_the_screen(sensor: Cli, tmp_path: Path) -> None:
    ran = sensor("ingest", a_file(tmp_path, *["rubbish"] * 500))
    assert ran.code == 1
    assert "500 rejected" in ran.out
    assert "480 more were rejected" in ran.err
    assert ran.err.count("\n") < 30


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_file_that_cannot_be_read_is_found_before_anything_is_sent(
    sensor: Cli, tmp_path: Path, name: str
) -> None:
    record = a_record()
    ran = sensor("ingest", a_file(tmp_path, record), tmp_path / name)
    assert (ran.code, ran.out) == (2, "")
    listed = sensor("alerts", "list", "--search", record["external_alert_id"], "--json")
    assert listed.document["alerts"] == []


def test_an_unknown_format_lists_those_there_are(sensor: Cli, tmp_path: Path) -> None:
    ran = sensor("ingest", a_file(tmp_path), "--format", "csv")
    assert ran.code == 2
    assert "suricata" in ran.err


def test_a_user_is_told_that_it_takes_an_endpoint_token(admin: Cli, tmp_path: Path) -> None:
    ran = admin("ingest", a_file(tmp_path, a_record()))
    assert ran.code == 3
    assert "IR_TOKEN" in ran.err


def test_a_server_that_is_down_cannot_be_reached(cli: Cli, tmp_path: Path) -> None:
    cli.set(IR_TOKEN="a-token")
    ran = cli("ingest", a_file(tmp_path, a_record()))
    assert (ran.code, ran.out) == (4, "")
    assert ran.err.count("\n") == 1


class Plant:
    """A server that answers ingests as it is told, then creates everything."""

    def __init__(self, *answers: httpx.Response | Exception, takes_at_most: int = 10_000) -> None:
        self.answers = list(answers)
        self.takes_at_most = takes_at_most
        self.requests: list[int] = []
        self.keys: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/meta"):
            return httpx.Response(200, json={"features": ["idempotency_key"]})
        self.keys.append(request.headers["Idempotency-Key"])
        alerts = json.loads(request.content)["alerts"]
        self.requests.append(len(alerts))
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        if len(alerts) > self.takes_at_most:
            return httpx.Response(413, json={"detail": "too large", "code": "too_large"})
        results = [{"index": n, "status": "created", "id": n} for n in range(len(alerts))]
        body = {"success": True, "processed_count": len(alerts), "failed_count": 0}
        return httpx.Response(200, json=body | {"results": results})


async def run_against(plant: Callable[[httpx.Request], httpx.Response], path: Path) -> IngestRun:
    output = Output(io.StringIO(), io.StringIO(), env={})
    run = IngestRun(output, Asked([path], source="lab"))
    client = IRClient(
        "http://plant",
        credentials=TokenCredentials(SecretStr("a-token")),
        handler=httpx.MockTransport(plant),
    )
    async with client:
        await run.send(client)
    return run


@pytest.mark.looptime
async def test_a_failure_that_passes_is_waited_for(tmp_path: Path) -> None:
    plant = Plant(httpx.Response(503), httpx.ConnectError("refused"), httpx.ReadTimeout("slow"))
    run = await run_against(plant, a_file(tmp_path, a_record()))
    assert run.tally.total.created == 1
    assert len(plant.keys) == 4
    assert len(set(plant.keys)) == 1


@pytest.mark.looptime
async def test_the_server_says_how_long_to_wait(tmp_path: Path, looptime: Any) -> None:
    limited = httpx.Response(429, headers={"Retry-After": "45"}, json={"detail": "slow down"})
    run = await run_against(Plant(limited), a_file(tmp_path, a_record()))
    assert run.tally.total.created == 1
    assert 45 <= looptime < 60


@pytest.mark.looptime
async def test_a_failure_that_stays_is_told_in_the_end(tmp_path: Path) -> None:
    plant = Plant(*[httpx.Response(503)] * 100)
    with pytest.raises(ExceptionGroup) as raised:
        await run_against(plant, a_file(tmp_path, a_record()))
    assert raised.group_contains(GaveUp, match="given up after")
    assert len(plant.requests) < 15
    assert len(set(plant.keys)) == 1


async def test_what_is_too_large_at_once_is_sent_in_halves(tmp_path: Path) -> None:
    plant = Plant(takes_at_most=3)
    run = await run_against(plant, a_file(tmp_path, *(a_record() for _ in range(8))))
    assert run.tally.total.created == 8
    assert plant.requests == [8, 4, 2, 2, 4, 2, 2]
    assert len(set(plant.keys)) == 7


async def test_one_alert_that_is_too_large_is_rejected_alone(tmp_path: Path) -> None:
    def refuses_long_titles(request: httpx.Request) -> httpx.Response:
        if b"long" in request.content:
            return httpx.Response(413, json={"detail": "too large"})
        return Plant()(request)

    path = a_file(tmp_path, a_record(), a_record(title="long"), a_record())
    run = await run_against(refuses_long_titles, path)
    assert (run.tally.total.created, run.tally.total.rejected) == (2, 1)
    assert run.tally.complaints[0].line == 2
