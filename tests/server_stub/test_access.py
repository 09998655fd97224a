import pytest

from server_stub.access import Viewer, sees_alert, sees_incident

ANALYST = Viewer("user", role="analyst", teams=frozenset({"blue"}), user_id=3)
SENIOR = Viewer("user", role="senior_analyst", user_id=4)
MANAGER = Viewer("user", role="manager", user_id=5)
TEAM_TOKEN = Viewer("token", teams=frozenset({"blue"}), token_id=3)
FREE_TOKEN = Viewer("token", token_id=9)


@pytest.mark.parametrize(
    ("viewer", "team", "analyst", "sees"),
    [
        (ANALYST, None, None, True),
        (ANALYST, "blue", None, True),
        (ANALYST, "red", None, False),
        (ANALYST, "red", 3, True),
        (SENIOR, "blue", None, False),
        (SENIOR, None, 3, True),
        (MANAGER, "red", 3, True),
        (TEAM_TOKEN, "blue", None, True),
        (TEAM_TOKEN, "red", 3, False),
        (FREE_TOKEN, None, None, True),
        (FREE_TOKEN, "blue", None, False),
        (Viewer("token", role="admin"), "blue", None, False),
        (Viewer("user", role="wizard"), "blue", None, False),
    ],
)
def test_who_sees_an_alert(
    viewer: Viewer, team: str | None, analyst: int | None, sees: bool
) -> None:
    assert sees_alert(viewer, team=team, assigned_analyst_id=analyst) is sees


@pytest.mark.parametrize(
    ("owner", "analyst", "alerts", "sees"),
    [
        (3, None, [], True),
        (None, 3, [], True),
        (7, 7, [], False),
        (7, 7, [("red", 7)], False),
        (7, 7, [("red", 7), ("blue", 7)], True),
        (None, None, [], False),
    ],
)
def test_who_sees_an_incident(
    owner: int | None, analyst: int | None, alerts: list[tuple[str | None, int | None]], sees: bool
) -> None:
    assert (
        sees_incident(ANALYST, owner_id=owner, assigned_analyst_id=analyst, alerts=alerts) is sees
    )


def test_a_token_owns_nothing_and_managers_see_everything() -> None:
    nobodys = {"owner_id": None, "assigned_analyst_id": None}
    assert not sees_incident(FREE_TOKEN, **nobodys, alerts=[])
    assert sees_incident(MANAGER, **nobodys, alerts=[])
