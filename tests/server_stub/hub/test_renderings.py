import json

from server_stub.domain.backlog import Subject, Topic, Word
from server_stub.hub.renderings import Renderings
from tests.support.stream import an_alert_state, an_incident_state, payload_of

ALERT = Subject(Topic.ALERT, 1)


def test_a_frame_is_built_once_and_shared() -> None:
    renderings = Renderings(max_bytes=10_000)
    renderings.offer(an_alert_state())
    first = renderings.frame(ALERT, Word.NEW_ALERT)
    assert first is not None
    assert renderings.frame(ALERT, Word.NEW_ALERT) is first


def test_a_newer_state_replaces_the_frames_of_an_older_one() -> None:
    renderings = Renderings(max_bytes=10_000)
    renderings.offer(an_alert_state(version=1))
    renderings.frame(ALERT, Word.NEW_ALERT)
    renderings.offer(an_alert_state(version=2))
    frame = renderings.frame(ALERT, Word.NEW_ALERT)
    assert frame is not None
    assert json.loads(payload_of(frame))["data"]["revision"] == 2


def test_an_older_state_that_is_read_late_changes_nothing() -> None:
    renderings = Renderings(max_bytes=10_000)
    newest = an_alert_state(version=5)
    renderings.offer(newest)
    assert renderings.offer(an_alert_state(version=4)) is newest
    assert renderings.get(ALERT) is newest


def test_an_older_state_changes_nothing_even_when_the_newer_one_was_pushed_out() -> None:
    renderings = Renderings(max_bytes=100)
    renderings.offer(an_alert_state(version=5))
    renderings.offer(an_alert_state(2, description="x" * 200))
    assert renderings.get(ALERT) is None
    assert renderings.offer(an_alert_state(version=4)) is None
    assert renderings.get(ALERT) is None


def test_what_is_held_stays_within_its_bytes_and_the_least_used_goes_first() -> None:
    one = an_alert_state(1, description="x" * 1_000)
    renderings = Renderings(max_bytes=3 * len(one.data) + 100)
    for number in (1, 2, 3):
        renderings.offer(an_alert_state(number, description="x" * 1_000))
    renderings.get(ALERT)
    renderings.offer(an_alert_state(4, description="x" * 1_000))
    held = [number for number in (1, 2, 3, 4) if renderings.get(Subject(Topic.ALERT, number))]
    assert held == [1, 3, 4]
    assert renderings.total_bytes <= 3 * len(one.data) + 100


def test_one_state_beyond_the_limit_is_held_while_it_is_used() -> None:
    renderings = Renderings(max_bytes=10)
    renderings.offer(an_alert_state(description="x" * 100))
    assert renderings.frame(ALERT, Word.NEW_ALERT) is not None


def test_bytes_are_given_back_when_a_state_is_replaced() -> None:
    renderings = Renderings(max_bytes=10_000)
    for version in range(1, 50):
        renderings.offer(an_alert_state(version=version))
        renderings.frame(ALERT, Word.ALERT_UPDATED)
    one = Renderings(max_bytes=10_000)
    one.offer(an_alert_state(version=49))
    one.frame(ALERT, Word.ALERT_UPDATED)
    assert renderings.total_bytes == one.total_bytes


def test_a_notice_is_told_from_the_state_of_its_incident() -> None:
    renderings = Renderings(max_bytes=10_000)
    renderings.offer(an_incident_state(7))
    frame = renderings.frame(Subject(Topic.NOTICE, 7), Word.INCIDENT_NOTIFICATION)
    assert frame is not None
    assert json.loads(payload_of(frame)) == {
        "type": "incident_notification",
        "data": {"message": "New incident INC-7", "incident": {"id": 7, "version": 1}},
    }
