"""Secrets that the server shows once, and passwords on their way: nowhere in logs or reprs."""

import logging
import secrets

import pytest
from pydantic import SecretStr

from ir_client import (
    EndpointTokenCreate,
    IRClient,
    PasswordCredentials,
    UserCreate,
    errors,
)
from tests.ir_client.test_client import shown_by
from tests.support.live_server import LiveServer

OLD, NEW, WRONG = "an-old-password-0123", "a-new-password-4567", "a-wrong-password-89"


async def test_requirement_18_what_is_shown_once_is_not_shown_by_us(
    shared_live_server: LiveServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        caplog.set_level(logging.DEBUG, logger=name)
    url, name = shared_live_server.url, f"user-{secrets.token_hex(4)}"
    admin = PasswordCredentials("admin", SecretStr(shared_live_server.admin_password))
    async with IRClient(url, credentials=admin) as desk:
        wanted = EndpointTokenCreate(token_name=secrets.token_hex(4))
        token = await desk.tokens.create(wanted)
        raw = await desk.raw.tokens.create(wanted.model_copy(update={"token_name": name}))
        ticket = await desk.auth.stream_ticket()
        user = UserCreate(username=name, password=SecretStr(OLD))
        await desk.auth.create_user(user)
        shown = repr([token, raw, raw.parse(), ticket, user, vars(desk)])
        hidden = [token.token, raw.parse().token, ticket.ticket]
    async with IRClient(url, credentials=PasswordCredentials(name, SecretStr(OLD))) as dana:
        with pytest.raises(errors.IRError) as caught:
            await dana.auth.change_password(WRONG, NEW)
        shown += shown_by(caught.value)
        await dana.auth.change_password(OLD, NEW)
    values = [one.get_secret_value() for one in hidden]
    for secret in [*values, OLD, NEW, WRONG, shared_live_server.admin_password]:
        assert len(secret) > 10
        assert secret not in shown
        assert secret not in caplog.text
