"""Sorted and grouped tables, held against a naive one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_console.model.arranging import (
    GROUP_KINDS,
    SORT_KINDS,
    Arrangement,
    Sort,
    read_group,
    read_sort,
)
from ir_console.model.marks import Marks
from ir_console.model.rows import GroupRow, Row
from ir_console.model.stepping import move_to_severity
from ir_console.model.viewport import Mode, Viewport
from ir_console.model.views import TableView
from tests.support.rows import a_row

BY_SEVERITY = Arrangement(Sort("severity"))
BY_HOST = Arrangement(group="host")

_rows = st.builds(
    a_row,
    st.integers(1, 12),
    severity=st.sampled_from(["critical", "high", "low", "odd"]),
    status=st.sampled_from(["new", "triaged", "closed"]),
    affected_hostname=st.sampled_from([None, "web-01", "db-01"]),
    risk_score=st.sampled_from([None, 10.0, 90.0]),
)
_sorts = st.builds(Sort, st.sampled_from(sorted(SORT_KINDS)), st.booleans())
_arrangements = st.builds(Arrangement, _sorts, st.sampled_from(["", *GROUP_KINDS]))


def ids(view: TableView) -> list[int]:
    return [view.row_at(index).id for index in range(len(view))]


def in_order(rows: list[Row], sort: Sort) -> list[int]:
    """What a sort means, said slowly."""
    kind = sort.kind
    rows = sorted(rows, key=lambda row: row.key, reverse=not sort.is_oldest_first)
    if kind.value is not None:
        value: Any = kind.value
        missing = [row for row in rows if value(row) is None]
        present = [row for row in rows if value(row) is not None]
        present.sort(key=value, reverse=sort.is_descending)
        rows = [*present, *missing]
    return [row.id for row in rows]


@given(st.lists(_rows, max_size=30), _arrangements, st.data())
def test_every_arrangement_is_that_of_a_naive_table(
    states: list[Row], arrangement: Arrangement, data: st.DataObject
) -> None:
    view = TableView()
    view.arrange(arrangement)
    present: dict[int, Row] = {}
    for row in states:
        before = present.get(row.id)
        if before is not None and data.draw(st.booleans()):
            view.remove(row.id)
            del present[row.id]
            continue
        view.put(row)
        present[row.id] = row
    view.settle()
    if arrangement.group and data.draw(st.booleans()):
        view.fold_all()
    rows = list(present.values())
    if not arrangement.group:
        assert ids(view) == in_order(rows, arrangement.sort)
    name_of = GROUP_KINDS.get(arrangement.group, lambda row: "")
    shown: list[int] = []
    for index in range(len(view)):
        line = view.row_at(index)
        assert view.index_of(line.id) == index
        if isinstance(line, Row):
            shown.append(line.id)
            continue
        members = [row for row in rows if name_of(row) == line.name]
        assert view.members(line.id) == {row.id for row in members}
        assert line.count == len(members)
        assert sum(line.severities.values()) == len(members)
        if not line.is_folded:
            follows = [view.row_at(index + 1 + at).id for at in range(len(members))]
            assert follows == in_order(members, arrangement.sort)
    groups = [line for i in range(len(view)) if isinstance(line := view.row_at(i), GroupRow)]
    assert {group.name for group in groups} == (
        {name_of(row) for row in rows} if arrangement.group else set()
    )
    anew = TableView()
    for row in rows:
        anew.put(row)
    anew.arrange(arrangement)
    same = [g.name for i in range(len(anew)) if isinstance(g := anew.row_at(i), GroupRow)]
    assert [group.name for group in groups] == same


def test_a_changed_row_keeps_its_line_until_it_settles() -> None:
    view = TableView()
    view.arrange(BY_SEVERITY)
    for number, severity in enumerate(["low", "critical", "high"], 1):
        view.put(a_row(number, severity=severity))
    assert ids(view) == [2, 3, 1]
    view.put(a_row(1, severity="critical"))
    assert ids(view) == [2, 3, 1]
    assert view.misplaced_count == 1
    view.put(a_row(4, severity="critical"))
    assert ids(view) == [4, 2, 3, 1]
    view.settle()
    assert ids(view) == [4, 2, 1, 3]
    assert view.misplaced_count == 0


def test_asked_for_again_a_sort_settles() -> None:
    view = TableView()
    view.arrange(BY_SEVERITY)
    view.put(a_row(1, severity="low"))
    view.put(a_row(2, severity="high"))
    view.put(a_row(1, severity="critical"))
    view.arrange(BY_SEVERITY)
    assert ids(view) == [1, 2]


def a_grouped_view() -> TableView:
    view = TableView()
    for number, host in enumerate(["web", "db", "web", None, "web"], 1):
        view.put(a_row(number, affected_hostname=host))
    view.arrange(BY_HOST)
    return view


def test_groups_stand_by_their_first_row_and_what_has_none_is_last() -> None:
    view = a_grouped_view()
    lines = [view.row_at(index) for index in range(len(view))]
    assert [(line.name, line.count) for line in lines if isinstance(line, GroupRow)] == [
        ("web", 3),
        ("db", 1),
        ("", 1),
    ]


def test_a_group_is_unfolded_and_stays_so_when_the_filter_changes() -> None:
    view = a_grouped_view()
    web = view.row_at(0).id
    assert view.fold(web) == web
    assert ids(view)[:4] == [web, 5, 3, 1]
    view.show_only([5, 2])
    assert ids(view)[:2] == [web, 5]
    assert view.fold(5) == web
    assert ids(view)[0] == web
    assert view.row_at(1).id < 0


def test_ghosts_of_a_group_are_no_members() -> None:
    view = a_grouped_view()
    view.put(a_row(5, affected_hostname="web", status="closed"), matches=False, keep=5)
    line = view.row_at(0)
    assert isinstance(line, GroupRow)
    assert line.count == 2
    assert view.members(line.id) == {1, 3}


def test_a_cursor_in_a_group_that_is_folded_is_on_the_group() -> None:
    view = a_grouped_view()
    viewport = Viewport(view, height=5)
    web = view.row_at(0).id
    view.fold(web)
    assert viewport.move_to(3)
    anchor = viewport.anchor()
    view.fold(3)
    viewport.restore(anchor)
    assert viewport.cursor == web


def test_going_to_an_alert_unfolds_its_group() -> None:
    view = a_grouped_view()
    viewport = Viewport(view, height=5)
    assert viewport.move_to(2)
    assert viewport.cursor == 2
    assert isinstance(viewport.row_on_line(viewport.cursor_line or 0), Row)


def test_the_cursor_keeps_its_line_when_a_group_grows() -> None:
    view = a_grouped_view()
    viewport = Viewport(view, height=5)
    view.fold(view.row_at(0).id)
    viewport.move_to(1)
    line = viewport.cursor_line
    assert viewport.mode is Mode.ANCHORED
    anchor = viewport.anchor()
    view.put(a_row(6, affected_hostname="web"))
    view.put(a_row(7, affected_hostname="new"))
    viewport.restore(anchor)
    assert (viewport.cursor, viewport.cursor_line) == (1, line)
    assert viewport.unseen_count == 2


def test_marking_a_group_marks_its_alerts_and_again_none() -> None:
    view = a_grouped_view()
    marks, web = Marks(view), view.row_at(0).id
    marks.toggle(web)
    assert marks.visible == {1, 3, 5}
    assert marks.has(web)
    marks.toggle(web)
    assert not len(marks)
    assert marks.mark_members(web)
    assert len(marks) == 3


def test_a_range_over_a_folded_group_takes_its_alerts() -> None:
    view = a_grouped_view()
    marks = Marks(view)
    view.fold(view.row_at(0).id)
    marks.toggle(1)
    marks.mark_to(view.row_at(4).id)
    assert marks.visible == {1, 2}


@pytest.mark.parametrize(
    ("text", "sort"),
    [("severity", Sort("severity")), ("-Host ", Sort("host", True)), ("", Sort())],
)
def test_sorts_are_read(text: str, sort: Sort) -> None:
    assert read_sort(text) == sort
    assert read_sort(str(sort)) == sort


def test_what_is_no_sort_or_group_is_told_in_words() -> None:
    with pytest.raises(ValueError, match="did you mean severity"):
        read_sort("severty")
    with pytest.raises(ValueError, match="write one of rule, host"):
        read_group("zzz")
    assert read_group("none") == read_group("") == ""


@given(st.lists(_rows, max_size=30), _arrangements, st.booleans())
def test_what_lies_beyond_a_line_is_what_stands_on_the_others(
    states: list[Row], arrangement: Arrangement, is_unfolded: bool
) -> None:
    view = TableView()
    view.arrange(arrangement)
    for row in states:
        view.put(row)
    if is_unfolded:
        view.fold_all()
    every = ids(view)
    for index in range(len(every)):
        assert list(view.ids_beyond(index, 1)) == every[index + 1 :]
        assert list(view.ids_beyond(index, -1)) == every[:index][::-1]


@given(st.lists(_rows, max_size=30), _arrangements, st.integers(0, 30), st.sampled_from((1, -1)))
def test_the_next_that_is_critical_is_the_first_open_one_on_the_way(
    states: list[Row], arrangement: Arrangement, start: int, step: int
) -> None:
    view = TableView()
    view.arrange(arrangement)
    for row in states:
        view.put(row, matches=row.id != 3)
    viewport = Viewport(view)
    viewport.move(start)
    index = viewport.cursor_index
    if index is None:
        return
    found = None
    while found is None and 0 <= (index := index + step) < len(view):
        line = view.row_at(index)
        rows = [line] if isinstance(line, Row) else [view.get(i) for i in view.members(line.id)]
        good = [row for row in rows if row and row.severity == "critical" and row.is_open]
        found = max(good, key=lambda row: row.key, default=None)
    assert move_to_severity(viewport, "critical", step) is (found is not None)
    assert found is None or viewport.cursor == found.id
