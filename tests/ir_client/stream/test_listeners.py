"""Listeners hear all that happens, in its order, and may leave while they listen."""

import pytest

from ir_client.errors import IRError, StreamError
from ir_client.stream.events import Event
from ir_client.stream.listeners import Listeners
from ir_client.wire.events import NewAlert, Pong
from tests.support.builders import an_alert


class Noting:
    def __init__(
        self, listeners: Listeners, *, leaves: bool = False, hears_changes: bool = True
    ) -> None:
        self.hears_changes = hears_changes
        self.told: list[object] = []
        self._listeners = listeners
        self._leaves = leaves

    def opened(self, *, protocol: int) -> None:
        self.told.append(protocol)

    def heard(self, event: Event, request_id: str | None) -> None:
        self.told.append((event, request_id))
        if self._leaves:
            self._listeners.discard(self)

    def lost(self) -> None:
        self.told.append("lost")

    def ended(self, error: IRError | None) -> None:
        self.told.append(error)


def test_all_hear_everything_until_they_leave() -> None:
    listeners = Listeners()
    stays, leaves = Noting(listeners), Noting(listeners, leaves=True)
    listeners.add(leaves)
    listeners.add(stays)
    listeners.opened(protocol=2)
    listeners.heard(Pong(), "r-1")
    listeners.lost()
    failure = StreamError("beyond repair")
    listeners.ended(failure)
    assert stays.told == [2, (Pong(), "r-1"), "lost", failure]
    assert leaves.told == [2, (Pong(), "r-1")]
    listeners.discard(stays)
    listeners.discard(stays)
    listeners.lost()
    assert stays.told[-1] is failure


class Failing(Noting):
    def __getattribute__(self, name: str) -> object:
        if name == "hears_changes":
            return True
        raise ZeroDivisionError


def test_one_that_fails_is_logged_and_the_others_hear_all(
    caplog: pytest.LogCaptureFixture,
) -> None:
    listeners = Listeners()
    listeners.add(Failing(listeners))
    listeners.add(hears := Noting(listeners))
    listeners.opened(protocol=2)
    listeners.heard(Pong(), None)
    listeners.heard_changes([Pong(), Pong()])
    listeners.lost()
    listeners.ended(None)
    assert hears.told == [2, (Pong(), None), (Pong(), None), (Pong(), None), "lost", None]
    assert len(caplog.records) == 6


def test_who_waits_for_answers_only_is_not_told_of_changes() -> None:
    listeners = Listeners()
    hears, waits = Noting(listeners), Noting(listeners, hears_changes=False)
    listeners.add(hears)
    listeners.add(waits)
    listeners.heard_changes([NewAlert(data=an_alert())])
    assert len(hears.told) == 1
    assert not waits.told
