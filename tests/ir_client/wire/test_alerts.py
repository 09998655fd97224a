"""Alert bodies: tolerant when read, strict when written."""

from ipaddress import IPv4Address, IPv6Address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ir_client.wire.alerts import Alert, AlertDraft, AlertUpdate

PLAIN = {
    "id": 7,
    "title": "Beacon",
    "severity": "apocalyptic",
    "status": "snoozed",
    "detected_at": "2026-03-01 12:00:00",
    "received_at": "2026-03-01T12:00:00",
    "created_at": "2026-03-01T12:00:00",
    "updated_at": "2026-03-01T12:00:00",
    "from_a_newer_server": {"deep": True},
}
DRAFT = {"external_alert_id": "a", "title": "t", "severity": "low"}


def test_a_reader_keeps_unknown_values_and_ignores_unknown_fields() -> None:
    alert = Alert.model_validate(PLAIN)
    assert (alert.severity, alert.status, alert.revision) == ("apocalyptic", "snoozed", None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"severity": "apocalyptic"},
        {"threat_type": "gremlins"},
        {"source_ip": "010.0.0.1"},
        {"source_ip": "10.0.0.256"},
        {"source_ip": "10.0.0.1\n"},
        {"source_ip": "10.0.0.\u0661"},
        {"source_ip": "not an address"},
        {"source_port": 0},
        {"destination_port": 65_536},
        {"confidence_score": 1.5},
        {"risk_score": 0},
        {"title": ""},
        {"external_alert_id": "x" * 256},
    ],
)
def test_a_draft_refuses_what_the_contract_does_not_list(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AlertDraft.model_validate(DRAFT | wrong)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("fe80::1%eth0", "fe80::1"),
        ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
    ],
)
def test_a_draft_keeps_addresses_in_one_form(sent: str, kept: str) -> None:
    assert AlertDraft.model_validate(DRAFT | {"source_ip": sent}).source_ip == kept


@given(st.ip_addresses())
def test_a_draft_keeps_every_address_as_python_writes_it(
    address: IPv4Address | IPv6Address,
) -> None:
    sent = address.exploded
    assert AlertDraft.model_validate(DRAFT | {"source_ip": sent}).source_ip == str(address)


def test_a_draft_drops_fields_that_it_does_not_know() -> None:
    draft = AlertDraft.model_validate(DRAFT | {"is_admin": True, "id": 9})
    assert "is_admin" not in draft.model_dump()


@pytest.mark.parametrize("field", ["id", "created_at", "revision", "source", "is_admin"])
def test_an_update_refuses_fields_that_may_not_change(field: str) -> None:
    with pytest.raises(ValidationError):
        AlertUpdate.model_validate({field: 1})


def test_an_update_tells_a_cleared_field_from_an_untouched_one() -> None:
    update = AlertUpdate.model_validate({"assigned_analyst_id": None})
    assert update.model_dump(exclude_unset=True) == {"assigned_analyst_id": None}
