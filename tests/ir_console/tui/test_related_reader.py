"""What is said of related alerts when a key asks for them."""

from typing import cast

import pytest
from textual.app import App

from ir_console.model.state import Arrival, ConsoleState, Origin
from ir_console.tui import related_reader
from ir_console.tui.related_reader import RelatedReader
from tests.support.builders import NOON, an_alert


def test_of_very_many_the_newest_are_counted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    state = ConsoleState(moment=NOON)
    alerts = [an_alert(id=one, affected_hostname="web-01") for one in range(1, 11)]
    state.take_in([Arrival(alert, Origin.FETCHED) for alert in alerts], 0.0)
    reader = RelatedReader(cast("App[None]", None), state)
    assert [words for _, words in reader.told(alerts[0])] == ["9 others, 9 open"]
    monkeypatch.setattr(related_reader, "_AT_ONCE", 4)
    assert [words for _, words in reader.told(alerts[0])] == ["4 others, 4 open of the newest 4"]
