"""Views: the built-in ones, those of the settings, and what is refused of these."""

import pytest

from ir_console.model.arranging import Arrangement, Sort
from ir_console.model.keymap import EntryError
from ir_console.model.looking import choose_view, keep_view
from ir_console.model.saved_views import BUILT_IN, View, ViewList
from ir_console.model.spans import width_of
from ir_console.model.state import Arrival, ConsoleState, Departure, Origin
from ir_console.model.view_bar import view_bar_of
from ir_console.settings import ViewSettings
from tests.support.builders import NOON, a_user, an_alert

NIGHT = ViewSettings(
    name="Night", filter="severity: high", sort="-host", group="rule", columns=("severity", "rule")
)


def a_state(*written: ViewSettings) -> ConsoleState:
    state = ConsoleState(views=ViewList.of(written))
    state.moment = NOON
    state.meet(a_user(id=7, username="dana"))
    return state


def take_in(state: ConsoleState, alert_id: int, **fields: object) -> None:
    state.take_in([Arrival(an_alert(id=alert_id, **fields), Origin.FETCHED)], 0.0)


def counts(state: ConsoleState) -> dict[str, int]:
    return {
        view.name: count for view, count in zip(state.views.views, state.counts.counts, strict=True)
    }


def text_of(state: ConsoleState, width: int) -> str:
    line = view_bar_of(state, width)
    assert width_of(line) == width
    return "".join(span.text for span in line)


def test_views_of_the_settings_stand_behind_the_built_in_ones() -> None:
    views = ViewList.of([NIGHT])
    assert [view.name for view in views.views] == [view.name for view in BUILT_IN] + ["Night"]
    night = views.numbered(6)
    assert night is not None
    assert night.arrangement == Arrangement(Sort("host", True), "rule")
    assert night.written() == NIGHT


def test_a_view_of_the_same_name_takes_the_place() -> None:
    views = ViewList.of([ViewSettings(name="open", filter="status: new")])
    assert views.views[0].filter.text == "status: new"
    assert len(views.views) == len(BUILT_IN)


def test_views_are_found_by_name_or_the_beginning_of_one() -> None:
    views = ViewList()
    assert views.named("OPEN") is views.views[0]
    assert views.named("ur") is views.views[2]
    assert views.named("o") is None
    assert views.named("") is None
    assert views.numbered(0) is views.numbered(6) is None


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"filter": "severity: ("}, '[[views]] number 1, "Bad", filter: '),
        ({"sort": "hots"}, '[[views]] number 1, "Bad", sort: “hots” is nothing to sort by: did'),
        ({"group": "x"}, '[[views]] number 1, "Bad", group: “x” is nothing to group by: write one'),
        ({"columns": ("sevrity",)}, '[[views]] number 1, "Bad", columns: “sevrity” is no column: '),
        ({"name": "  "}, '[[views]] number 1, "  ": a view needs a name'),
    ],
)  # fmt: skip
def test_what_a_view_cannot_be_is_refused_by_its_entry(
    written: dict[str, object], told: str
) -> None:
    with pytest.raises(EntryError) as refused:
        ViewList.of([ViewSettings.model_validate({"name": "Bad"} | written)])
    assert str(refused.value).startswith(told)


def test_every_view_is_counted_as_alerts_come_change_and_go() -> None:
    state = a_state(NIGHT)
    take_in(state, 1, severity="high", status="new", revision=1)
    take_in(state, 2, severity="low", status="closed", revision=1)
    take_in(state, 3, severity="critical", status="new", assigned_analyst_id=7, revision=1)
    assert counts(state) == {
        "Open": 2, "Mine": 1, "Urgent": 1, "Overdue": 0, "All": 3, "Night": 1,
    }  # fmt: skip
    take_in(state, 1, severity="low", status="closed", revision=2)
    state.take_in([Departure(3, 5)], 0.0)
    assert counts(state) == {
        "Open": 0, "Mine": 0, "Urgent": 0, "Overdue": 0, "All": 2, "Night": 0,
    }  # fmt: skip


def test_counts_are_those_that_the_filters_find() -> None:
    state = a_state(NIGHT, ViewSettings(name="Words", filter="beacon or host: web-*"))
    for number in range(1, 120):
        take_in(
            state,
            number % 37 + 1,
            title=["Beacon", "Login"][number % 2],
            severity=["high", "low", "critical"][number % 3],
            status=["new", "closed", "triaged", "resolved"][number % 4],
            affected_hostname=[None, "web-01", "db-01"][number * 7 % 3],
            assigned_analyst_id=[None, 7, 8][number * 5 % 3],
            received_at=NOON.replace(year=NOON.year - number % 2),
            revision=number,
        )
    for view, count in zip(state.views.views, state.counts.counts, strict=True):
        assert count == len(state.corpus.find(view.filter, now=NOON, me=7)), view.name
        choose_view(state, view)
        assert state.view.matching_count == count


def test_who_is_logged_in_changes_what_is_mine() -> None:
    state = ConsoleState()
    take_in(state, 1, assigned_analyst_id=7)
    assert counts(state)["Mine"] == 0
    state.meet(a_user(id=7))
    assert counts(state)["Mine"] == 1


def test_what_becomes_overdue_is_counted_without_an_event() -> None:
    state = a_state()
    take_in(state, 1, status="new", received_at=NOON)
    assert counts(state)["Overdue"] == 0
    state.moment = NOON.replace(day=NOON.day + 2)
    state.let_filter_age()
    assert counts(state)["Overdue"] == 1


def test_another_look_is_told_and_given_up() -> None:
    state = a_state(NIGHT)
    take_in(state, 1, severity="high")
    choose_view(state, state.views.views[0])
    assert "[Open] 1 " in text_of(state, 80)
    state.arrange(Arrangement(Sort("severity")))
    assert "[Open*] 1 " in text_of(state, 80)
    assert text_of(state, 80).endswith(" ▾ severity ")
    choose_view(state, state.views.views[0])
    assert not state.is_view_changed


def test_a_look_is_kept_under_a_name() -> None:
    state = a_state()
    take_in(state, 1, severity="high")
    state.set_filter(View("", NIGHT_FILTER).filter)
    state.arrange(Arrangement(Sort("severity"), "host"))
    kept = keep_view(state, "Mine too")
    assert kept.written() == ViewSettings(
        name="Mine too", filter="severity: high", sort="severity", group="host"
    )
    assert counts(state)["Mine too"] == 1
    assert not state.is_view_changed
    state.set_filter(BUILT_IN[0].filter)
    keep_view(state, "open")
    assert [view.name for view in state.views.views].count("Open") == 1
    assert state.views.views[0].arrangement.group == "host"


NIGHT_FILTER = ViewList.of([NIGHT]).views[-1].filter


def test_the_bar_fits_every_width_and_always_has_the_present_view() -> None:
    state = a_state(*(ViewSettings(name=f"A long name {n}", filter="x") for n in range(6)))
    choose_view(state, state.views.views[-1])
    for width in range(30, 200):
        assert "[A" in text_of(state, width)
    assert " 1 Open" in text_of(state, 140)
