import pytest

from server_stub.access import Viewer, sight_key
from server_stub.domain.resume import epoch_for, resumable

HERE = epoch_for("log", "all")


@pytest.mark.parametrize(
    ("epoch", "resume_from", "expected"),
    [
        (HERE, "0", 0),
        (HERE, "41", 41),
        (HERE, "-1", "epoch"),
        (HERE, "", "epoch"),
        (HERE, "9" * 19, "epoch"),
        (HERE, "٣", "epoch"),
        (None, "1", "epoch"),
        ("", "1", "epoch"),
        ("log", "1", "epoch"),
        ("another.all", "1", "epoch"),
        ("log.red", "1", "access"),
    ],
)
def test_only_a_position_of_this_log_and_these_rights_is_resumed_from(
    epoch: str | None, resume_from: str, expected: object
) -> None:
    assert resumable(epoch, resume_from, log_epoch="log", sight_key="all") == expected


def test_the_key_of_a_sight_changes_with_what_may_be_seen_and_with_nothing_else() -> None:
    red = Viewer("user", "analyst", frozenset({"red", "blue"}), user_id=1)
    same = Viewer("user", "senior_analyst", frozenset({"blue", "red"}), user_id=1, name="d")
    others = [
        Viewer("user", "analyst", frozenset({"red"}), user_id=1),
        Viewer("user", "analyst", frozenset({"red", "blue"}), user_id=2),
        Viewer("token", "analyst", frozenset({"red", "blue"}), token_id=1),
        Viewer("user", "manager", user_id=1),
    ]
    assert sight_key(red) == sight_key(same)
    assert sight_key(red) not in {sight_key(other) for other in others}
