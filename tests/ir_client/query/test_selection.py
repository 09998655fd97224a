"""A followed query tells of what comes and of what leaves."""

from datetime import timedelta

import pytest

from ir_client.query import QueryError, Selection, parse
from tests.support.builders import NOON, an_alert


def test_an_alert_is_taken_while_it_matches_and_once_more_when_it_leaves() -> None:
    selection = Selection(parse("not status: closed"))
    states = ["new", "investigating", "closed", "closed", "new", "closed"]
    taken = [selection.takes(an_alert(status=status), now=NOON) for status in states]
    assert taken == [True, True, True, False, True, True]


def test_an_alert_that_never_matched_is_not_taken() -> None:
    selection = Selection(parse("severity: critical"))
    assert not selection.takes(an_alert(severity="low"), now=NOON)


def test_an_alert_that_is_gone_is_forgotten() -> None:
    selection = Selection(parse("severity: high"))
    assert selection.takes(an_alert(id=3), now=NOON)
    assert selection.forget(3)
    assert not selection.forget(3)
    assert not selection.takes(an_alert(id=3, severity="low"), now=NOON)


def test_only_the_latest_are_remembered() -> None:
    selection = Selection(parse("severity: high"), max_remembered=2)
    for alert_id in (1, 2, 1, 3):
        assert selection.takes(an_alert(id=alert_id), now=NOON)
    leaves = {
        alert_id: selection.takes(an_alert(id=alert_id, severity="low"), now=NOON)
        for alert_id in (1, 2, 3)
    }
    assert leaves == {1: True, 2: False, 3: True}


def test_who_asks_may_become_known_later() -> None:
    selection = Selection(parse("assignee: me"))
    alert = an_alert(assigned_analyst_id=3)
    assert not selection.takes(alert, now=NOON)
    selection.me = 3
    assert selection.takes(alert, now=NOON)


def test_now_is_asked_each_time() -> None:
    selection = Selection(parse("received_at > now-1h"))
    assert selection.takes(an_alert(), now=NOON)
    assert selection.takes(an_alert(), now=NOON + timedelta(hours=2))
    assert not selection.takes(an_alert(), now=NOON + timedelta(hours=2))


def test_what_followed_alerts_do_not_carry_is_refused_at_once() -> None:
    with pytest.raises(QueryError, match="Only the server") as raised:
        Selection(parse("severity: high and raw.event.kind: x"))
    assert raised.value.pointed().splitlines()[1].strip() == "^^^"
