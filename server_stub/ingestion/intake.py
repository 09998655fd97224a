"""Store alerts as they come: one transaction for all of a request, an answer for each."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from ir_client.wire.alerts import IngestReport, IngestResult
from server_stub.domain.clocks import Clock, instant
from server_stub.domain.strict_json import MAX_DEPTH
from server_stub.errors import Forbidden, Invalid, Refusal, TooLarge
from server_stub.ingestion.drafts import IntakeRules, read_draft
from server_stub.ingestion.rows import prepare_alert
from server_stub.names import fresh_name
from server_stub.security.principals import TokenPrincipal
from server_stub.storage.alert_rows import StoredAlert
from server_stub.storage.alert_writes import PreparedAlert, Stored, store_batch
from server_stub.storage.alerts import read_alerts
from server_stub.storage.database import Commit, Database

# More than this is validated in a thread: the event loop has streams to serve meanwhile.
_RECORDS_IN_LOOP = 20


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of a request: its report, and which alerts it made or counted again."""

    report: IngestReport
    created_ids: tuple[int, ...]
    seen_again_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Created:
    """The alert of a single creation; not new if it was known."""

    alert: StoredAlert
    is_new: bool


class Intake:
    """Takes alerts in for endpoint tokens."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        max_alert_bytes: int,
        max_depth: int = MAX_DEPTH,
        process_all: bool = False,
    ) -> None:
        self._database = database
        self._clock = clock
        self._max_alert_bytes = max_alert_bytes
        self._max_depth = max_depth
        self._process_all = process_all

    async def ingest(
        self,
        principal: TokenPrincipal,
        source_system: str,
        records: Sequence[object],
        *,
        suspicious: bool,
        check_sizes: bool,
        commit: Commit[Ingested] | None = None,
    ) -> Ingested:
        """Store what is good of `records`. Raises Forbidden if no record's source is allowed."""
        rules = IntakeRules(
            source_system,
            principal.token.allowed_sources,
            self._max_alert_bytes,
            suspicious=suspicious,
            max_depth=self._max_depth,
            check_sizes=check_sizes,
            process_all=self._process_all,
        )
        now = instant(self._clock())
        if len(records) > _RECORDS_IN_LOOP:
            prepared = await asyncio.to_thread(_prepare_all, records, rules, principal.team, now)
        else:
            prepared = _prepare_all(records, rules, principal.team, now)
        refusals = [one for one in prepared if isinstance(one, Refusal)]
        if len(refusals) == len(prepared) and all(isinstance(one, Forbidden) for one in refusals):
            raise refusals[0]
        good = [one for one in prepared if isinstance(one, PreparedAlert)]

        def store(connection: Connection) -> Ingested:
            return _ingested(prepared, self._stored(connection, principal, good, now))

        return await (commit or self._database.write)(store)

    async def create(
        self,
        principal: TokenPrincipal,
        record: object,
        *,
        suspicious: bool,
        commit: Commit[Created] | None = None,
    ) -> Created:
        """Store one alert, or count it again if it is known."""
        rules = IntakeRules(
            None,
            principal.token.allowed_sources,
            self._max_alert_bytes,
            suspicious=suspicious,
            max_depth=self._max_depth,
            process_all=self._process_all,
        )
        moment = self._clock()
        now = instant(moment)
        try:
            draft = read_draft(record, rules)
        except Invalid as error:
            raise error.within("body") from None
        prepared = prepare_alert(
            draft, team=principal.team, received_at=now, process_all=self._process_all
        )

        def store(connection: Connection) -> Created:
            (stored,) = self._stored(connection, principal, [prepared], now)
            alert = read_alerts(connection, [stored.id], now=moment)[stored.id]
            return Created(alert, is_new=stored.created)

        return await (commit or self._database.write)(store)

    @staticmethod
    def _stored(
        connection: Connection,
        principal: TokenPrincipal,
        prepared: Sequence[PreparedAlert],
        now: str,
    ) -> list[Stored]:
        return store_batch(connection, prepared, actor=principal.actor, now=now)


def _prepare_all(
    records: Sequence[object], rules: IntakeRules, team: str | None, now: str
) -> list[PreparedAlert | Refusal]:
    prepared: list[PreparedAlert | Refusal] = []
    process_all = rules.process_all
    for record in records:
        try:
            draft = read_draft(record, rules)
            prepared.append(
                prepare_alert(draft, team=team, received_at=now, process_all=process_all)
            )
        except (Invalid, TooLarge, Forbidden) as refusal:
            prepared.append(refusal)
    return prepared


def _ingested(prepared: Sequence[PreparedAlert | Refusal], stored: Sequence[Stored]) -> Ingested:
    answers = iter(stored)
    results = tuple(
        _refused(index, one) if isinstance(one, Refusal) else _kept(index, next(answers))
        for index, one in enumerate(prepared)
    )
    created = tuple(one.id for one in stored if one.created)
    seen_again = {one.id for one in stored if not one.created}
    report = IngestReport(
        success=bool(created),
        processed_count=len(created),
        failed_count=len(results) - len(created),
        created_alert_ids=created,
        errors=tuple(f"alert {one.index}: {one.error}" for one in results if one.error),
        ingestion_id=fresh_name(),
        results=results,
    )
    return Ingested(report, created, tuple(seen_again))


def _kept(index: int, stored: Stored) -> IngestResult:
    if stored.created:
        return IngestResult(index=index, status="created", id=stored.id)
    return IngestResult(
        index=index, status="duplicate", id=stored.id, error="is known already, counted again"
    )


def _refused(index: int, refusal: Refusal) -> IngestResult:
    return IngestResult(index=index, status="invalid", error=refusal.message)
