"""Hold who views which alert, and tell those who view the same one.

A view ends with its connection, with the next view, or when the alert leaves the user's sight.
Everyone is told the newest list only, and only when it differs from the one told before. Does
no I/O: what decides who sees an alert is brought here by the hub.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ir_client.wire.protocol2 import PresentUser
from server_stub import access
from server_stub.access import AlertSight
from server_stub.hub.frames import Message, plain_message
from server_stub.hub.sequenced import SequencedSubscriber

# A frame stays small, and nobody reads a longer list of names.
MAX_USERS_TOLD = 50


@dataclass(slots=True)
class _View:
    alert_id: int
    user: PresentUser
    told: Message | None = None


class Presence:
    """The views of all connections; `changed` is set while someone has to be told."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self._views: dict[SequencedSubscriber, _View] = {}
        self._viewers: dict[int, dict[SequencedSubscriber, None]] = {}
        self._sights: dict[int, AlertSight] = {}
        self._to_tell: dict[int, None] = {}

    @property
    def viewed(self) -> Collection[int]:
        """The numbers of the alerts that someone views."""
        return tuple(self._viewers)

    def begin(
        self,
        subscriber: SequencedSubscriber,
        user: PresentUser,
        *,
        alert_id: int,
        sight: AlertSight,
    ) -> Message:
        """Note that `user` views an alert from now on, and no other; who views it now."""
        view = self._views.get(subscriber)
        if view is None or view.alert_id != alert_id:
            self.end(subscriber)
            view = self._views[subscriber] = _View(alert_id, user)
            self._viewers.setdefault(alert_id, {})[subscriber] = None
            self._note(alert_id)
        self._sights[alert_id] = sight
        view.told = self._message(alert_id)
        return view.told

    def end(self, subscriber: SequencedSubscriber) -> None:
        """Note that nothing is viewed here any more."""
        view = self._views.pop(subscriber, None)
        if view is None:
            return
        subscriber.show_presence(None)
        viewers = self._viewers[view.alert_id]
        del viewers[subscriber]
        if viewers:
            self._note(view.alert_id)
        else:
            del self._viewers[view.alert_id], self._sights[view.alert_id]

    def learn(self, sights: Mapping[int, AlertSight]) -> None:
        """Take in what decides now who sees these alerts, and end the views of who may not."""
        known = sights.keys() & self._viewers.keys()
        self._sights |= {alert_id: sights[alert_id] for alert_id in known}
        self.end_blind({one for alert_id in known for one in self._viewers[alert_id]})

    def end_blind(self, which: Iterable[SequencedSubscriber] | None = None) -> None:
        """End the views, of all or of these, of alerts that the user may not see now."""
        for subscriber in list(self._views) if which is None else which:
            team, analyst_id = self._sights[self._views[subscriber].alert_id]
            if not access.sees_alert(subscriber.viewer, team=team, assigned_analyst_id=analyst_id):
                self.end(subscriber)

    def tell(self) -> list[SequencedSubscriber]:
        """Give the newest lists to those who have another; they have something to send now."""
        self.changed.clear()
        to_tell, self._to_tell = self._to_tell, {}
        told: list[SequencedSubscriber] = []
        for alert_id in to_tell:
            message = self._message(alert_id)
            for subscriber in self._viewers.get(alert_id, ()):
                view = self._views[subscriber]
                if view.told != message:
                    view.told = message
                    subscriber.show_presence(message)
                    told.append(subscriber)
        return told

    def _note(self, alert_id: int) -> None:
        self._to_tell[alert_id] = None
        self.changed.set()

    def _message(self, alert_id: int) -> Message:
        present: dict[int, PresentUser] = {}
        for subscriber in self._viewers.get(alert_id, ()):
            user = self._views[subscriber].user
            present.setdefault(user.id, user)
            if len(present) == MAX_USERS_TOLD:
                break
        users = [user.model_dump() for user in present.values()]
        return plain_message("presence", {"alert_id": alert_id, "users": users})
