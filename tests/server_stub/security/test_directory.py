from pathlib import Path

import pytest
from pydantic import SecretStr

from ir_client.wire.auth import EndpointTokenCreate, UserCreate
from server_stub.app import create_app
from server_stub.errors import Duplicate, Forbidden, Invalid
from server_stub.security import UserPrincipal
from server_stub.security.directory import MadeUp
from tests.support.builders import a_user
from tests.support.server import PASSWORD, AppClient, FakeClock, cheap_settings

ADMIN = UserPrincipal(a_user(id=1, username="admin", role="admin"), "login")
MANAGER = UserPrincipal(a_user(id=1, username="boss", role="manager"), "login")


async def start(directory: Path, **fields: object) -> MadeUp:
    """What a server says that it made up when it starts."""
    told: list[MadeUp] = []
    app = create_app(
        cheap_settings(directory, **fields), clock=FakeClock(), on_first_start=told.append
    )
    async with app.router.lifespan_context(app):
        return told[0]


async def test_what_is_unset_at_a_first_start_is_made_up_and_told_once(tmp_path: Path) -> None:
    unset = {"admin_password": None, "ingest_token": None}
    first = await start(tmp_path, **unset)
    assert first.admin_password is not None
    assert len(first.admin_password) >= 12
    assert (first.ingest_token or "").startswith("ire_")
    assert first.admin_password not in repr(first)
    again = await start(tmp_path, **unset)
    assert again == MadeUp()


async def test_what_was_set_is_not_told(tmp_path: Path) -> None:
    assert await start(tmp_path) == MadeUp()


async def test_the_first_token_creates_and_reads_without_a_limit(server: AppClient) -> None:
    (token,) = await server.services.tokens.list()
    assert (token.token_name, token.rate_limit_per_minute, token.team) == ("bootstrap", None, None)
    assert (token.can_create_alerts, token.can_read_alerts, token.can_update_alerts) == (
        True,
        True,
        False,
    )


async def test_a_user_is_made_once(server: AppClient) -> None:
    wanted = UserCreate(username="dana", password=SecretStr(PASSWORD), teams=("blue", "blue"))
    made = await server.services.directory.create_user(wanted)
    assert (made.username, made.role, made.teams) == ("dana", "analyst", ("blue",))
    with pytest.raises(Duplicate):
        await server.services.directory.create_user(wanted)


async def test_only_an_admin_lifts_the_rate_limit(server: AppClient) -> None:
    wanted = EndpointTokenCreate(token_name="siem", rate_limit_per_minute=None)
    with pytest.raises(Forbidden):
        await server.services.tokens.create(wanted, by=MANAGER)
    made = await server.services.tokens.create(wanted, by=ADMIN)
    assert made.rate_limit_per_minute is None


async def test_networks_are_kept_in_one_form(server: AppClient) -> None:
    wanted = EndpointTokenCreate(token_name="siem", allowed_ips=("10.0.0.7", "2001:DB8::/32"))
    made = await server.services.tokens.create(wanted, by=ADMIN)
    assert made.allowed_ips == ("10.0.0.7/32", "2001:db8::/32")


async def test_what_is_no_network_is_refused(server: AppClient) -> None:
    wanted = EndpointTokenCreate(token_name="siem", allowed_ips=("10.0.0.0/8", "hunter2"))
    with pytest.raises(Invalid) as caught:
        await server.services.tokens.create(wanted, by=ADMIN)
    assert caught.value.fields[0].loc == ("body", "allowed_ips", 1)
    assert "hunter2" not in str(caught.value)
