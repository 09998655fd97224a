"""Few toasts, grouped, and silent about what the analyst knows."""

from hypothesis import given
from hypothesis import strategies as st

from ir_console.model.spans import Tone
from ir_console.model.toasts import Toast, ToastBoard, ToastPolicy
from tests.support.rows import a_row


def a_board(**policy: object) -> ToastBoard:
    return ToastBoard(ToastPolicy(**policy))  # type: ignore[arg-type]  # the test's own keywords


def headlines(board: ToastBoard, now: float) -> list[str]:
    return [toast.headline for toast in board.visible(now)]


def test_new_alerts_of_one_rule_share_a_toast_that_counts() -> None:
    board = a_board()
    rows = [a_row(i, rule_name="Brute force", affected_hostname=f"web-0{i}") for i in range(1, 6)]
    board.announce(rows, 0.0, on_cursor=None)
    (toast,) = board.visible(0.0)
    assert toast.headline == "▲ High ×5  Brute force"
    assert toast.detail == "web-01, web-02, web-03 +2"


def test_less_severe_alerts_are_silent() -> None:
    board = a_board()
    board.announce([a_row(1, severity="medium"), a_row(2, severity="odd")], 0.0, on_cursor=None)
    assert board.visible(0.0) == ()


def test_alert_under_the_cursor_is_not_announced() -> None:
    board = a_board()
    board.announce([a_row(4)], 0.0, on_cursor=4)
    assert board.visible(0.0) == ()


def test_policy_can_be_silent_altogether() -> None:
    board = a_board(minimum_severity=None)
    board.announce([a_row(1, severity="critical")], 0.0, on_cursor=None)
    assert board.visible(0.0) == ()


def test_most_severe_come_first_and_the_rest_is_summed_up() -> None:
    board = a_board()
    high = [a_row(i, rule_name=f"Rule {i}") for i in range(1, 6)]
    board.announce([*high, a_row(9, severity="critical", rule_name="Wiper")], 0.0, on_cursor=None)
    shown = board.visible(0.0)
    assert shown[0].headline == "◆ Critical  Wiper"
    assert shown[2] == Toast(Tone.HIGH, "▲ 4 more of 4 rules", "4 high")


def test_toasts_go_by_themselves() -> None:
    board = a_board(seconds=6.0)
    board.announce([a_row(1)], 0.0, on_cursor=None)
    assert headlines(board, 5.9)
    assert not headlines(board, 6.0)


def test_answer_to_an_action_comes_before_alerts_and_errors_stay_longer() -> None:
    board = a_board(seconds=6.0, error_seconds=12.0)
    board.announce([a_row(i, rule_name=f"Rule {i}") for i in range(9)], 0.0, on_cursor=None)
    board.tell(Toast(Tone.ERROR, "not sent"), 0.0)
    assert headlines(board, 0.0)[0] == "not sent"
    assert len(board.visible(0.0)) == 3
    assert headlines(board, 11.0) == ["not sent"]


def a_storm(board: ToastBoard, **fields: object) -> None:
    for frame in range(20):
        rows = [
            a_row(frame * 100 + i, **{"rule_name": f"Rule {i}"} | fields)  # type: ignore[arg-type]
            for i in range(30)
        ]
        board.announce(rows, frame / 10, on_cursor=None)


def test_storm_is_a_badge_and_ends_with_a_summary() -> None:
    board = a_board()
    a_storm(board)
    assert board.is_storm
    assert board.storm_badge == "STORM 600 new"
    assert headlines(board, 2.0) == []
    assert headlines(board, 9.0) == ["The storm is over: 600 new alerts"]
    assert board.storm_badge == ""


def test_critical_breaks_through_a_storm_once_a_minute_for_a_rule_and_target() -> None:
    board = a_board(seconds=6.0)
    a_storm(board)
    worm = {"severity": "critical", "rule_name": "Worm"}
    for number, host, now in (
        (9001, "web-01", 2.0),
        (9002, "web-01", 3.0),
        (9003, "web-02", 4.0),
        (9004, "web-01", 61.9),
    ):
        a_storm(board)  # it never ends
        board.announce([a_row(number, affected_hostname=host, **worm)], now, on_cursor=None)
    assert board.take_rings() == 2
    board.announce([a_row(9005, affected_hostname="web-01", **worm)], 62.0, on_cursor=None)
    assert (board.take_rings(), board.take_rings()) == (1, 0)
    assert headlines(board, 62.0)[-1].endswith("Worm")


def test_all_that_was_said_is_remembered_newest_first() -> None:
    board = a_board()
    board.announce([a_row(4, rule_name="Brute force")], 0.0, on_cursor=None)
    board.announce([a_row(5, rule_name="Brute force")], 1.0, on_cursor=None)
    board.tell(Toast(Tone.ERROR, "not sent"), 2.0)
    board.dismiss()
    told = [(said.words().headline, said.alert_id) for said in board.sayings]
    assert told == [("not sent", None), ("▲ High ×2  Brute force", 4)]


def test_history_is_bounded() -> None:
    board = a_board()
    for number in range(2_000):
        board.tell(Toast(Tone.OK, f"done {number}"), float(number))
    assert len(board.sayings) == 500


def test_storm_of_alerts_that_are_worth_no_toast_is_none() -> None:
    board = a_board()
    for frame in range(20):
        board.announce([a_row(i, severity="info") for i in range(30)], frame / 10, on_cursor=None)
    board.announce([a_row(900, rule_name="Wiper")], 2.0, on_cursor=None)
    assert headlines(board, 2.0) == ["▲ High  Wiper"]


def test_end_of_a_storm_does_not_cover_an_error() -> None:
    board = a_board()
    for frame in range(20):
        board.announce([a_row(frame * 100 + i) for i in range(30)], frame / 10, on_cursor=None)
    board.tell(Toast(Tone.ERROR, "not sent"), 4.0)
    assert headlines(board, 9.0) == ["not sent", "The storm is over: 600 new alerts"]


def test_rule_that_fires_without_a_pause_does_not_remember_every_host() -> None:
    board = a_board()
    for number in range(1, 501):
        board.announce([a_row(number, affected_hostname=f"h{number}")], number, on_cursor=None)
    (toast,) = board.visible(500.0)
    assert toast.detail == "h1, h2, h3 +97…"


def test_backlog_is_summed_up_once_and_only_if_it_matters() -> None:
    board = a_board()
    board.sum_up_backlog([a_row(1, severity="low")], 0.0)
    assert board.visible(0.0) == ()
    board.sum_up_backlog([a_row(1, severity="low"), a_row(2, severity="critical")], 0.0)
    (toast,) = board.visible(0.0)
    assert toast.headline == "While away: 2 new alerts"
    assert toast.detail == "1 critical · 1 low"


def test_dismissed_toasts_are_gone() -> None:
    board = a_board()
    board.announce([a_row(1)], 0.0, on_cursor=None)
    board.tell(Toast(Tone.OK, "done"), 0.0)
    board.dismiss()
    assert board.visible(0.0) == ()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("announce", "tell", "backlog")),
        st.floats(0, 5),
        st.lists(st.tuples(st.sampled_from(("critical", "high", "low")), st.integers(0, 9))),
    ),
    max_size=20,
)


@given(STEPS)
def test_never_more_than_three(
    steps: list[tuple[str, float, list[tuple[str, int]]]],
) -> None:
    board, now = a_board(), 0.0
    for what, pause, alerts in steps:
        now += pause
        rows = [
            a_row(number, severity=severity, rule_name=f"Rule {rule}")
            for number, (severity, rule) in enumerate(alerts)
        ]
        match what:
            case "announce":
                board.announce(rows, now, on_cursor=None)
            case "tell":
                board.tell(Toast(Tone.OK, "done"), now)
            case _:
                board.sum_up_backlog(rows, now)
        assert len(board.visible(now)) <= 3
