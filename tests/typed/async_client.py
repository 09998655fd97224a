"""What `IRClient` answers to whom, as type checkers see it."""

from collections.abc import AsyncIterator
from typing import Any, assert_type

from ir_client import (
    Alert,
    AlertDraft,
    AlertUpdate,
    BulkItem,
    BulkReport,
    IRClient,
    RawResponse,
    RetryPolicy,
)
from ir_client.wire.auth import User


async def answers(client: IRClient) -> None:
    patient = client.with_options(timeout_seconds=60, retry=RetryPolicy(max_attempts=8))
    assert_type(patient, IRClient)
    assert_type(await patient.alerts.get(1), Alert)
    assert_type(await client.alerts.update(1, AlertUpdate(status="closed"), if_revision=3), Alert)


async def raw_answers(client: IRClient) -> None:
    answer = await client.raw.alerts.get(1)
    assert_type(answer, RawResponse[Alert])
    assert_type(answer.parse(), Alert)
    assert_type(answer.request_id, str | None)
    assert_type((await client.raw.auth.users()).parse(), list[User])
    assert_type((await client.raw.call("GET", "/alerts/1")).parse(), Any)


async def many(client: IRClient, drafts: AsyncIterator[AlertDraft]) -> None:
    report = await client.alerts.ingest_many("edr", drafts, on_error="collect")
    assert_type(report, BulkReport)
    assert_type(report.items, tuple[BulkItem, ...])
    assert_type(await client.alerts.ingest_many("edr", [{"title": "x"}]), BulkReport)


async def refusals(client: IRClient) -> None:
    """An unused ignore is an error: each of these lines must be refused."""
    await client.raw.alerts.get("1")  # type: ignore[arg-type] # the number is an int
    await client.alerts.ingest_many("edr", [1])  # type: ignore[list-item] # no draft
    await client.alerts.ingest_many("edr", [], on_error="ignore")  # type: ignore[arg-type] # no way
    client.with_options(retry=3)  # type: ignore[arg-type] # a policy, not a number
