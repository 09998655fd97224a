"""Wire the server: the only place where its parts meet, and the only one that reads clocks."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server_stub.api import (
    alert_overview,
    alerts,
    auth,
    bulk_updates,
    docs,
    incidents,
    ingest,
    meta,
    stream,
    tokens,
    users,
)
from server_stub.api.envelope import RequestEnvelope
from server_stub.api.limits import TokenRates
from server_stub.api.methods import methods_at
from server_stub.api.metrics import LiveFigures
from server_stub.api.metrics import router as metrics_router
from server_stub.api.openapi import Mounted
from server_stub.api.problems import refused, status_problem
from server_stub.api.services import Announcements, Services
from server_stub.api.stream import IncidentStream
from server_stub.background import Background
from server_stub.domain.clocks import Clock, Monotonic
from server_stub.domain.rate_limit import Rate
from server_stub.domain.risk import RiskWeights
from server_stub.domain.sla import SlaPolicy
from server_stub.errors import Invalid, Refusal
from server_stub.hub import Hub, StorageSource, StreamLimits
from server_stub.incidents import Casework
from server_stub.ingestion import Enrichment, EnrichmentRules, Intake
from server_stub.logs import redact_web_server_logs
from server_stub.metrics import Metrics
from server_stub.security import Authentication, Sessions
from server_stub.security.directory import Directory, MadeUp
from server_stub.security.endpoint_tokens import TokenRegistry, TokenUses
from server_stub.security.jwt import AccessTokens
from server_stub.security.keys import load_keys
from server_stub.security.passwords import Passwords
from server_stub.security.tickets import Tickets
from server_stub.settings import ServerSettings
from server_stub.storage.alert_trim import AlertRetention, AlertTrim
from server_stub.storage.alerts import Alerts
from server_stub.storage.database import Database
from server_stub.storage.events import Events, ensure_epoch
from server_stub.storage.incidents import Incidents
from server_stub.storage.kept_answers import AnswerTrim
from server_stub.storage.log_trim import LogTrim, Retention
from server_stub.triage import BulkTriage, Triage

API = "/api/v1"
_MOUNTED: Mounted = (
    # First, for routers are asked in turn and this is what there are most requests for.
    (API, ingest.router),
    (API, auth.router),
    (API, users.router),
    (API, tokens.router),
    (API, tokens.info_router),
    (API, alert_overview.router),
    (API, bulk_updates.router),
    (API, alerts.router),
    (API, incidents.router),
    (API, meta.router),
    ("", meta.health_router),
    ("", metrics_router),
)


def system_clock() -> datetime:
    """The time of the machine."""
    return datetime.now(UTC)  # noqa: TID251 - where the clock is injected from


def create_app(
    settings: ServerSettings,
    *,
    clock: Clock = system_clock,
    monotonic: Monotonic = time.monotonic,
    on_first_start: Callable[[MadeUp], None] = lambda _: None,
) -> FastAPI:
    """The server as an ASGI application; it opens its database when it starts.

    `on_first_start` is told what a first start made up, so that someone can show it once.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        redact_web_server_logs()
        async with Database.opened(settings) as database:
            doorbell = asyncio.Event()
            enrichment = Enrichment(database, clock, _enrichment_rules(settings))
            background = Background(enrichment, doorbell.set)
            services = await _services(
                settings,
                database,
                announcements=Announcements(
                    background.alerts_created,
                    background.alerts_updated,
                    background.incidents_updated,
                ),
                clock=clock,
                monotonic=monotonic,
                metrics=metrics,
            )
            hub = _hub(services, doorbell, monotonic=monotonic)
            on_first_start(await services.directory.make_first(settings))
            await hub.start()
            app.state.services = services
            app.state.stream = IncidentStream(services, hub)
            beside = (
                _log_trim(services),
                _answer_trim(services),
                _alert_trim(services),
                services.token_uses,
            )
            with metrics.asking(LiveFigures(hub, database, background)):
                async with _at_work(hub.run(), background.run(), *(one.run() for one in beside)):
                    yield

    app = FastAPI(
        title="IR Central",
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    metrics = Metrics()
    app.add_middleware(RequestEnvelope, monotonic=monotonic, on_answer=metrics.answered)
    _answer_errors(app)
    for prefix, router in _MOUNTED:
        app.include_router(router, prefix=prefix)
    app.include_router(docs.router)
    app.state.documentation = docs.Documentation(_MOUNTED, settings)
    app.include_router(stream.router)
    return app


@asynccontextmanager
async def _at_work(*work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """What runs beside the requests, for as long as there are any."""
    async with asyncio.TaskGroup() as tasks:
        at_work = [tasks.create_task(one) for one in work]
        try:
            yield
        finally:
            for task in at_work:
                task.cancel()


def _hub(services: Services, doorbell: asyncio.Event, *, monotonic: Monotonic) -> Hub:
    settings = services.settings
    source = StorageSource(
        events=services.events,
        alerts=services.alerts,
        incidents=services.incidents,
        authentication=services.authentication,
    )
    limits = StreamLimits(
        broadcasts=Rate(settings.stream_frames_per_second, settings.stream_frames_burst),
        commands=Rate(settings.stream_commands_per_second, settings.stream_commands_burst),
        send_seconds=settings.stream_send_seconds,
        heartbeat_seconds=settings.stream_heartbeat_seconds,
        max_connections=settings.stream_connections,
        max_connections_per_viewer=settings.stream_connections_per_user,
    )
    return Hub(source, limits=limits, doorbell=doorbell, clock=monotonic)


def _enrichment_rules(settings: ServerSettings) -> EnrichmentRules:
    weights = RiskWeights(
        settings.risk_severity_scores, settings.risk_criticality_factors, settings.risk_doubt
    )
    within = timedelta(minutes=settings.correlation_minutes)
    return EnrichmentRules(within, weights, assigns_in_turn=settings.assign_in_turn)


def _log_trim(services: Services) -> LogTrim:
    settings = services.settings
    retention = Retention(timedelta(days=settings.replay_days), settings.replay_events)
    return LogTrim(services.database, services.clock, retention)


def _alert_trim(services: Services) -> AlertTrim:
    settings = services.settings
    age = None if settings.alert_days is None else timedelta(days=settings.alert_days)
    retention = AlertRetention(age, settings.alert_count, settings.remove_open_alerts)
    return AlertTrim(services.database, services.clock, retention)


def _answer_trim(services: Services) -> AnswerTrim:
    return AnswerTrim(services.database, services.clock, keep=services.settings.kept_answers)


async def _services(
    settings: ServerSettings,
    database: Database,
    *,
    announcements: Announcements,
    clock: Clock,
    monotonic: Monotonic,
    metrics: Metrics,
) -> Services:
    epoch = await database.write(lambda connection: ensure_epoch(connection, uuid4().hex))
    keys = load_keys(settings)
    sla = SlaPolicy(settings.sla_response_minutes, settings.sla_resolution_minutes)
    passwords = Passwords(settings)
    access_tokens = AccessTokens(
        keys.access, lifetime=timedelta(minutes=settings.access_token_minutes), clock=clock
    )
    token_uses = TokenUses(database, clock)
    sessions = Sessions(
        database,
        passwords=passwords,
        access_tokens=access_tokens,
        refresh_key=keys.refresh,
        refresh_lifetime=timedelta(days=settings.refresh_token_days),
        clock=clock,
        monotonic=monotonic,
    )
    return Services(
        settings=settings,
        clock=clock,
        database=database,
        authentication=Authentication(database, access_tokens, clock),
        sessions=sessions,
        tickets=Tickets(database, clock),
        directory=Directory(database, passwords, clock),
        tokens=TokenRegistry(database, token_uses, clock),
        token_rates=TokenRates(monotonic),
        token_uses=token_uses,
        intake=Intake(
            database,
            clock,
            max_alert_bytes=settings.max_alert_bytes,
            max_depth=settings.max_json_depth,
            process_all=settings.assign_in_turn,
        ),
        triage=Triage(database, clock, sla),
        bulk_triage=BulkTriage(database, clock),
        casework=Casework(database, clock, sla),
        alerts=Alerts(database, clock),
        incidents=Incidents(database, clock),
        events=Events(database, epoch=epoch),
        announcements=announcements,
        metrics=metrics,
        answer_key=keys.answers,
    )


def _answer_errors(app: FastAPI) -> None:
    async def on_refusal(_request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        return refused(error)

    async def on_invalid(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return refused(Invalid.of_details(error.errors()))

    async def on_status(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        methods = methods_at(request.scope["path"], (*_MOUNTED, ("", docs.router)))
        return status_problem(error.status_code, methods=methods)

    app.add_exception_handler(Refusal, on_refusal)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_status)
