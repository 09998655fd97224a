import pytest

from server_stub.access import sight_key
from server_stub.errors import Duplicate
from server_stub.storage.database import Database
from server_stub.storage.users import NewUser, Users, change_user, user_viewer
from tests.support.server import store_user


async def test_a_user_is_found_by_name_whatever_its_case(database: Database) -> None:
    await store_user(database, "Dana", teams=("blue",), password_hash="hash")
    found = await Users(database).named("dANA")
    assert found is not None
    assert (found.user.username, found.password_hash) == ("Dana", "hash")
    assert await Users(database).named("dan") is None


async def test_names_differ_in_more_than_their_case(database: Database) -> None:
    await store_user(database, "dana")
    with pytest.raises(Duplicate):
        await store_user(database, "DANA")
    assert len(await Users(database).list()) == 1


async def test_a_viewer_sees_by_role_and_teams(database: Database) -> None:
    user = await store_user(database, role="senior_analyst", teams=("blue", "red"))
    viewer = user_viewer(user)
    assert (viewer.kind, viewer.role, viewer.user_id) == ("user", "senior_analyst", user.id)
    assert viewer.teams == {"blue", "red"}


@pytest.mark.parametrize(
    ("fields", "changes"),
    [
        ({"teams": ["red"]}, 1),
        ({"role": "manager"}, 1),
        ({"role": "senior_analyst"}, 0),
        ({"teams": ["blue"], "full_name": "Dana D."}, 0),
        ({}, 0),
    ],
)
async def test_it_is_counted_how_often_what_a_user_sees_has_changed(
    database: Database, fields: dict[str, object], changes: int
) -> None:
    user = await store_user(database, teams=("blue",))
    after = await database.write(lambda connection: change_user(connection, user.id, fields))
    assert after is not None
    assert after.sight_changes == changes
    assert "sight_changes" not in after.model_dump()


async def test_rights_that_were_given_back_are_other_rights(database: Database) -> None:
    user = await store_user(database, teams=("blue",))
    for teams in (["red"], ["blue"]):
        fields = {"teams": teams}
        await database.write(lambda connection, to=fields: change_user(connection, user.id, to))
    again = await Users(database).get(user.id)
    assert again is not None
    assert again.teams == user.teams
    assert sight_key(user_viewer(again)) != sight_key(user_viewer(user))


def test_a_password_hash_is_not_shown() -> None:
    assert "secret-hash" not in repr(NewUser("dana", "analyst", "secret-hash"))
