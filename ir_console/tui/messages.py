"""What workers tell the screen; only handlers of these touch widgets."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.message import Message

from ir_client.wire.alerts import Alert, TimelineEntry
from ir_client.wire.incidents import Incident, IncidentEntry
from ir_console.model.bulk import ItemResult
from ir_console.model.decisions import Decision
from ir_console.model.escalation import Escalation
from ir_console.model.filters import Filter
from ir_console.model.queued import Queued, QueuedMany
from ir_console.model.related import Related, Relation
from ir_console.model.tops import Top
from ir_console.model.undo import Before, Deed

from .bulk_job import BulkJob
from .desk import Failed, Outcome
from .incident_desk import Joined
from .screens.export_dialog import ExportAnswer


class FrameDue(Message):
    """Something arrived; one of these is under way at most, however much arrives."""


@dataclass
class HistoryRead(Message):
    """The timeline of an alert was read, or could not be."""

    alert_id: int
    entries: Sequence[TimelineEntry] | None
    problem: str = ""


@dataclass
class RelatedCounted(Message):
    """What other alerts share with one, and how many they are."""

    alert_id: int
    relations: tuple[Relation, ...]
    counted: tuple[Related, ...]


@dataclass
class TopsCounted(Message):
    """What there is most of among what is shown."""

    tops: tuple[Top, ...]


@dataclass
class TriageEnded(Message):
    """What came of a decision about an alert, as it was `seen`."""

    decision: Decision
    seen: Alert
    outcome: Outcome


@dataclass
class FilterCounted(Message):
    """How many alerts the filter finds on the server, or why that cannot be said."""

    wanted: Filter
    found: int | Failed


@dataclass
class FilterRead(Message):
    """The alerts that the filter finds on the server, as they are now; or why not."""

    wanted: Filter
    found: list[Before] | Failed
    is_here: bool = False
    """They are those that are loaded here: the server could not be asked."""


@dataclass
class BulkProgressed(Message):
    """How far a job is, in words."""

    words: str


@dataclass
class ConflictRead(Message):
    """Both versions of an alert that a job was refused for."""

    decision: Decision
    outcome: Outcome


@dataclass
class BulkEnded(Message):
    """What came of each alert of a job."""

    job: BulkJob
    results: tuple[ItemResult, ...]
    incident_words: str = ""


@dataclass
class UndoEnded(Message):
    """What came of taking back something that was done to one alert."""

    deed: Deed
    outcome: Outcome
    incident_words: str = ""


@dataclass
class IncidentsRead(Message):
    """The list of incidents, or why it could not be read."""

    outcome: list[Incident] | Failed


@dataclass
class IncidentRead(Message):
    """One incident, by the name it was asked for by, or why it could not be read."""

    name: int | str
    outcome: Incident | Failed


@dataclass
class IncidentHistoryRead(Message):
    """The timeline of an incident, or why there is none."""

    incident_id: int
    entries: Sequence[IncidentEntry] | None
    problem: str


@dataclass
class IncidentChanged(Message):
    """What came of a change of an incident."""

    incident_id: int
    words: str
    failed: Failed | None


@dataclass
class EscalationAsked(Message):
    """Alerts are to become an incident; which ones there are, or why that is not known."""

    plan: Escalation
    before: tuple[Before, ...]
    incidents: list[Incident] | Failed


@dataclass
class Escalated(Message):
    """What came of each alert that was to join an incident, or why none was made."""

    name: str
    before: tuple[Before, ...]
    outcome: tuple[ItemResult, ...] | Failed
    is_new: bool


@dataclass
class QueueSent(Message):
    """What came of an action that had waited for the connection."""

    queued: Queued
    outcome: Outcome


@dataclass
class QueueManySent(Message):
    """What came of each alert of an action that had waited; `joined` is what they joined, if so."""

    queued: QueuedMany
    results: tuple[ItemResult, ...]
    joined: Joined | None = None


@dataclass
class ExportEnded(Message):
    """What came of writing alerts to a file; `problem` is safe to show."""

    ids: tuple[int, ...]
    answer: ExportAnswer
    problem: str
    exists: bool
