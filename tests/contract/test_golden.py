"""The wire, byte for byte in meaning: what the server sends, and that the wire models read it.

The samples change only on purpose: `UPDATE_GOLDEN=1 pytest tests/contract/test_golden.py` writes
them anew, and the difference is part of the review.
"""

import json
import os
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import pytest
import pytest_asyncio
from pydantic import BaseModel

from ir_client.wire import alerts, auth, bulk, incidents, overview, problems
from ir_client.wire.events import ServerFrame, server_frames
from tests.contract.exchange import Samples, record

GOLDEN = Path(__file__).parent / "golden"

BODIES: dict[str, type[BaseModel]] = {
    "rest.login": auth.TokenPair,
    "rest.refresh": auth.TokenPair,
    "rest.me": auth.User,
    "rest.stream_ticket": auth.StreamTicket,
    "rest.user_created": auth.User,
    "rest.users": auth.UserList,
    "rest.token_created": auth.EndpointTokenCreated,
    "rest.tokens": auth.EndpointTokenList,
    "rest.user_changed": auth.User,
    "rest.token": auth.EndpointToken,
    "rest.token_changed": auth.EndpointToken,
    "rest.token_deactivated": auth.EndpointToken,
    "rest.token_info": auth.EndpointTokenInfo,
    "rest.meta": auth.ServerMeta,
    "rest.alert_created": alerts.Alert,
    "rest.alert_changed": alerts.Alert,
    "rest.alert": alerts.Alert,
    "rest.alerts": alerts.AlertPage,
    "rest.bulk_updated": bulk.BulkUpdateReport,
    "rest.alert_stats": overview.AlertStats,
    "rest.alert_sources": overview.AlertSources,
    "rest.alert_source_systems": overview.AlertSourceSystems,
    "rest.alert_health": overview.AlertHealth,
    "rest.ingested": alerts.IngestReport,
    "rest.commented": alerts.TimelineEntry,
    "rest.comment_first": alerts.TimelineEntry,
    "rest.comment_replayed": alerts.TimelineEntry,
    "rest.comment_key_reused": problems.Problem,
    "rest.timeline": alerts.Timeline,
    "rest.owned": incidents.Ownership,
    "rest.incident_made": incidents.Incident,
    "rest.incident_changed": incidents.Incident,
    "rest.incident_changed_since": problems.Problem,
    "rest.incident_noted": incidents.IncidentEntry,
    "rest.incident_moved": incidents.Incident,
    "rest.incident": incidents.Incident,
    "rest.incident_timeline": incidents.IncidentTimeline,
    "rest.incidents": incidents.IncidentPage,
    "rest.incidents_owned": incidents.IncidentList,
    "rest.incident_stats": incidents.IncidentStats,
    "rest.incident_in_use": problems.Problem,
    "rest.unauthenticated": problems.Problem,
    "rest.forbidden": problems.Problem,
    "rest.not_found": problems.Problem,
    "rest.duplicate": problems.Problem,
    "rest.invalid": problems.Problem,
    "rest.changed_since": problems.Problem,
}
FRAME_TYPES = [
    get_args(frame.model_fields["type"].annotation)[0]
    for frame in get_args(get_args(ServerFrame)[0])
]
NAMES = sorted([*BODIES, *(f"frame.{name}" for name in FRAME_TYPES)])

# Only a 412 carries it; the SDK reads it apart from the problem.
BESIDE_THE_MODEL: dict[str, type[BaseModel]] = {
    "rest.changed_since": alerts.Alert,
    "rest.incident_changed_since": incidents.Incident,
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def sent(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Samples]:
    samples = await record(tmp_path_factory.mktemp("golden"))
    if os.environ.get("UPDATE_GOLDEN"):
        for name, sample in samples.items():
            text = json.dumps(sample, indent=2, ensure_ascii=False)
            (GOLDEN / f"{name}.json").write_text(text + "\n")
    yield samples


def golden(name: str) -> Any:
    return json.loads((GOLDEN / f"{name}.json").read_text())


def assert_keeps(read: Any, sample: Any, where: str) -> None:
    """Everything in the sample is in what was read of it."""
    if isinstance(sample, dict):
        assert isinstance(read, dict), where
        for name, value in sample.items():
            assert name in read, f"{where}.{name} is not read"
            assert_keeps(read[name], value, f"{where}.{name}")
    elif isinstance(sample, list):
        assert len(read) == len(sample), where
        for index, (one_read, one) in enumerate(zip(read, sample, strict=True)):
            assert_keeps(one_read, one, f"{where}[{index}]")
    elif sample == "<secret>":
        assert read == "**********", where
    elif where.endswith("_at") or where.endswith(("_time", "_deadline")):
        assert read == sample or moment(read) == moment(sample), where
    else:
        assert read == sample, where


def moment(written: str) -> datetime:
    return datetime.fromisoformat(written)


def test_the_exchange_covers_every_frame_and_every_body_and_no_sample_is_left_over() -> None:
    assert sorted(path.stem for path in GOLDEN.glob("*.json")) == NAMES


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", NAMES)
async def test_the_server_sends_what_it_has_always_sent(sent: Samples, name: str) -> None:
    assert sent[name] == golden(name)


@pytest.mark.parametrize("name", [name for name in NAMES if name in BODIES])
def test_the_wire_models_read_all_of_a_body(name: str) -> None:
    body = golden(name)["body"]
    if name in BESIDE_THE_MODEL:
        BESIDE_THE_MODEL[name].model_validate(body.pop("current"))
    assert_keeps(BODIES[name].model_validate(body).model_dump(mode="json"), body, name)


@pytest.mark.parametrize("name", FRAME_TYPES)
def test_the_wire_models_read_all_of_a_frame(name: str) -> None:
    sample = golden(f"frame.{name}")
    assert set(sample) == {"type", "data"}
    read = server_frames.validate_json(json.dumps(sample))
    assert_keeps(read.model_dump(mode="json"), sample, name)


@pytest.mark.parametrize("name", NAMES)
def test_no_sample_holds_a_secret(name: str) -> None:
    text = (GOLDEN / f"{name}.json").read_text()
    assert "eyJ" not in text
    assert "token-0123456789" not in text
