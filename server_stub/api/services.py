"""What the handlers of requests work with. Made in one place, where the parts are wired.

There is no hub in here: what is broadcast happens apart from the request, and a handler only says
which alerts are new or changed, to someone who neither waits nor fails.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from server_stub.api.limits import TokenRates
from server_stub.domain.clocks import Clock
from server_stub.incidents import Casework
from server_stub.ingestion import Intake
from server_stub.metrics import Metrics
from server_stub.security import Authentication, Sessions
from server_stub.security.directory import Directory
from server_stub.security.endpoint_tokens import TokenRegistry, TokenUses
from server_stub.security.tickets import Tickets
from server_stub.settings import ServerSettings
from server_stub.storage.alerts import Alerts
from server_stub.storage.database import Database
from server_stub.storage.events import Events
from server_stub.storage.incidents import Incidents
from server_stub.triage import BulkTriage, Triage

Announce = Callable[[Sequence[int]], None]


@dataclass(frozen=True, slots=True)
class Announcements:
    """Where handlers say, after the commit, which alerts are new and which changed.

    `incidents` is told that incidents changed; the log says which.
    """

    created: Announce
    changed: Announce
    incidents: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of a running server that answer requests."""

    settings: ServerSettings
    clock: Clock
    database: Database
    authentication: Authentication
    sessions: Sessions
    tickets: Tickets
    directory: Directory
    tokens: TokenRegistry
    token_rates: TokenRates
    token_uses: TokenUses
    intake: Intake
    triage: Triage
    bulk_triage: BulkTriage
    casework: Casework
    alerts: Alerts
    incidents: Incidents
    events: Events
    announcements: Announcements
    metrics: Metrics
    answer_key: bytes = field(repr=False)


# Dependencies are coroutines although they await nothing: others run in threads, one hop each.
async def services_of(request: Request) -> Services:
    """The services of the application that got this request."""
    services: Services = request.app.state.services
    return services


InServices = Annotated[Services, Depends(services_of)]
