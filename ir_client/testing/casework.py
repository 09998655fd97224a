"""The incidents of the fake server: kept, changed and shown, without rules of who may what."""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx

from ..wire.alerts import Change
from ..wire.auth import UserRef
from ..wire.incidents import (
    Incident,
    IncidentCreate,
    IncidentEntry,
    IncidentMove,
    IncidentStats,
    IncidentUpdate,
    NoteCreate,
)
from ..wire.values import INCIDENT_STATUSES, is_open
from .logins import USER
from .problems import problem

_OPEN = frozenset(filter(is_open, INCIDENT_STATUSES))
_ME = UserRef.model_validate(USER)
_PRIORITIES = {"critical": "P1", "high": "P2", "medium": "P3"}


class Casework:
    """Incidents by number; `untold` are changes that nobody was told of, oldest first."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.incidents: dict[int, Incident] = {}
        self.watched: set[int] = set()
        self.untold: deque[tuple[str, Incident]] = deque()
        self._now = now

    def commit(self, number: int | None = None, **fields: Any) -> Incident:
        """Make or change an incident, telling nobody yet; without a number, make the next."""
        number = number or max(self.incidents, default=0) + 1
        known = self.incidents.get(number)
        if known is None:
            incident = Incident(**(self._fresh(number, fields) | fields))
        else:
            later = {"updated_at": self._now(), "revision": (known.revision or 0) + 1}
            incident = known.model_copy(update=later | fields)
        counted = {"alert_count": len(incident.alert_ids)}
        self.incidents[number] = incident.model_copy(update=counted)
        return self.incidents[number]

    def find(self, name: int | str) -> Incident | None:
        """The incident of this number or name."""
        for incident in self.incidents.values():
            if str(name) in (str(incident.id), incident.incident_id):
                return incident
        return None

    def owned(self, statuses: set[str] | frozenset[str] = _OPEN) -> list[Any]:
        """Dana's incidents in these statuses, the newest first."""
        mine = [one for one in self._newest() if one.owner_id == _ME.id and one.status in statuses]
        return [one.model_dump(mode="json") for one in mine]

    def begin(self, **fields: Any) -> Incident:
        """Make an incident, and leave word of it."""
        whose: dict[str, Any] = {"owner_id": _ME.id, "owner": _ME}
        incident = self.commit(**(whose | fields))
        return self._noted(incident, "incident_created", IncidentEntry(action="created"))

    def answer(
        self, method: str, steps: list[str], request: httpx.Request, body: dict[str, Any]
    ) -> httpx.Response:
        """The answer to a request below `/incidents`."""
        match method, steps:
            case "GET", []:
                return self._page(request.url.params)
            case "POST", []:
                made = IncidentCreate.model_validate(body).model_dump(exclude_unset=True)
                return _shown(self.begin(**made), status=201)
            case "GET", ["owned"]:
                asked = ",".join(request.url.params.get_list("status"))
                statuses = frozenset(asked.split(",")) if asked else _OPEN
                return httpx.Response(200, json={"incidents": self.owned(statuses)})
            case "GET", ["stats"]:
                return httpx.Response(200, json=self._stats().model_dump(mode="json"))
            case _, [name, *rest] if (incident := self.find(name)) is not None:
                return self._about(incident, f"{method} {'/'.join(rest)}", request, body)
        return problem(404, "not_found")

    def _about(
        self, incident: Incident, what: str, request: httpx.Request, body: dict[str, Any]
    ) -> httpx.Response:
        match what:
            case "GET ":
                return _shown(incident)
            case "GET timeline":
                return httpx.Response(200, json={"timeline": list(incident.incident_timeline)})
            case "PUT ":
                expected = request.headers.get("If-Match", "").strip('"')
                if expected and expected != str(incident.revision):
                    return problem(412, "changed_since", current=incident.model_dump(mode="json"))
                changes = IncidentUpdate.model_validate(body).model_dump(exclude_unset=True)
                return _shown(self._changed(incident, "updated", changes))
            case "PUT status":
                move = IncidentMove.model_validate(body)
                changes = {"status": move.status}
                return _shown(self._changed(incident, "status_changed", changes, move.notes))
            case "POST notes":
                return self._note(incident, NoteCreate.model_validate(body))
        return problem(404, "not_found")

    def _changed(
        self, incident: Incident, action: str, fields: dict[str, Any], notes: str | None = None
    ) -> Incident:
        changes = {
            name: Change(before=getattr(incident, name), after=value)
            for name, value in fields.items()
        }
        changed = self.commit(incident.id, **fields)
        entry = IncidentEntry(action=action, notes=notes, changes=changes)
        return self._noted(changed, "incident_updated", entry)

    def _note(self, incident: Incident, note: NoteCreate) -> httpx.Response:
        entry = IncidentEntry(
            action="noted",
            notes=note.content,
            note_type=note.note_type,
            is_internal=note.is_internal,
        )
        after = self._noted(self.commit(incident.id), "incident_updated", entry)
        return httpx.Response(201, json=after.incident_timeline[-1])

    def _noted(self, incident: Incident, kind: str, entry: IncidentEntry) -> Incident:
        """The incident with a line more, which waits to be told."""
        number = len(incident.incident_timeline) + 1
        of_whom = {"id": number, "at": self._now(), "actor": _ME.username, "actor_id": _ME.id}
        line = entry.model_copy(update=of_whom).model_dump(mode="json")
        noted = incident.model_copy(
            update={"incident_timeline": (*incident.incident_timeline, line)}
        )
        self.incidents[incident.id] = noted
        self.untold.append((kind, noted))
        return noted

    def _fresh(self, number: int, fields: dict[str, Any]) -> dict[str, Any]:
        severity = fields.get("severity", "high")
        return {
            "id": number,
            "incident_id": f"INC-{number}",
            "title": "Suspicious PowerShell",
            "severity": severity,
            "priority": _PRIORITIES.get(severity, "P4"),
            "status": "new",
            "created_at": self._now(),
            "updated_at": self._now(),
            "revision": 1,
        }

    def _newest(self) -> list[Incident]:
        return sorted(self.incidents.values(), key=lambda one: one.id, reverse=True)

    def _page(self, params: httpx.QueryParams) -> httpx.Response:
        found = [one for one in self._newest() if _matches(one, params)]
        size, page = int(params.get("size", "50")), int(params.get("page", "1"))
        shown = found[(page - 1) * size : page * size]
        pagination = {"page": page, "size": size, "total": len(found)}
        pagination["total_pages"] = -(-len(found) // size)
        body = {"incidents": [one.model_dump(mode="json") for one in shown]}
        return httpx.Response(200, json=body | {"pagination": pagination})

    def _stats(self) -> IncidentStats:
        held = list(self.incidents.values())
        still_open = [one for one in held if one.status in _OPEN]
        return IncidentStats(
            total=len(held),
            open=len(still_open),
            unassigned=sum(one.assigned_analyst_id is None for one in still_open),
            by_status=_counted([one.status for one in held]),
            by_severity=_counted([one.severity for one in still_open]),
            by_priority=_counted([one.priority for one in still_open]),
        )


def _matches(incident: Incident, params: httpx.QueryParams) -> bool:
    for name in ("severity", "status", "priority", "owner_id", "assigned_analyst_id"):
        wanted = params.get_list(name)
        if wanted and str(getattr(incident, name)) not in wanted:
            return False
    return params.get("search", "").lower() in incident.title.lower()


def _counted(values: list[str]) -> dict[str, int]:
    return {value: values.count(value) for value in values}


def _shown(incident: Incident, *, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=incident.model_dump(mode="json"))
