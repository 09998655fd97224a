"""What each address takes and answers, for the OpenAPI document.

Handlers read bodies themselves, to refuse what is large, slow or deep before it is decoded; so
FastAPI cannot tell what they take, and it is said here. What a route does tell, its parameters, who
may call it and what may go wrong on the way, is read from the route and not repeated.

A new route needs an entry: a test compares this with the routes of the server.
"""

from dataclasses import dataclass

from pydantic import BaseModel, Field

from ir_client.wire import alerts, auth, bulk, incidents, overview
from ir_client.wire.alerts import AlertDraft
from server_stub.api.ingest import IngestEnvelope


class Done(BaseModel):
    """That it was done."""

    detail: str


class Health(BaseModel):
    """That it lives."""

    status: str


class IngestRequest(IngestEnvelope):
    """Alerts of one system. Each is judged by itself: a bad one never sinks the others."""

    alerts: list[AlertDraft] = Field(min_length=1, max_length=1000)


@dataclass(frozen=True, slots=True)
class Operation:
    """What one method does at one address, as far as the route does not say it.

    `answer` is None where the answer is not JSON. `refusals` are the codes of what may go wrong
    here beyond what follows from the route; `headers` those of a good answer.
    """

    summary: str
    answer: type[BaseModel] | None
    status: int = 200
    body: type[BaseModel] | None = None
    body_may_be_left_out: bool = False
    refusals: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()


OPERATIONS: dict[str, Operation] = {
    # Logins and users
    "POST /auth/login": Operation(
        "Sign in",
        auth.TokenPair,
        body=auth.LoginRequest,
        refusals=("unauthenticated", "rate_limited"),
    ),
    "POST /auth/refresh": Operation(
        "Change a refresh token for new tokens",
        auth.TokenPair,
        body=auth.RefreshRequest,
        refusals=("unauthenticated",),
    ),
    "GET /auth/me": Operation("Who one is", auth.User),
    "PUT /auth/me/password": Operation(
        "Change one's own password", Done, body=auth.PasswordChange, refusals=("rate_limited",)
    ),
    "POST /auth/ws-ticket": Operation(
        "Get a ticket that opens one stream", auth.StreamTicket, status=201
    ),
    "POST /auth/logout": Operation("Sign out", Done),
    "POST /auth/logout-all": Operation("Sign out everywhere", Done),
    "GET /auth/users": Operation("List the users: managers and up", auth.UserList),
    "POST /auth/users": Operation(
        "Make a user: admins", auth.User, status=201, body=auth.UserCreate, refusals=("duplicate",)
    ),
    "PUT /auth/users/{user_id}": Operation(
        "Change a user: admins", auth.User, body=auth.UserUpdate, refusals=("conflict",)
    ),
    # Endpoint tokens
    "GET /endpoint-tokens": Operation(
        "List the endpoint tokens: managers and up", auth.EndpointTokenList
    ),
    "POST /endpoint-tokens": Operation(
        "Make an endpoint token: managers and up; its value is shown this once",
        auth.EndpointTokenCreated,
        status=201,
        body=auth.EndpointTokenCreate,
    ),
    "GET /endpoint-tokens/{token_id}": Operation(
        "Look at an endpoint token: managers and up", auth.EndpointToken
    ),
    "PUT /endpoint-tokens/{token_id}": Operation(
        "Change an endpoint token: managers and up",
        auth.EndpointToken,
        body=auth.EndpointTokenUpdate,
    ),
    "DELETE /endpoint-tokens/{token_id}": Operation("Remove an endpoint token: admins", Done),
    "POST /endpoint-tokens/{token_id}/activate": Operation(
        "Let an endpoint token in again: managers and up", auth.EndpointToken
    ),
    "POST /endpoint-tokens/{token_id}/deactivate": Operation(
        "Let an endpoint token in no more: managers and up", auth.EndpointToken
    ),
    "GET /alerts/token/info": Operation(
        "What the endpoint token that asks may do", auth.EndpointTokenInfo
    ),
    # Alerts
    "POST /alerts/ingest": Operation(
        "Take in up to 1,000 alerts; each has its result",
        alerts.IngestReport,
        body=IngestRequest,
    ),
    "POST /alerts/single": Operation(
        "Take in one alert; a duplicate is counted, and refused",
        alerts.Alert,
        status=201,
        body=alerts.AlertDraft,
        refusals=("duplicate",),
        headers=("ETag",),
    ),
    "GET /alerts": Operation(
        "List the alerts that one may see",
        alerts.AlertPage,
        headers=("X-Stream-Epoch", "X-Stream-Seq"),
    ),
    "GET /alerts/{alert_id}": Operation("Look at an alert", alerts.Alert, headers=("ETag",)),
    "PUT /alerts/{alert_id}": Operation(
        "Change an alert", alerts.Alert, body=alerts.AlertUpdate, headers=("ETag",)
    ),
    "GET /alerts/{alert_id}/timeline": Operation(
        "What happened to an alert, oldest first", alerts.Timeline
    ),
    "POST /alerts/{alert_id}/comments": Operation(
        "Comment on an alert", alerts.TimelineEntry, status=201, body=alerts.CommentCreate
    ),
    "POST /alerts/{alert_id}/ownership": Operation(
        "Take an alert, which makes an incident of it",
        incidents.Ownership,
        body=alerts.OwnershipRequest,
        body_may_be_left_out=True,
        refusals=("already_owned",),
    ),
    "PUT /alerts/bulk/update": Operation(
        "Change many alerts, by ids or by query; each has its result",
        bulk.BulkUpdateReport,
        body=bulk.BulkUpdate,
    ),
    "GET /alerts/stats/overview": Operation("Count the alerts", overview.AlertStats),
    "GET /alerts/sources": Operation("The sources that alerts have", overview.AlertSources),
    "GET /alerts/source-systems": Operation(
        "The systems that alerts were sent by", overview.AlertSourceSystems
    ),
    "GET /alerts/health": Operation("Whether alerts can be served", overview.AlertHealth),
    # Incidents
    "GET /incidents": Operation("List the incidents that one may see", incidents.IncidentPage),
    "POST /incidents": Operation(
        "Make an incident",
        incidents.Incident,
        status=201,
        body=incidents.IncidentCreate,
        refusals=("conflict",),
        headers=("ETag",),
    ),
    "GET /incidents/owned": Operation(
        "List the incidents that one owns; without a status, the open ones",
        incidents.IncidentList,
    ),
    "GET /incidents/stats": Operation("Count the incidents", incidents.IncidentStats),
    "GET /incidents/{name}": Operation(
        "Look at an incident", incidents.Incident, headers=("ETag",)
    ),
    "PUT /incidents/{name}": Operation(
        "Change an incident",
        incidents.Incident,
        body=incidents.IncidentUpdate,
        headers=("ETag",),
    ),
    "PUT /incidents/{name}/status": Operation(
        "Move an incident to a status, and say why",
        incidents.Incident,
        body=incidents.IncidentMove,
        headers=("ETag",),
    ),
    "POST /incidents/{name}/notes": Operation(
        "Write a note about an incident",
        incidents.IncidentEntry,
        status=201,
        body=incidents.NoteCreate,
    ),
    "GET /incidents/{name}/timeline": Operation(
        "What happened to an incident, oldest first", incidents.IncidentTimeline
    ),
    # The server itself
    "GET /meta": Operation("What the server is and can do", auth.ServerMeta),
    "GET /healthz": Operation("Whether the process answers", Health),
    "GET /readyz": Operation("Whether the database answers, too", Health),
    "GET /metrics": Operation("Figures for a monitoring system, as Prometheus reads them", None),
}
