from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, update

from ir_client.wire.auth import EndpointTokenCreate
from server_stub.errors import Forbidden, Unauthenticated
from server_stub.security import LoginId, TokenPrincipal, UserPrincipal
from server_stub.storage.schema import endpoint_tokens, users
from tests.support.server import ADMIN_PASSWORD, INGEST_TOKEN, AppClient, FakeClock


async def log_in(server: AppClient) -> UserPrincipal:
    pair = await server.services.sessions.log_in("admin", SecretStr(ADMIN_PASSWORD), address=None)
    found: UserPrincipal = await server.services.authentication.authenticate(
        pair.access_token.get_secret_value(), address=None
    )
    return found


async def token_value(server: AppClient, **fields: Any) -> str:
    by = await log_in(server)
    created = await server.services.tokens.create(
        EndpointTokenCreate(token_name="siem", **fields), by=by
    )
    value: str = created.token.get_secret_value()
    return value


async def authenticate(
    server: AppClient, token: str | None, address: str | None = "10.0.0.1"
) -> TokenPrincipal:
    found: TokenPrincipal = await server.services.authentication.authenticate(
        token, address=address
    )
    return found


async def change(server: AppClient, table: Any, **values: Any) -> None:
    def write(connection: Connection) -> None:
        connection.execute(update(table).values(**values))

    await server.services.database.write(write)


async def test_an_endpoint_token_is_known_by_its_value(server: AppClient) -> None:
    principal = await authenticate(server, INGEST_TOKEN)
    assert principal.token.token_name == "bootstrap"
    assert (principal.viewer.kind, principal.viewer.teams) == ("token", frozenset())


@pytest.mark.parametrize("token", [None, "", "unknown-token-0123456789", "\ud800", "é"])
async def test_anything_else_is_nobody(server: AppClient, token: str | None) -> None:
    with pytest.raises(Unauthenticated):
        await authenticate(server, token)


async def test_an_endpoint_token_expires(server: AppClient, clock: FakeClock) -> None:
    value = await token_value(server, expires_in_days=2)
    clock.advance(days=2, seconds=-1)
    assert await authenticate(server, value)
    clock.advance(seconds=1)
    with pytest.raises(Unauthenticated):
        await authenticate(server, value)


async def test_an_inactive_endpoint_token_is_nobody(server: AppClient) -> None:
    await change(server, endpoint_tokens, is_active=False)
    with pytest.raises(Unauthenticated):
        await authenticate(server, INGEST_TOKEN)


@pytest.mark.parametrize("address", ["11.0.0.1", None, "testclient", "fe80::1"])
async def test_abuse_29_an_endpoint_token_is_of_no_use_from_elsewhere(
    server: AppClient, address: str | None
) -> None:
    value = await token_value(server, allowed_ips=["10.0.0.0/8"])
    assert await authenticate(server, value, "::ffff:10.9.9.9")
    with pytest.raises(Forbidden):
        await authenticate(server, value, address)


async def test_rights_are_told_as_they_are_now(server: AppClient) -> None:
    authentication = server.services.authentication
    admin = await log_in(server)
    reader = await authenticate(server, INGEST_TOKEN)
    writer = await authenticate(server, await token_value(server))
    gone = LoginId("login", "gone")
    logins = [admin.login, reader.login, writer.login, gone]
    assert set(await authentication.viewers(logins)) == {admin.login, reader.login}
    await change(server, users, role="analyst", teams=["blue"])
    viewers = await authentication.viewers(logins)
    assert (viewers[admin.login].role, viewers[admin.login].teams) == ("analyst", {"blue"})
    await change(server, endpoint_tokens, can_read_alerts=False)
    await server.services.sessions.log_out(admin.login_id)
    assert await authentication.viewers(logins) == {}
    assert await authentication.viewers([]) == {}


async def test_many_logins_are_looked_up_at_once(server: AppClient) -> None:
    admin = await log_in(server)
    logins = [LoginId("login", f"gone-{number}") for number in range(2_500)]
    assert set(await server.services.authentication.viewers([*logins, admin.login])) == {
        admin.login
    }
