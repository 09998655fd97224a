"""The REST half of the fake server: alerts in a dictionary, and answers out of turn on request."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx
from pydantic import ValidationError

from ..query import QueryError, parse
from ..wire.alerts import (
    Actor,
    Alert,
    AlertDraft,
    AlertUpdate,
    IngestReport,
    IngestResult,
    TimelineEntry,
)
from ..wire.auth import UserRef
from ..wire.cursor import EPOCH_HEADER, SEQ_HEADER
from ..wire.incidents import Incident, Ownership
from ..wire.protocol2 import Removal
from .casework import Casework
from .changelog import ChangeLog
from .keys import Keys
from .listing import listed
from .logins import USER, Logins
from .problems import problem
from .samples import NOON, an_alert

BASE_PATH = "/api/v1"
ME = UserRef.model_validate(USER).id


class FakeRest(Logins):
    """What the fake server knows and answers; `tell` is how it tells the listeners."""

    def __init__(self, features: Sequence[str] | None, protocols: Sequence[int]) -> None:
        super().__init__()
        self.features = features
        self.protocols = protocols
        self.alerts: dict[int, Alert] = {}
        self.casework = Casework(lambda: self.clock)
        self.log = ChangeLog()
        self._removed: dict[int, Alert] = {}
        self.timelines: dict[int, list[TimelineEntry]] = {}
        self.clock: datetime = NOON
        self.epoch = "epoch-1"
        self.requests: list[httpx.Request] = []
        self.rest_answers: deque[httpx.Response | Exception] = deque()
        self.answers_to_lose = 0
        self._keys = Keys()
        self.page_delay_seconds = 0.0
        self.before_page: Callable[[int], None] | None = None
        self.pages_served = 0

    async def publish(self, alert: Alert | Removal, *, kind: str = "new_alert") -> None:
        """Push an alert to everyone who listens."""
        raise NotImplementedError

    async def publish_incident(self, incident: Incident, *, kind: str = "incident_updated") -> None:
        """Push an incident to everyone who listens."""
        raise NotImplementedError

    async def tell_of_incidents(self) -> None:
        """Push the incidents that dana owns or watches and that changed by a request."""
        while self.casework.untold:
            kind, incident = self.casework.untold.popleft()
            if incident.owner_id == ME or incident.id in self.casework.watched:
                await self.publish_incident(incident, kind=kind)

    @property
    def incidents(self) -> dict[int, Incident]:
        """The incidents that it knows."""
        return self.casework.incidents

    def commit_incident(self, number: int | None = None, **fields: Any) -> Incident:
        """Make or change an incident, telling nobody; without a number, make the next."""
        self.clock += timedelta(seconds=1)
        return self.casework.commit(number, **fields)

    def commit(self, alert_id: int | None = None, **fields: Any) -> Alert:
        """Create or change an alert, telling nobody yet; without a number, create the next."""
        self.clock += timedelta(seconds=1)
        brings_in = alert_id not in self.alerts
        known = None if alert_id is None else self.alerts.get(alert_id, self._removed.get(alert_id))
        if known is None:
            alert_id = alert_id or max(self.alerts.keys() | self._removed.keys(), default=0) + 1
            fresh: dict[str, Any] = {"revision": 1 if "revision" in (self.features or ()) else None}
            fresh |= dict.fromkeys(("updated_at", "created_at", "received_at"), self.clock)
            alert = an_alert(**({"id": alert_id} | fresh | fields))
        else:
            revision = None if known.revision is None else known.revision + 1
            update = {"updated_at": self.clock, "revision": revision} | fields
            alert = known.model_copy(update=update)
        self._removed.pop(alert.id, None)
        self.alerts[alert.id] = alert
        self.log.note(alert.id, brings_in=brings_in)
        return alert

    def remove(self, alert_id: int) -> Removal:
        """Take an alert out of everyone's sight, telling nobody yet; `commit` brings it back."""
        self.clock += timedelta(seconds=1)
        known = self.alerts.pop(alert_id)
        removed = known.model_copy(update={"revision": (known.revision or 0) + 1})
        self._removed[alert_id] = removed
        self.log.note(alert_id, brings_in=False)
        return Removal(id=alert_id, revision=removed.revision or 1)

    def is_newest(self, alert: Alert | Removal) -> bool:
        """Whether nothing happened to an alert since it was like this."""
        known = self.alerts.get(alert.id) or self._removed.get(alert.id)
        return known is None or (known.revision or 0) <= (alert.revision or 0)

    def event_about(self, alert_id: int, *, brings_in: bool) -> dict[str, Any]:
        """The frame of protocol 2 that tells how it stands with an alert now."""
        if (alert := self.alerts.get(alert_id)) is not None:
            kind = "new_alert" if brings_in else "alert_updated"
            return {"type": kind, "data": alert.model_dump(mode="json")}
        revision = self._removed[alert_id].revision
        return {"type": "alert_removed", "data": {"id": alert_id, "revision": revision}}

    # Answers.

    async def handle(self, request: httpx.Request) -> httpx.Response:
        """The answer to a request; also the handler of an `httpx.MockTransport`."""
        self.requests.append(request)
        if self.rest_answers:
            answer = self.rest_answers.popleft()
            if isinstance(answer, Exception):
                raise answer
            return answer
        parts = request.url.path.removeprefix(BASE_PATH).strip("/").split("/")
        if parts == ["meta"]:
            return self._meta()
        try:
            body = json.loads(request.content or b"{}")
            if parts[0] == "auth" and parts != ["auth", "me"]:
                return self._auth(parts[-1], body)
            if not self.accepts(_bearer(request)):
                return problem(401, "unauthenticated")
            return await self._answer_once(request, parts, body)
        except (ValueError, KeyError):  # a ValidationError is a ValueError
            return problem(422, "validation_failed")

    async def _answer_once(
        self, request: httpx.Request, parts: list[str], body: dict[str, Any]
    ) -> httpx.Response:
        knows_keys = "idempotency_key" in (self.features or ())
        has_key = knows_keys and "Idempotency-Key" in request.headers
        answer = self._keys.answer_before(request) if has_key else None
        if answer is None:
            answer = await self._answer(request, parts, body)
            if has_key:
                self._keys.keep(request, answer)
        if self.answers_to_lose and request.method != "GET":
            self.answers_to_lose -= 1
            raise httpx.ReadError("the answer was lost")
        return answer

    async def _answer(
        self, request: httpx.Request, parts: list[str], body: dict[str, Any]
    ) -> httpx.Response:
        match request.method, parts:
            case "GET", ["auth", "me"]:
                return httpx.Response(200, json=USER)
            case "GET", ["alerts"]:
                return await self._page(request.url.params)
            case "POST", ["alerts", "single"]:
                return await self._create(body)
            case "POST", ["alerts", "ingest"]:
                return await self._ingest(body)
            case method, ["incidents", *steps]:
                self.clock += timedelta(seconds=method != "GET")
                answer = self.casework.answer(method, steps, request, body)
                await self.tell_of_incidents()
                return answer
            case method, ["alerts", number, *rest] if number.isdecimal():
                if (alert := self.alerts.get(int(number))) is not None:
                    return await self._about(alert, f"{method} {'/'.join(rest)}", request, body)
        return problem(404, "not_found")

    async def _about(
        self, alert: Alert, what: str, request: httpx.Request, body: dict[str, Any]
    ) -> httpx.Response:
        match what:
            case "GET ":
                return _shown(alert)
            case "PUT ":
                return await self._update(alert, request, body)
            case "GET timeline":
                entries = [entry.model_dump(mode="json") for entry in self._timeline(alert)]
                return httpx.Response(200, json={"timeline": entries})
            case "POST comments":
                return await self._comment(alert, body["content"])
            case "POST ownership":
                return await self.take(alert)
        return problem(404, "not_found")

    def _meta(self) -> httpx.Response:
        if self.features is None:
            return problem(404, "not_found")
        meta = {
            "version": "1",
            "protocols": list(self.protocols),
            "features": list(self.features),
        }
        return httpx.Response(200, json=meta)

    def _auth(self, what: str, body: dict[str, Any]) -> httpx.Response:
        match what:
            case "login":
                return self.login(body) or problem(401, "unauthenticated")
            case "refresh":
                return self.refresh(body) or problem(401, "unauthenticated")
            case "logout":
                self.access_tokens.clear()
                self.refresh_tokens.clear()
                return httpx.Response(204)
        return problem(404, "not_found")

    async def _page(self, params: httpx.QueryParams) -> httpx.Response:
        if self.page_delay_seconds:
            await asyncio.sleep(self.page_delay_seconds)
        if self.before_page is not None:
            self.before_page(self.pages_served)
        self.pages_served += 1
        try:
            asked = self._asked(params)
        except QueryError:
            return problem(422, "validation_failed")
        body = listed(asked, params, self.features or ())
        headers = {}
        if self.features:
            headers = {EPOCH_HEADER: self.epoch, SEQ_HEADER: str(self.log.head)}
        return httpx.Response(200, json=body, headers=headers)

    def _asked(self, params: httpx.QueryParams) -> list[Alert]:
        """The alerts that the filter language asks for, where the server knows it."""
        query = parse(params.get("query", "") if "query" in (self.features or ()) else "")
        return [
            alert for alert in self.alerts.values() if query.matches(alert, now=self.clock, me=ME)
        ]

    # Changes.

    async def _update(
        self, alert: Alert, request: httpx.Request, body: dict[str, Any]
    ) -> httpx.Response:
        expected = request.headers.get("If-Match", "").strip('"')
        if expected and expected != str(alert.revision):
            return problem(412, "changed_since", current=alert.model_dump(mode="json"))
        changes = AlertUpdate.model_validate(body).model_dump(exclude_unset=True)
        changed = self.commit(alert.id, **changes)
        await self.publish(changed, kind="alert_updated")
        return _shown(changed)

    async def _comment(self, alert: Alert, content: str) -> httpx.Response:
        changed = self.commit(alert.id)
        entries = self._timeline(alert)
        entry = TimelineEntry(
            id=len(entries) + 1,
            alert_id=alert.id,
            at=self.clock,
            actor=Actor(kind="user", id=1, name="dana"),
            action="commented",
            comment=content,
            revision=changed.revision,
        )
        entries.append(entry)
        await self.publish(changed, kind="alert_updated")
        return httpx.Response(201, json=entry.model_dump(mode="json"))

    async def take(self, alert: Alert) -> httpx.Response:
        """Make an alert dana's, with an incident for it; 409 when it is someone else's."""
        user = UserRef.model_validate(USER)
        if alert.assigned_analyst_id not in (None, user.id):
            return problem(409, "already_owned")
        incident = self.casework.begin(
            title=alert.title,
            severity=alert.severity,
            status="assigned",
            assigned_analyst_id=user.id,
            alert_ids=(alert.id,),
        )
        ours = {"assigned_analyst_id": user.id, "assigned_analyst": user}
        changed = self.commit(
            alert.id, **ours, status="investigating", incident_id=incident.incident_id
        )
        await self.publish(changed, kind="alert_updated")
        await self.tell_of_incidents()
        owned = Ownership(alert=changed, incident=incident)
        return httpx.Response(200, json=owned.model_dump(mode="json"))

    async def _create(self, body: dict[str, Any]) -> httpx.Response:
        result = await self._created(0, body, source=None)
        if result.status == "duplicate":
            return problem(409, "duplicate")
        assert result.id is not None
        return _shown(self.alerts[result.id], status=201)

    async def _ingest(self, body: dict[str, Any]) -> httpx.Response:
        results = []
        for index, record in enumerate(body["alerts"]):
            try:
                result = await self._created(index, record, source=body["source_system"])
            except ValidationError:
                result = IngestResult(index=index, status="invalid", error="invalid")
            results.append(result)
        ids = tuple(one.id for one in results if one.status == "created" and one.id is not None)
        report = IngestReport(
            success=bool(ids),
            processed_count=len(ids),
            failed_count=len(results) - len(ids),
            created_alert_ids=ids,
            results=tuple(results),
            ingestion_id=f"ingestion-{len(self.requests)}",
        )
        return httpx.Response(200, json=report.model_dump(mode="json"))

    async def _created(self, index: int, record: Any, *, source: str | None) -> IngestResult:
        draft = AlertDraft.model_validate(record)
        key = (draft.source or source, draft.external_alert_id)
        for alert in self.alerts.values():
            if (alert.source, alert.external_alert_id) == key:
                return IngestResult(index=index, status="duplicate", id=alert.id)
        fields = draft.model_dump(exclude_none=True, exclude={"raw_alert_data"})
        alert = self.commit(**({"detected_at": self.clock} | fields | {"source": key[0] or ""}))
        await self.publish(alert)
        return IngestResult(index=index, status="created", id=alert.id)

    def _timeline(self, alert: Alert) -> list[TimelineEntry]:
        return self.timelines.setdefault(alert.id, [])


def _shown(alert: Alert, *, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=alert.model_dump(mode="json"))


def _bearer(request: httpx.Request) -> str:
    return str(request.headers.get("Authorization", "")).removeprefix("Bearer ")
