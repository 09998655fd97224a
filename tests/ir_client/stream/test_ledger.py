"""Each state is handed out once, and the watermark tells how far."""

from datetime import timedelta

import pytest

from ir_client import AlertUpdated, NewAlert
from ir_client.stream.ledger import Ledger, is_newer
from ir_client.wire.alerts import Alert
from tests.support.builders import NOON, an_alert

LATER = NOON + timedelta(seconds=5)


def live(alert: Alert) -> AlertUpdated:
    return AlertUpdated(data=alert)


def test_a_state_is_handed_out_once() -> None:
    ledger = Ledger()
    alert = an_alert(revision=3)
    assert ledger.admit(NewAlert(data=alert)) is not None
    assert ledger.admit(AlertUpdated.backfilled(alert)) is None
    assert ledger.admit(live(an_alert(revision=2, updated_at=LATER))) is None
    assert ledger.admit(live(an_alert(revision=4))) is not None


@pytest.mark.parametrize(
    ("fields", "is_admitted"),
    [
        ({"updated_at": LATER}, True),
        ({"updated_at": NOON - timedelta(seconds=1), "title": "older"}, False),
        ({}, False),
        ({"title": "the same moment, another state"}, True),
    ],
)
def test_requirement_21_without_revisions_time_and_content_decide(
    fields: dict[str, object], is_admitted: bool
) -> None:
    # Clocks are coarse, so equal times do not mean equal states.
    ledger = Ledger()
    ledger.admit(live(an_alert(revision=None)))
    admitted = ledger.admit(live(an_alert(revision=None, **fields)))
    assert (admitted is not None) is is_admitted


def test_a_number_used_again_by_another_database_is_another_alert() -> None:
    ledger = Ledger()
    ledger.admit(live(an_alert(id=1, revision=9)))
    assert ledger.admit(NewAlert(data=an_alert(id=1, revision=1, created_at=LATER))) is not None


def test_the_watermark_is_the_newest_change_handed_out() -> None:
    ledger = Ledger()
    assert ledger.watermark is None
    ledger.begin(NOON - timedelta(hours=1))
    assert ledger.watermark == NOON - timedelta(hours=1)
    ledger.admit(live(an_alert(id=1, updated_at=LATER)))
    ledger.admit(live(an_alert(id=2, updated_at=NOON)))
    assert ledger.watermark == LATER


def test_only_the_first_connection_sets_the_beginning() -> None:
    ledger = Ledger()
    ledger.begin(NOON)
    ledger.begin(LATER)
    assert ledger.watermark == NOON


def test_an_alert_made_since_we_listen_and_never_seen_is_new_whatever_the_frame_says() -> None:
    ledger = Ledger()
    ledger.begin(NOON)
    fetched = AlertUpdated.backfilled(an_alert(id=1, created_at=LATER, revision=5))
    event = ledger.admit(fetched)
    assert isinstance(event, NewAlert)
    assert event.origin == "backfill"
    again = ledger.admit(live(an_alert(id=1, created_at=LATER, revision=6)))
    assert isinstance(again, AlertUpdated)


def test_an_old_alert_that_was_never_seen_stays_an_update() -> None:
    ledger = Ledger()
    ledger.begin(LATER)
    assert isinstance(ledger.admit(live(an_alert(created_at=NOON))), AlertUpdated)


def test_only_fetched_states_that_were_news_are_counted() -> None:
    ledger = Ledger()
    ledger.admit(live(an_alert(id=1)))
    ledger.admit(AlertUpdated.backfilled(an_alert(id=1)))
    ledger.admit(AlertUpdated.backfilled(an_alert(id=2)))
    assert ledger.take_recovered() == 1
    assert ledger.take_recovered() == 0


def test_its_memory_is_bounded_and_forgetting_costs_a_duplicate_only() -> None:
    ledger = Ledger(max_marks=2)
    for number in (1, 2, 1, 3):
        ledger.admit(live(an_alert(id=number)))
    assert ledger.admit(live(an_alert(id=3))) is None
    assert ledger.admit(live(an_alert(id=1))) is not None


def test_forgetting_all_lets_everything_through_again() -> None:
    ledger = Ledger()
    ledger.admit(live(an_alert(revision=9)))
    ledger.forget()
    assert ledger.admit(live(an_alert(revision=1))) is not None


@pytest.mark.parametrize(
    ("one", "other", "newer"),
    [
        (an_alert(revision=2), an_alert(revision=1, updated_at=LATER), True),
        (an_alert(revision=1, updated_at=LATER), an_alert(revision=1), False),
        (an_alert(revision=None, updated_at=LATER), an_alert(revision=None), True),
        (an_alert(revision=None), an_alert(revision=None, title="other"), False),
    ],
)
def test_revisions_decide_where_there_are_any(one: Alert, other: Alert, newer: bool) -> None:
    assert is_newer(one, other) is newer
