"""Orders of things in protocol 2 that were found to go wrong, and would again with less care."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from server_stub import access
from server_stub.access import Viewer
from server_stub.hub.frames import plain_message
from server_stub.hub.sequenced import SequencedSubscriber
from tests.support.protocol2_client import Client
from tests.support.protocol2_machine import Protocol2
from tests.support.stream import (
    a_login,
    an_admin,
    an_analyst,
)


def a_life_of(viewer: Viewer) -> tuple[Protocol2, Client]:
    """One client, connected and up to date."""
    life, login = Protocol2(), a_login()
    life.source.standing[login] = viewer
    client = Client(life, login)
    life.clients.append(client)
    client.connect()
    while client.opening is not None:
        client.go_on_opening()
    client.process(10)
    client.fetch()
    return life, client


def an_old_frame_after_the_snapshot() -> None:
    """A frame on its way shows an alert that is gone by the time of the snapshot; then a cut."""
    life, client = a_life_of(an_analyst(1, "red"))
    life.mark([(1, "red", None)])
    client.outlet.can_write = False
    life.mark([(1, "blue", None)])
    client.fetch()
    client.process(1)
    client.cut()
    life.teardown()


def test_a_frame_that_is_older_than_the_snapshot_takes_the_position_back() -> None:
    an_old_frame_after_the_snapshot()


def test_the_higher_of_snapshot_and_frame_keeps_a_removed_alert(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def highest(client: Client, seq: int) -> None:
        client.seq = max(client.seq, seq)

    monkeypatch.setattr(Client, "go_on_from", highest)
    with pytest.raises(AssertionError, match="a removed alert was kept"):
        an_old_frame_after_the_snapshot()


def a_snapshot_by_rights_that_the_connection_does_not_know() -> None:
    """Rights change, and change again before the snapshot: red is told, blue is fetched."""
    life, client = a_life_of(an_analyst(1))
    life.give_rights(client, an_analyst(1, "red"))
    life.the_hub_looks_around()
    client.process(10)
    client.outlet.can_write = False
    life.mark([(1, "red", None)])
    life.give_rights(client, an_analyst(1, "blue"))
    client.fetch()
    client.outlet.can_write = True
    life.hub.deliver(client.subscriber)
    client.process(10)
    client.cut()
    life.teardown()


def a_snapshot_by_rights_that_came_and_went() -> None:
    """The hub looks before and after a time of other rights, in which the client fetches."""
    life, client = a_life_of(an_analyst(1, "red"))
    life.mark([(1, "red", None), (2, "blue", None)])
    client.subscriber.reset("lag")
    life.hub.deliver(client.subscriber)
    client.process(10)
    life.give_rights(client, an_analyst(1, "blue"))
    client.fetch()
    life.give_rights(client, an_analyst(1, "red"))
    life.teardown()


def an_answer_that_leaves_before_a_reset() -> None:
    """Too many changes wait for who reads nothing; an answer leaves, then the line is cut."""
    life, client = a_life_of(an_admin())
    client.outlet.can_write = False
    life.mark([(number, None, None) for number in range(1, 7)])
    client.subscriber.tell(plain_message("pong", {}))
    client.outlet.can_write = True
    life.hub.deliver(client.subscriber)
    client.process(1)
    client.cut()
    life.teardown()


LIVES = (
    a_snapshot_by_rights_that_the_connection_does_not_know,
    a_snapshot_by_rights_that_came_and_went,
    an_answer_that_leaves_before_a_reset,
)


@pytest.mark.parametrize("life", LIVES)
def test_what_was_found_to_go_wrong_goes_well(life: Callable[[], None]) -> None:
    life()


def test_a_position_by_the_rights_of_the_snapshot_keeps_what_is_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def by_the_snapshot(client: Client, epoch: str, *, seq: int) -> None:
        client.epoch, client.seq = epoch, seq

    monkeypatch.setattr(Client, "go_on_with", by_the_snapshot)
    with pytest.raises(AssertionError, match="a removed alert was kept"):
        a_snapshot_by_rights_that_the_connection_does_not_know()


def test_an_epoch_that_names_rights_and_not_their_time_keeps_what_is_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    named = access.sight_key
    monkeypatch.setattr(access, "sight_key", lambda viewer: named(replace(viewer, sight_changes=0)))
    with pytest.raises(AssertionError, match="a final state was lost"):
        a_snapshot_by_rights_that_came_and_went()


def test_a_position_that_goes_on_while_a_reset_waits_loses_final_states(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def goes_on(subscriber: SequencedSubscriber) -> int:
        return max(subscriber._position, subscriber._backlog.position(subscriber._read_through))

    monkeypatch.setattr(SequencedSubscriber, "position", property(goes_on))
    with pytest.raises(AssertionError, match="a final state was lost"):
        an_answer_that_leaves_before_a_reset()
