"""Vocabularies: known values rank, unknown ones still have a place."""

import pytest

from ir_client.wire.values import is_open, role_at_least, severity_rank


def test_severities_rank_from_critical_down_and_unknown_ones_last() -> None:
    ranked = sorted(["info", "odd", "critical", "low", "high", "medium"], key=severity_rank)
    assert ranked == ["critical", "high", "medium", "low", "info", "odd"]


@pytest.mark.parametrize(
    ("status", "wants_attention"),
    [("new", True), ("escalated", True), ("resolved", False), ("closed", False), ("odd", True)],
)
def test_an_unknown_status_still_wants_attention(status: str, wants_attention: bool) -> None:
    assert is_open(status) is wants_attention


def test_an_unknown_role_has_no_rights() -> None:
    assert role_at_least("admin", "manager")
    assert not role_at_least("analyst", "manager")
    assert not role_at_least("superuser", "analyst")
