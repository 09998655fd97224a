import pytest

from server_stub.errors import Duplicate
from server_stub.storage.database import Database
from server_stub.storage.users import NewUser, Users, user_viewer
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


def test_a_password_hash_is_not_shown() -> None:
    assert "secret-hash" not in repr(NewUser("dana", "analyst", "secret-hash"))
