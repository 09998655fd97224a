"""Events about the same alert or incident are known as such, whatever their type."""

import json
from pathlib import Path
from typing import Any

import pytest

from ir_client import Resumed
from ir_client.stream.subjects import subject_of
from ir_client.wire.protocol2 import protocol2_frames

GOLDEN = Path(__file__).parents[2] / "contract/golden"


def sample(name: str) -> Any:
    return protocol2_frames.validate_json((GOLDEN / f"{name}.json").read_bytes())


ABOUT_ALERTS = [
    "frame.new_alert",
    "frame.alert_updated",
    "frame.alert_details",
    "frame.alert_ownership_taken",
    "frame.alert_status_updated",
    "protocol2/alert_removed",
    "protocol2/presence",
]
ABOUT_INCIDENTS = [
    "frame.incident_created",
    "frame.incident_updated",
    "frame.incident_notification",
]


@pytest.mark.parametrize("name", ABOUT_ALERTS)
def test_what_is_about_an_alert_is_known_by_its_number(name: str) -> None:
    data = json.loads((GOLDEN / f"{name}.json").read_text())["data"]
    assert subject_of(sample(name)) == ("alert", data.get("alert_id", data.get("id")))


@pytest.mark.parametrize("name", ABOUT_INCIDENTS)
def test_what_is_about_an_incident_is_known_by_its_number(name: str) -> None:
    data = json.loads((GOLDEN / f"{name}.json").read_text())["data"]
    assert subject_of(sample(name)) == ("incident", data.get("incident", data)["id"])


def test_what_is_about_neither_is_known_by_its_type() -> None:
    assert subject_of(sample("frame.pong")) == subject_of(sample("frame.pong"))
    assert subject_of(sample("frame.pong")) != subject_of(Resumed(0, complete=True))
