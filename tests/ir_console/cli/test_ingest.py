import asyncio
import gzip
import io
import json
import os
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
from ir_console.cli.intake.checkpoints import CheckpointFile
from ir_console.cli.intake.rejects import Rejects, RejectsFile
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


def test_it_says_what_it_decided_and_why(sensor: Cli, tmp_path: Path) -> None:
    eve = {"event_type": "dns", "timestamp": "2026-01-01T00:00:00Z"}
    path = a_file(tmp_path, a_record(), json.dumps(eve), a_record())
    ran = sensor("ingest", path)
    why = "has a severity and a title or external_alert_id"
    assert f"{path}: IR Central ({why}): 2 records\n" in ran.err
    assert f"{path}: Suricata EVE (has " in ran.err
    ran = sensor("ingest", path, "--format", "native")
    assert f"{path}: IR Central (named with --format): 3 records\n" in ran.err


def test_what_is_rejected_is_kept_whole_and_can_be_mended(sensor: Cli, tmp_path: Path) -> None:
    wrong, broken = a_record(severity="urgent"), '{"external_alert_id": "x"'
    path, rejects = a_file(tmp_path, a_record(), wrong, broken), tmp_path / "rejects"
    assert sensor("ingest", path, "--rejects", rejects).code == 1
    first, second = map(json.loads, rejects.read_text().splitlines())
    assert (first["file"], first["line"], first["record"]) == (str(path), 2, wrong)
    assert first["reason"].startswith("severity: input should be")
    assert (second["line"], second["text"]) == (3, broken)
    rejects.write_text(rejects.read_text().replace("urgent", "high"))
    again = sensor("ingest", rejects)
    assert again.out == "1 created, 0 duplicates, 0 skipped, 1 rejected\n"
    assert f"{rejects}, line 2: the file ends in the middle" in again.err


def test_a_row_that_was_rejected_has_its_header(sensor: Cli, tmp_path: Path) -> None:
    ident = uuid4().hex
    path, rejects = (
        a_file(tmp_path, "external_alert_id,title,severity", ident),
        tmp_path / "rejects",
    )
    assert sensor("ingest", path, "--rejects", rejects).code == 1
    (line,) = map(json.loads, rejects.read_text().splitlines())
    mended = line | {"text": line["text"] + ",Beacon,low"}
    assert sensor("ingest", a_file(tmp_path, mended, name="mended")).out.startswith("1 created")


def test_what_the_server_refuses_is_kept_too(sensor: Cli, tmp_path: Path) -> None:
    rejects, record = tmp_path / "rejects", a_record()
    plant = Plant(refuses=record["external_alert_id"])
    path = a_file(tmp_path, a_record(), record)
    file = RejectsFile(rejects)
    run = asyncio.run(run_against(plant, path, rejects=file))
    file.close()
    assert (run.tally.total.created, run.tally.total.rejected) == (1, 1)
    (line,) = map(json.loads, rejects.read_text().splitlines())
    assert (line["line"], line["reason"], line["record"]) == (2, "not today", record)


def test_a_dry_run_needs_no_server_and_shows_what_would_be(cli: Cli, tmp_path: Path) -> None:
    path = a_file(tmp_path, a_record(), a_record(severity="low"), "nonsense")
    ran = cli("ingest", path, "--dry-run")
    assert ran.code == 1
    assert ran.out.splitlines()[0].split() == ["severity", "detected", "source", "title", "from"]
    assert "alerts.json:2" in ran.out
    assert ran.lines[-1].startswith("2 alerts would be sent (1 high, 1 low), 0 skipped, 1 rejected")
    assert f"{path}, line 3: no record" in ran.err
    document = cli("ingest", path, "--dry-run", "--json").document
    assert document["dry_run"] is True
    assert document["severities"] == {"high": 1, "low": 1}
    assert document["formats"]["native"]["records"] == 2
    assert [one["line"] for one in document["drafts"]] == [1, 2]


def test_a_dry_run_does_not_wait_for_more(cli: Cli, tmp_path: Path) -> None:
    assert cli("ingest", a_file(tmp_path), "--dry-run", "--follow").code == 2


def test_a_run_with_a_checkpoint_sends_what_is_new(sensor: Cli, tmp_path: Path) -> None:
    path, checkpoint = a_file(tmp_path, a_record(), a_record()), tmp_path / "checkpoint"
    first = sensor("ingest", path, "--checkpoint", checkpoint)
    assert first.out.startswith("2 created")
    second = sensor("ingest", path, "--checkpoint", checkpoint)
    assert second.out == "0 created, 0 duplicates, 0 skipped, 0 rejected\n"
    assert f"{path}: goes on at line 2" in second.err
    assert f"{path}: nothing new in it" in second.err
    with path.open("a") as file:
        file.write("\n" + json.dumps(a_record()) + "\n" + json.dumps(a_record())[:-5])
    third = sensor("ingest", path, "--checkpoint", checkpoint)
    # Half a record at the end is not wrong: it is not whole yet.
    assert third.out == "1 created, 0 duplicates, 0 skipped, 0 rejected\n"
    with path.open("a") as file:
        file.write(json.dumps({"n": a_record()})[-5 - 1 : -1] + "\n")
    assert sensor("ingest", path, "--checkpoint", checkpoint).out.startswith("1 created")


def test_a_checkpoint_that_cannot_be_written_is_refused_at_once(
    sensor: Cli, tmp_path: Path
) -> None:
    path = a_file(tmp_path, a_record())
    ran = sensor("ingest", path, "--checkpoint", path / "checkpoint")
    assert (ran.code, ran.out) == (2, "")
    assert "--checkpoint" in ran.err


def test_two_runs_do_not_share_a_checkpoint(sensor: Cli, tmp_path: Path) -> None:
    path, kept = a_file(tmp_path, a_record()), tmp_path / "checkpoint.json"
    other = CheckpointFile(kept)
    other.load()
    ran = sensor("ingest", path, "--checkpoint", kept)
    assert (ran.code, ran.out) == (2, "")
    assert "in use by another run" in ran.err
    other.close()
    assert sensor("ingest", path, "--checkpoint", kept).code == 0


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

    def __init__(
        self,
        *answers: httpx.Response | Exception,
        takes_at_most: int = 10_000,
        refuses: str = "",
    ) -> None:
        self.answers = list(answers)
        self.refuses = refuses
        self.heard: Callable[[], object] = lambda: None
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
        self.heard()
        results = [self._result(n, alert) for n, alert in enumerate(alerts)]
        body = {"success": True, "processed_count": len(alerts), "failed_count": 0}
        return httpx.Response(200, json=body | {"results": results})

    def _result(self, index: int, alert: dict[str, Any]) -> dict[str, Any]:
        if alert["external_alert_id"] == self.refuses:
            return {"index": index, "status": "invalid", "error": "not today"}
        return {"index": index, "status": "created", "id": index}


async def run_against(
    plant: Callable[[httpx.Request], httpx.Response],
    path: Path,
    *,
    begun: Callable[[IngestRun], object] = lambda run: None,
    said: io.StringIO | None = None,
    rejects: Rejects | None = None,
    **asked: Any,
) -> IngestRun:
    output = Output(io.StringIO(), said or io.StringIO(), env={})
    run = IngestRun(output, Asked([path], source="lab", **asked), rejects)
    begun(run)
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


async def test_following_sends_what_comes_and_ends_when_it_is_stopped(tmp_path: Path) -> None:
    path, said = a_file(tmp_path, a_record(), name="log"), io.StringIO()
    plant = Plant()

    def begun(run: IngestRun) -> None:
        def heard() -> None:
            if len(plant.requests) == 1:
                with path.open("a") as file:
                    file.write("\n" + json.dumps(a_record()) + "\n")
            else:
                run.stop()

        plant.heard = heard

    checkpoint = tmp_path / "checkpoint"
    run = await run_against(
        plant, path, begun=begun, said=said, follows=True, checkpoint=checkpoint, late_seconds=0
    )
    assert plant.requests == [1, 1]
    assert run.tally.total.created == 2
    assert "IR Central (has" in said.getvalue()
    kept = json.loads(checkpoint.read_text())["files"][str(path)]
    assert kept["place"]["offset"] == len(path.read_bytes()) - 1
    assert kept["under_way"] == []


async def test_the_key_of_a_batch_is_kept_before_it_is_sent(tmp_path: Path) -> None:
    path, checkpoint = a_file(tmp_path, a_record(), name="log"), tmp_path / "checkpoint"
    refusing = Plant(httpx.Response(403, json={"detail": "no"}))
    with pytest.raises(ExceptionGroup):
        await run_against(refusing, path, checkpoint=checkpoint)
    kept = json.loads(checkpoint.read_text())["files"][str(path)]
    assert kept["place"]["offset"] == 0
    assert [f"{one['key']}-0" for one in kept["under_way"]] == refusing.keys
    again = Plant()
    run = await run_against(again, path, checkpoint=checkpoint)
    assert again.keys == refusing.keys
    assert run.tally.total.created == 1


async def test_records_that_are_mapped_otherwise_by_now_go_under_another_key(
    tmp_path: Path,
) -> None:
    path, checkpoint = a_file(tmp_path, a_record(), name="log"), tmp_path / "checkpoint"
    with pytest.raises(ExceptionGroup):
        await run_against(Plant(httpx.Response(403, json={})), path, checkpoint=checkpoint)
    reused = httpx.Response(409, json={"detail": "used", "code": "idempotency_key_reused"})
    plant = Plant(reused)
    run = await run_against(plant, path, checkpoint=checkpoint)
    assert run.tally.total.created == 1
    assert len(set(plant.keys)) == 2


async def test_a_checkpoint_that_cannot_be_written_meanwhile_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, said = a_file(tmp_path, *(a_record() for _ in range(2500)), name="log"), io.StringIO()
    written = os.fsync
    calls = []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if 4 < len(calls) < 7:
            raise OSError(28, "No space left on device")
        written(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    checkpoint = tmp_path / "checkpoint"
    run = await run_against(Plant(), path, said=said, checkpoint=checkpoint)
    assert run.tally.total.created == 2500
    assert said.getvalue().count("cannot be written: No space left on device; going on") == 1
    assert said.getvalue().count("can be written again") == 1
    assert json.loads(checkpoint.read_text())["files"][str(path)]["under_way"] == []
