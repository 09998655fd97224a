"""Decide what one subscriber is sent next, however slow it is.

Two lanes. Answers (the first snapshot, what a command gave) are finished frames, sent in their
order and before anything else. Changes are an ordered set of what is dirty, at most one entry
for each subject: a second change of something that still waits costs nothing, because frames
are rendered from the present state when they leave. So the backlog delays and coalesces, and
never loses a final state.

Both lanes are bounded. A full one refuses; the caller then ends the connection, and the client
fetches what it missed. Holds no frame of a change, reads no clock, does no I/O.
"""

from collections import OrderedDict, deque
from collections.abc import Iterator
from enum import StrEnum
from itertools import islice
from typing import NamedTuple


class Topic(StrEnum):
    """What a change is about. A notice is an incident's announcement, kept apart from its state."""

    ALERT = "alert"
    INCIDENT = "incident"
    NOTICE = "notice"


class Subject(NamedTuple):
    """One thing that can be dirty; made once per event and shared by all backlogs."""

    topic: Topic
    id: int

    @property
    def carrier(self) -> "Subject":
        """What it is told from: a notice from the state of its incident, all else from its own."""
        return Subject(Topic.INCIDENT, self.id) if self.topic is Topic.NOTICE else self


class Word(StrEnum):
    """The frame type that tells of a change."""

    NEW_ALERT = "new_alert"
    ALERT_UPDATED = "alert_updated"
    INCIDENT_CREATED = "incident_created"
    INCIDENT_NOTIFICATION = "incident_notification"
    INCIDENT_UPDATED = "incident_updated"


class Change(NamedTuple):
    """Why a subject is dirty: the word for it, and the event that first made it so.

    `revision` is the oldest state that may be told: the one of the last event that was marked.
    """

    word: Word
    seq: int
    revision: int = 0


class Backlog:
    """What one subscriber has not been sent yet."""

    # Every alert asks every backlog whether it is empty: one object less to look at.
    __slots__ = (
        "_answer_bytes",
        "_answers",
        "_changes",
        "_max_answer_bytes",
        "_max_changes",
        "coalesced",
    )

    def __init__(self, *, max_changes: int, max_answer_bytes: int) -> None:
        self._max_changes = max_changes
        self._max_answer_bytes = max_answer_bytes
        self._answers: deque[bytes] = deque()
        self._answer_bytes = 0
        # Taken from the front: a dict would look through all that has left, each time.
        self._changes: OrderedDict[Subject, Change] = OrderedDict()
        self.coalesced = 0

    def __len__(self) -> int:
        return len(self._answers) + len(self._changes)

    @property
    def is_empty(self) -> bool:
        return not self._changes and not self._answers

    @property
    def oldest_seq(self) -> int | None:
        """The event of the oldest change that waits: all before it has been sent.

        Marks come in the order of the log and the first one stays, so it is the first entry.
        """
        oldest = self.next_change()
        return oldest[1].seq if oldest else None

    def position(self, read_through: int) -> int:
        """Where to resume from when all events up to `read_through` were marked here.

        Just before the oldest change that waits. Not the newest change that has left: an older
        one of something else may still wait behind it, and would be lost.
        """
        oldest_seq = self.oldest_seq
        return read_through if oldest_seq is None else min(read_through, oldest_seq - 1)

    @property
    def room(self) -> int:
        """How many more subjects may be dirty."""
        return self._max_changes - len(self._changes)

    def answer(self, frame: bytes) -> bool:
        """Queue a finished frame; False when the lane is full and it was refused.

        One frame always fits an empty lane: a large snapshot is not a slow reader's fault.
        """
        if self._answers and self._answer_bytes + len(frame) > self._max_answer_bytes:
            return False
        self._answers.append(frame)
        self._answer_bytes += len(frame)
        return True

    def mark(self, subject: Subject, change: Change) -> bool:
        """Note that `subject` changed; False when the lane is full and it was refused.

        The first word stays: a new alert that is updated while it waits is still news.
        """
        waiting = self._changes.get(subject)
        if waiting is not None:
            self.coalesced += 1
            if change.revision > waiting.revision:
                self._changes[subject] = Change(waiting.word, waiting.seq, change.revision)
            return True
        if len(self._changes) >= self._max_changes:
            return False
        self._changes[subject] = change
        return True

    def next_answer(self) -> bytes | None:
        """Take the next finished frame."""
        if not self._answers:
            return None
        frame = self._answers.popleft()
        self._answer_bytes -= len(frame)
        return frame

    def next_change(self) -> tuple[Subject, Change] | None:
        """Look at the oldest change without taking it."""
        return next(iter(self._changes.items()), None)

    def done(self, subject: Subject) -> None:
        """Take a change: its state was sent, or there is nothing more to say of it."""
        self._changes.pop(subject, None)

    def upcoming(self, count: int) -> Iterator[tuple[Subject, Change]]:
        """The changes that leave next, for fetching their states together."""
        return islice(self._changes.items(), count)

    def clear_changes(self) -> None:
        """Forget what changed: the client fetches it."""
        self._changes.clear()

    def clear(self) -> None:
        """Forget everything: the connection is over."""
        self._answers.clear()
        self._answer_bytes = 0
        self._changes.clear()
