import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, update

from ir_client.wire.auth import TokenPair
from server_stub.errors import RateLimited, Unauthenticated
from server_stub.security.principals import UserPrincipal
from server_stub.storage.schema import users
from tests.support.server import ADMIN_PASSWORD, AppClient, FakeClock, app_client


@pytest.fixture
async def server(tmp_path: Path, clock: FakeClock) -> AsyncIterator[AppClient]:
    async with app_client(tmp_path, clock=clock) as client:
        yield client


async def log_in(
    server: AppClient, password: str = ADMIN_PASSWORD, *, address: str = "10.0.0.1"
) -> TokenPair:
    pair: TokenPair = await server.services.sessions.log_in(
        "Admin", SecretStr(password), address=address
    )
    return pair


async def refresh(server: AppClient, pair: TokenPair) -> TokenPair:
    following: TokenPair = await server.services.sessions.refresh(pair.refresh_token)
    return following


async def principal(server: AppClient, pair: TokenPair) -> UserPrincipal:
    found: UserPrincipal = await server.services.authentication.authenticate(
        pair.access_token.get_secret_value(), address=None
    )
    return found


async def set_user(server: AppClient, **values: Any) -> None:
    def change(connection: Connection) -> None:
        connection.execute(update(users).values(**values))

    await server.services.database.write(change)


async def test_a_login_opens_with_the_right_password(server: AppClient, clock: FakeClock) -> None:
    pair = await log_in(server)
    assert (pair.token_type, pair.expires_in) == ("bearer", 1800)
    who = await principal(server, pair)
    assert who.user.username == "admin"
    assert who.user.last_login_at == clock.now


async def test_abuse_55_a_wrong_password_and_an_unknown_or_inactive_user_get_the_same_answer(
    server: AppClient,
) -> None:
    sessions = server.services.sessions
    answers = set()
    with pytest.raises(Unauthenticated) as wrong:
        await log_in(server, "wrong")
    answers.add(str(wrong.value))
    with pytest.raises(Unauthenticated) as unknown:
        await sessions.log_in("nobody", SecretStr(ADMIN_PASSWORD), address="10.0.0.1")
    answers.add(str(unknown.value))
    await set_user(server, is_active=False)
    with pytest.raises(Unauthenticated) as inactive:
        await log_in(server)
    answers.add(str(inactive.value))
    assert len(answers) == 1


async def test_abuse_56_failures_slow_down_one_address_and_lock_nobody_out(
    server: AppClient, clock: FakeClock
) -> None:
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            await log_in(server, "wrong")
    with pytest.raises(RateLimited) as limited:
        await log_in(server)
    await log_in(server, address="10.0.0.2")
    clock.advance(seconds=limited.value.retry_after_seconds)
    await log_in(server)


async def test_a_refresh_continues_the_login_with_new_tokens(
    server: AppClient, clock: FakeClock
) -> None:
    first = await log_in(server)
    clock.advance(days=6)
    second = await refresh(server, first)
    clock.advance(days=6)
    third = await refresh(server, second)
    tokens = {one.refresh_token.get_secret_value() for one in (first, second, third)}
    assert len(tokens) == 3
    assert (await principal(server, third)).user.username == "admin"


async def test_a_refresh_token_ends_after_seven_days(server: AppClient, clock: FakeClock) -> None:
    pair = await log_in(server)
    clock.advance(days=7)
    with pytest.raises(Unauthenticated):
        await refresh(server, pair)


async def test_abuse_58_using_a_refresh_token_again_later_ends_the_login(
    server: AppClient, clock: FakeClock
) -> None:
    stolen = await log_in(server)
    mine = await refresh(server, stolen)
    clock.advance(seconds=11)
    with pytest.raises(Unauthenticated):
        await refresh(server, stolen)
    with pytest.raises(Unauthenticated):
        await refresh(server, mine)
    with pytest.raises(Unauthenticated):
        await principal(server, mine)


async def test_an_answer_that_was_lost_is_given_again(server: AppClient, clock: FakeClock) -> None:
    pair = await log_in(server)
    lost = await refresh(server, pair)
    clock.advance(seconds=9)
    again = await refresh(server, pair)
    assert again.refresh_token == lost.refresh_token
    assert await refresh(server, again)


async def test_an_older_ancestor_is_never_answered_again(server: AppClient) -> None:
    first = await log_in(server)
    second = await refresh(server, first)
    await refresh(server, second)
    with pytest.raises(Unauthenticated):
        await refresh(server, first)


async def test_abuse_59_refreshes_side_by_side_get_the_same_successor(server: AppClient) -> None:
    pair = await log_in(server)
    answers = await asyncio.gather(*(refresh(server, pair) for _ in range(5)))
    assert len({one.refresh_token.get_secret_value() for one in answers}) == 1


@pytest.mark.parametrize("token", ["", "irr_unknown", "\ud800", "a.b.c"])
async def test_an_unknown_refresh_token_is_refused(server: AppClient, token: str) -> None:
    with pytest.raises(Unauthenticated):
        await server.services.sessions.refresh(SecretStr(token))


async def test_abuse_09_an_access_token_is_no_refresh_token_and_the_other_way_round(
    server: AppClient,
) -> None:
    pair = await log_in(server)
    with pytest.raises(Unauthenticated):
        await server.services.sessions.refresh(pair.access_token)
    with pytest.raises(Unauthenticated):
        await server.services.authentication.authenticate(
            pair.refresh_token.get_secret_value(), address=None
        )


async def test_logging_out_ends_this_login_and_no_other(server: AppClient) -> None:
    here, there = await log_in(server), await log_in(server)
    await server.services.sessions.log_out((await principal(server, here)).login_id)
    for ended in (principal, refresh):
        with pytest.raises(Unauthenticated):
            await ended(server, here)
    assert await principal(server, there)


async def test_logging_out_everywhere_ends_all_of_them(server: AppClient) -> None:
    here, there = await log_in(server), await log_in(server)
    await server.services.sessions.log_out_everywhere(1)
    for pair in (here, there):
        with pytest.raises(Unauthenticated):
            await principal(server, pair)


async def test_an_inactive_user_can_do_nothing_more(server: AppClient) -> None:
    pair = await log_in(server)
    await set_user(server, is_active=False)
    for attempt in (principal, refresh):
        with pytest.raises(Unauthenticated):
            await attempt(server, pair)


async def test_tokens_are_kept_as_hashes_only(server: AppClient, tmp_path: Path) -> None:
    pair = await log_in(server)
    kept = bytes_in(tmp_path)
    assert pair.refresh_token.get_secret_value().encode() not in kept
    assert ADMIN_PASSWORD.encode() not in kept


async def test_logins_without_a_living_token_are_forgotten(
    server: AppClient, clock: FakeClock
) -> None:
    await log_in(server)
    clock.advance(days=8)
    await log_in(server)
    count = await server.services.database.read(
        lambda connection: connection.exec_driver_sql("SELECT count(*) FROM logins").scalar_one()
    )
    assert count == 1


def bytes_in(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(directory.iterdir()))
