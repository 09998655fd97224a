"""Users and endpoint tokens through the SDK, against the real server."""

import secrets

import pytest
from pydantic import SecretStr

from ir_client import (
    AlertDraft,
    EndpointTokenCreate,
    EndpointTokenUpdate,
    IRClient,
    PasswordCredentials,
    SyncIRClient,
    TokenCredentials,
    UserCreate,
    UserUpdate,
    errors,
)
from tests.support.live_server import LiveServer

PASSWORD = "a-long-enough-password"


def credentials(server: LiveServer) -> PasswordCredentials:
    return PasswordCredentials("admin", SecretStr(server.admin_password))


async def test_a_token_lives_from_its_making_to_its_removal(shared_live_server: LiveServer) -> None:
    url = shared_live_server.url
    async with IRClient(url, credentials=credentials(shared_live_server)) as desk:
        made = await desk.tokens.create(EndpointTokenCreate(token_name=secrets.token_hex(4)))
        async with IRClient(url, credentials=TokenCredentials(made.token)) as sensor:
            assert (await sensor.tokens.info()).requests_left == 99
            changed = await desk.tokens.update(
                made.id, EndpointTokenUpdate(can_create_alerts=False)
            )
            assert changed == await desk.tokens.get(made.id)
            draft = AlertDraft(external_alert_id="x", title="x", severity="low", source="x")
            with pytest.raises(errors.PermissionDenied):
                await sensor.alerts.create(draft)
            assert (await desk.tokens.deactivate(made.id)).is_active is False
            with pytest.raises(errors.AuthenticationError):
                await sensor.tokens.info()
            assert (await desk.tokens.activate(made.id)).is_active is True
            await desk.tokens.delete(made.id)
            with pytest.raises(errors.AuthenticationError):
                await sensor.tokens.info()
            with pytest.raises(errors.NotFound):
                await desk.tokens.get(made.id)


def test_a_user_is_made_changed_and_changes_the_password(shared_live_server: LiveServer) -> None:
    url, name = shared_live_server.url, f"user-{secrets.token_hex(4)}"
    with SyncIRClient(url, credentials=credentials(shared_live_server)) as desk:
        wanted = UserCreate(username=name, password=SecretStr(PASSWORD))
        made = desk.auth.create_user(wanted)
        own = PasswordCredentials(name, SecretStr(PASSWORD))
        with SyncIRClient(url, credentials=own) as dana:
            with pytest.raises(errors.ValidationFailed):
                dana.auth.change_password("not the password", "another-long-password")
            dana.auth.change_password(PASSWORD, "another-long-password")
            changed = desk.auth.update_user(made.id, UserUpdate(role="manager", teams=("red",)))
            assert changed == dana.auth.me()
            assert dana.auth.stream_ticket().expires_in == 30
            dana.auth.logout_all()
            dana.auth.login(name, "another-long-password")
            desk.auth.update_user(made.id, UserUpdate(is_active=False))
            with pytest.raises(errors.AuthenticationError):
                dana.auth.me()
