"""What workers tell the screen; only handlers of these touch widgets."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.message import Message

from ir_client.wire.alerts import TimelineEntry
from ir_console.model.triage import Action

from .desk import BulkOutcome, Outcome


class FrameDue(Message):
    """Something arrived; one of these is under way at most, however much arrives."""


@dataclass
class HistoryRead(Message):
    """The timeline of an alert was read, or could not be."""

    alert_id: int
    entries: Sequence[TimelineEntry] | None
    problem: str = ""


@dataclass
class TriageEnded(Message):
    """What came of something the analyst did; `draft` is the text that was typed for it."""

    action: Action
    alert_id: int
    outcome: Outcome
    draft: str = ""


@dataclass
class BulkEnded(Message):
    """What came of something the analyst did to many alerts; `words` say what it was."""

    alert_ids: tuple[int, ...]
    words: str
    outcome: BulkOutcome
