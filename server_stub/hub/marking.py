"""Decide who has to hear of an event, and in which word.

Goes by the present state and the viewer's present rights, not by what was true when the event
was written: later events bring later states. Remembers up to which version of an alert all who
were there have been marked, so that two events found in one state are told once. Does no I/O.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ir_client.wire.values import role_at_least
from server_stub import access
from server_stub.access import Viewer
from server_stub.domain.backlog import Change, Subject, Topic, Word
from server_stub.hub.edition import Audience
from server_stub.hub.sequenced import SequencedSubscriber
from server_stub.hub.states import AlertState, IncidentState, State
from server_stub.hub.subscriber import Subscriber
from server_stub.storage.events import LogEvent

_REMEMBERED_ALERTS = 20_000


def subject_of(event: LogEvent) -> Subject | None:
    """What `event` is about; None for what the stream does not tell."""
    if event.alert_id is not None and event.kind in ("new", "updated", "removed"):
        return Subject(Topic.ALERT, event.alert_id)
    if event.incident_id is not None:
        return Subject(Topic.INCIDENT, event.incident_id)
    return None


class Marker:
    """Turns events into marks in backlogs."""

    def __init__(self) -> None:
        self._told: OrderedDict[int, tuple[int, int]] = OrderedDict()

    def mark(
        self,
        events: Sequence[LogEvent],
        states: Mapping[Subject, State],
        subscribers: Iterable[Subscriber],
    ) -> None:
        """Mark everyone who has to hear of `events`, in their order."""
        everyone = list(subscribers)
        sequenced = [one for one in everyone if isinstance(one, SequencedSubscriber)]
        for event in events:
            listeners = everyone
            if sequenced:
                listeners = [one for one in everyone if _awaits(one, event.seq)]
            subject = subject_of(event)
            state = states.get(subject) if subject else None
            match state:
                case AlertState():
                    self._mark_alert(event, state, listeners)
                case IncidentState() if event.kind == "incident_created":
                    _mark_created(event, state, listeners)
                case IncidentState():
                    _mark_updated(event, state, listeners)
                case None:
                    continue
        for subscriber in sequenced if events else ():
            subscriber.advance(events[-1].seq)

    def audiences(
        self,
        events: Sequence[LogEvent],
        states: Mapping[Subject, State],
        subscribers: Iterable[Subscriber],
    ) -> tuple[Mapping[Audience, list[Subscriber]], list[Subscriber]]:
        """Who is told the same of `events`, and who has to be marked alone.

        Alone are those who have a part in what happened, or have not heard just what is before it.
        """
        before, since = events[0].seq - 1, self._oldest_told(events)
        people = _people_in(events, states)
        tells_of_incidents = any(isinstance(state, IncidentState) for state in states.values())
        together: defaultdict[Audience, list[Subscriber]] = defaultdict(list)
        alone: list[Subscriber] = []
        for one in subscribers:
            if (
                (people and one.viewer.user_id in people)
                or not one.heard_all(before, since=since)
                or (tells_of_incidents and one.watches_by_name)
            ):
                alone.append(one)
            else:
                together[one.audience].append(one)
        return together, alone

    def _oldest_told(self, events: Sequence[LogEvent]) -> int | None:
        """At which event that was first marked which `events` need not tell again."""
        told = [(event, self._told.get(event.alert_id)) for event in events if event.alert_id]
        return min((at[1] for event, at in told if at and event.revision <= at[0]), default=None)

    def _mark_alert(
        self, event: LogEvent, state: AlertState, subscribers: list[Subscriber]
    ) -> None:
        before = event.seen_before
        sight_stayed = event.kind == "new" or before is None or before == state.sight
        told = self._told.get(state.id)
        if sight_stayed and told is not None and event.revision <= told[0]:
            # Not so for who came later: what was known then was not marked there.
            subscribers = [one for one in subscribers if _came_after(one, told[1])]
            if not subscribers:
                return
        as_news = Change(Word.NEW_ALERT, event.seq, event.revision)
        as_update = Change(Word.ALERT_UPDATED, event.seq, event.revision)
        subject = state.subject
        for subscriber in subscribers:
            viewer = subscriber.viewer
            if state.may_be_seen_by(viewer):
                is_news = event.kind == "new" or not (sight_stayed or saw(viewer, before))
                subscriber.mark(subject, as_news if is_news else as_update)
            elif before is not None and _hears_of_removals(subscriber) and saw(viewer, before):
                subscriber.mark(subject, as_update)
        self._remember(state, event.seq)

    def _remember(self, state: AlertState, seq: int) -> None:
        self._told[state.id] = (state.version, seq)
        self._told.move_to_end(state.id)
        if len(self._told) > _REMEMBERED_ALERTS:
            self._told.popitem(last=False)


def _people_in(events: Sequence[LogEvent], states: Mapping[Subject, State]) -> set[int | None]:
    """Users who may see, or be told, what others of the same sight are not."""
    people: set[int | None] = {event.seen_before[1] for event in events if event.seen_before}
    for event in events:
        subject = subject_of(event)
        match states.get(subject) if subject else None:
            case AlertState() as alert:
                people.add(alert.assigned_analyst_id)
            case IncidentState() as incident:
                people |= {incident.owner_id, incident.assigned_analyst_id}
                people.update(analyst_id for _, analyst_id in incident.sights)
    return people - {None}


def _awaits(subscriber: Subscriber, seq: int) -> bool:
    return not isinstance(subscriber, SequencedSubscriber) or subscriber.awaits(seq)


def _came_after(subscriber: Subscriber, seq: int) -> bool:
    return isinstance(subscriber, SequencedSubscriber) and not subscriber.was_there_at(seq)


def _hears_of_removals(subscriber: Subscriber) -> bool:
    """Whether it is told that an alert left its sight; protocol 1 has no word for that."""
    return isinstance(subscriber, SequencedSubscriber)


def saw(viewer: Viewer, sight: access.AlertSight | None) -> bool:
    """Whether `viewer` could see an alert of this sight; None is one that did not change."""
    if sight is None:
        return True
    team, analyst_id = sight
    return access.sees_alert(viewer, team=team, assigned_analyst_id=analyst_id)


def _mark_created(event: LogEvent, state: IncidentState, subscribers: list[Subscriber]) -> None:
    """The owner gets the incident; managers and admins are notified of it."""
    notice = Subject(Topic.NOTICE, state.id)
    for subscriber in subscribers:
        viewer = subscriber.viewer
        if viewer.user_id is not None and viewer.user_id == state.owner_id:
            subscriber.mark(state.subject, Change(Word.INCIDENT_CREATED, event.seq))
        if viewer.kind == "user" and role_at_least(viewer.role, "manager"):
            subscriber.mark(notice, Change(Word.INCIDENT_NOTIFICATION, event.seq))


def _handed_over(subscriber: Subscriber, event: LogEvent) -> bool:
    """Whether the event took the incident from whom `subscriber` is: one last word on it."""
    owner_before = None if event.seen_before is None else event.seen_before[1]
    return owner_before is not None and owner_before == subscriber.viewer.user_id


def _mark_updated(event: LogEvent, state: IncidentState, subscribers: list[Subscriber]) -> None:
    change = Change(Word.INCIDENT_UPDATED, event.seq)
    for subscriber in subscribers:
        is_told = subscriber.watches(state) or _handed_over(subscriber, event)
        if is_told and state.may_be_seen_by(subscriber.viewer):
            subscriber.mark(state.subject, change)
