"""Remember what the reader has been given, so that nothing is given twice and a gap has a start.

Everything passes here right before it is handed out, live or fetched. Holds for each alert the
mark of its last state, and the newest `updated_at` handed out: the watermark, in the server's
clock. Forgetting a mark (there is a limit) costs a duplicate, never a loss.
"""

from datetime import UTC, datetime

from ..wire.alerts import Alert
from ..wire.events import AlertUpdated, NewAlert
from ..wire.protocol2 import AlertRemoved

MAX_MARKS = 100_000


# The state of an alert that was handed out last: when it was created, which tells reused numbers
# apart (None: the alert was removed); its revision; and without one, when it was updated and a hash
# of its content. Bare tuples of values, since Python's collector goes again and again through
# whatever else is kept in numbers; in one zone, since times that were read may each have their own.
_Mark = tuple[datetime | None, int | None, datetime | None, int]


class Ledger:
    """What one stream has handed to its reader."""

    def __init__(self, *, max_marks: int = MAX_MARKS) -> None:
        self._marks: dict[int, _Mark] = {}
        self._max_marks = max_marks
        self._baseline: datetime | None = None
        self._watermark: datetime | None = None
        self._recovered = 0

    @property
    def watermark(self) -> datetime | None:
        """All changes up to here have been handed out, give or take the server's lag."""
        return self._watermark or self._baseline

    def begin(self, moment: datetime | None) -> None:
        """What happened before the first connection is not ours to deliver."""
        if self._baseline is None:
            self._baseline = moment

    def forget(self) -> None:
        """The server's data is other data now: no mark means anything any more."""
        self._marks.clear()

    def admit(self, event: NewAlert | AlertUpdated) -> NewAlert | AlertUpdated | None:
        """The event to hand out, or None when the reader has this state or a newer one."""
        alert = event.data
        known = self._marks.get(alert.id)
        created = _in_utc(alert.created_at)
        if known is not None:
            if known[0] != created and known[0] is not None:
                known = None
            elif not _is_later(alert, known):
                return None
        self._keep(alert.id, _mark_of(alert, created))
        updated = alert.updated_at
        if self._watermark is None or updated > self._watermark:
            self._watermark = updated
        if event.origin == "backfill":
            self._recovered += 1
        is_news = known is None or _is_removed(known)
        if is_news and type(event) is AlertUpdated and self._is_after_baseline(alert):
            return as_new(event)
        return event

    def admit_removal(self, event: AlertRemoved) -> AlertRemoved | None:
        """The event to hand out, or None when the reader knows of it or of a later state.

        Only a later state brings the alert back.
        """
        alert_id, revision = event.data.id, event.data.revision
        known = self._marks.get(alert_id)
        if known is not None and _knows_of_removal(known, revision):
            return None
        self._keep(alert_id, (None, revision, None, 0))
        return event

    def take_recovered(self) -> int:
        """How many fetched states were handed out since this was last asked."""
        recovered, self._recovered = self._recovered, 0
        return recovered

    def _keep(self, alert_id: int, mark: _Mark) -> None:
        marks = self._marks
        marks.pop(alert_id, None)
        marks[alert_id] = mark  # the newest stands last: the oldest goes first
        if len(marks) > self._max_marks:
            del marks[next(iter(marks))]

    def _is_after_baseline(self, alert: Alert) -> bool:
        return self._baseline is not None and alert.created_at > self._baseline


def _mark_of(alert: Alert, created: datetime) -> _Mark:
    revision = alert.revision
    if revision is not None:
        return created, revision, None, 0
    return created, None, _in_utc(alert.updated_at), _digest_of(alert)


def _in_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def _is_removed(known: _Mark) -> bool:
    return known[0] is None


def _knows_of_removal(known: _Mark, revision: int) -> bool:
    told = known[1]
    return told is not None and (told > revision or (told == revision and _is_removed(known)))


def _digest_of(alert: Alert) -> int:
    return hash(alert.model_dump_json())


def _is_later(alert: Alert, known: _Mark) -> bool:
    """Whether the reader does not have this state, and none that is newer."""
    _, revision, updated, digest = known
    if alert.revision is not None and revision is not None:
        return alert.revision > revision
    if updated is None:
        return True  # the server counts revisions no more
    if alert.updated_at != updated:
        return alert.updated_at > updated
    # Clocks are coarse: two states of one moment differ in content only. Only a server without
    # revisions needs to be compared by content.
    return _digest_of(alert) != digest


def is_newer(one: Alert, other: Alert | AlertRemoved) -> bool:
    """Whether `one` is surely a later state of the same alert than `other`."""
    if isinstance(other, AlertRemoved):
        return one.revision is not None and one.revision > other.data.revision
    if one.revision is not None and other.revision is not None:
        return one.revision > other.revision
    return one.updated_at > other.updated_at


def as_new(event: AlertUpdated) -> NewAlert:
    """The same state, said of an alert that the reader does not know."""
    if event.origin == "backfill":
        return NewAlert.backfilled(event.alert)
    return NewAlert(data=event.alert)
