"""Many alerts changed at once, over HTTP.

Stands before the addresses of single alerts. The changes are many transactions: each is told of
as soon as it is there, and with an Idempotency-Key each is done once.
"""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ir_client.wire.bulk import BulkUpdate, BulkUpdateReport, BulkUpdateResult
from server_stub.api.alert_lists import parsed_query
from server_stub.api.answers import json_answer
from server_stub.api.bodies import read_model
from server_stub.api.credentials import InUser
from server_stub.api.idempotency import REPLAYED_HEADER, InOnce, Once
from server_stub.api.services import InServices
from server_stub.triage import BulkPart, Chosen

router = APIRouter(prefix="/alerts")


@router.put("/bulk/update")
async def bulk_update(
    request: Request, user: InUser, services: InServices, once: InOnce
) -> Response:
    wanted = await read_model(request, BulkUpdate, services.settings)
    query = None if wanted.query is None else parsed_query(wanted.query, where="body")
    triage, viewer = services.bulk_triage, user.viewer
    chosen, was_replayed = await once.part(
        "chosen",
        lambda commit: triage.choose(
            viewer, wanted.updates, alert_ids=wanted.alert_ids, query=query, commit=commit
        ),
        model=Chosen,
    )
    results: list[BulkUpdateResult] = []
    for alert_ids in chosen.parts():
        part, was_part_replayed = await _change(once, user, wanted, alert_ids)
        results += part.results
        was_replayed = was_replayed and was_part_replayed
    headers = {REPLAYED_HEADER: "true"} if was_replayed else None
    return json_answer(_report(results).model_dump_json().encode(), headers=headers)


async def _change(
    once: Once, user: InUser, wanted: BulkUpdate, alert_ids: tuple[int, ...]
) -> tuple[BulkPart, bool]:
    services = once.services
    part, was_replayed = await once.part(
        # Of these very alerts: what was chosen may be forgotten, and chosen anew.
        ",".join(map(str, alert_ids)),
        lambda commit: services.bulk_triage.change(
            user.viewer, alert_ids, wanted.updates, expected=wanted.expected, commit=commit
        ),
        model=BulkPart,
    )
    if not was_replayed:
        services.announcements.changed(part.updated_ids)
        if part.touched_incidents:
            services.announcements.incidents()
    return part, was_replayed


def _report(results: list[BulkUpdateResult]) -> BulkUpdateReport:
    updated = sum(one.status == "updated" for one in results)
    unchanged = sum(one.status == "unchanged" for one in results)
    failed = len(results) - updated - unchanged
    return BulkUpdateReport(
        success=failed == 0, updated_count=updated, failed_count=failed, results=tuple(results)
    )
