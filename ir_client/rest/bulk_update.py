"""Change many alerts alike: as many a request as the server takes, one report for all of them."""

from collections.abc import Iterable, Iterator, Mapping

from ..wire.bulk import MAX_BULK_ALERTS, BulkUpdateReport
from .call import Call
from .failures import parsed
from .transport import Transport

UPDATE_TIMEOUT_SECONDS = 60.0
# What a server without our extensions changes at most at once.
PLAIN_BULK_ALERTS = 100


async def update_many(
    transport: Transport,
    body: Mapping[str, object],
    alert_ids: Iterable[int] | None,
    *,
    expected: Mapping[int, int],
    key: str | None,
) -> BulkUpdateReport:
    """Send `body` for these alerts, or once as it is when it has a query of its own."""
    if (alert_ids is None) == ("query" not in body):
        raise ValueError("Give alert_ids or a query, and not both")
    if expected:
        known = {str(alert_id): revision for alert_id, revision in expected.items()}
        body = {**body, "expected": known}
    if alert_ids is None:
        return await _update(transport, body, key=key)
    is_plain = not expected and await transport.lacks("bulk_update")
    reports = [
        await _update(transport, {**body, "alert_ids": ids}, key=part_key, is_plain=is_plain)
        for ids, part_key in _parts([*alert_ids], key, PLAIN_BULK_ALERTS if is_plain else None)
    ]
    return BulkUpdateReport(
        success=all(report.success for report in reports),
        updated_count=sum(report.updated_count for report in reports),
        failed_count=sum(report.failed_count for report in reports),
        results=tuple(one for report in reports for one in report.results),
    )


def _parts(
    ids: list[int], key: str | None, at_once: int | None
) -> Iterator[tuple[list[int], str | None]]:
    size = at_once or MAX_BULK_ALERTS
    for start in range(0, len(ids), size):
        # Each request has its own key: under one key, the second would be another request.
        yield ids[start : start + size], f"{key}-{start}" if key and start else key


async def _update(
    transport: Transport, body: Mapping[str, object], *, key: str | None, is_plain: bool = False
) -> BulkUpdateReport:
    call = Call(
        "PUT",
        "/alerts/bulk/update",
        body=body,
        timeout_seconds=UPDATE_TIMEOUT_SECONDS,
        # Sent twice without a key, it would not tell of what the first one did.
        idempotent=is_plain,
        key=key,
        needs=None if is_plain else "bulk_update",
    )
    return parsed(await transport.send(call), BulkUpdateReport)
