"""The incidents that the console knows of: the newest state of each, and how the list stands."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ir_client.wire.incidents import Incident
from ir_client.wire.values import is_open

# Lists are for looking through; who wants more asks the command line.
MOST_INCIDENTS = 1_000
_PRIORITIES = ("P1", "P2", "P3", "P4")


@dataclass(slots=True)
class IncidentBook:
    """Filled by the stream and by reading; `problem` says why reading failed, safe to show."""

    is_loading: bool = False
    is_loaded: bool = False
    problem: str = ""
    _stored: dict[int, Incident] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._stored)

    def take_in(self, incidents: Iterable[Incident]) -> bool:
        """Take in states; whether any of them was news."""
        is_news = False
        for incident in incidents:
            known = self._stored.get(incident.id)
            if known is None or _is_newer(incident, known):
                self._stored[incident.id] = incident
                is_news = True
        return is_news

    def loaded(self, incidents: Iterable[Incident]) -> None:
        """Take in all that the server lists; what it lists no more is not ours to see."""
        listed = list(incidents)
        ids = {incident.id for incident in listed}
        if len(listed) < MOST_INCIDENTS:
            self._stored = {key: one for key, one in self._stored.items() if key in ids}
        self.take_in(listed)
        self.is_loading, self.is_loaded, self.problem = False, True, ""

    def failed(self, problem: str) -> None:
        """Reading did not work; what is known stays."""
        self.is_loading, self.problem = False, problem

    def get(self, name: int | str | None) -> Incident | None:
        """One incident, by its number or its name."""
        if isinstance(name, int):
            return self._stored.get(name)
        return next((one for one in self._stored.values() if one.incident_id == name), None)

    def in_order(self) -> list[Incident]:
        """The open ones first, by priority; then by age, the newest first."""
        return sorted(self._stored.values(), key=_place)

    def open_ones(self, *, me: int | None) -> list[Incident]:
        """The open ones, mine first, the newest first: what one would add alerts to."""
        found = [one for one in self._stored.values() if is_open(one.status)]
        return sorted(found, key=lambda one: (one.owner_id != me, -one.id))


def _place(incident: Incident) -> tuple[bool, int, int]:
    known = incident.priority in _PRIORITIES
    rank = _PRIORITIES.index(incident.priority) if known else len(_PRIORITIES)
    return (not is_open(incident.status), rank, -incident.id)


def _is_newer(incident: Incident, known: Incident) -> bool:
    if incident.revision is not None and known.revision is not None:
        return incident.revision > known.revision
    # A plain server's states are told apart by what they say.
    return incident.updated_at >= known.updated_at and incident != known
