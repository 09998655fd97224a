"""Before each attempt: what the server reads, and a token."""

import httpx
import pytest
from pydantic import SecretStr

from ir_client import PasswordCredentials, errors
from ir_client.rest.meta import Meta
from ir_client.stream.dialer import Dialer, ending_without_token
from ir_client.stream.endings import Ending, Nonsense, NoToken, Untrusted
from ir_client.testing import PASSWORD, FakeServer
from tests.ir_client.rest.support import a_session


@pytest.mark.parametrize(
    ("error", "ending"),
    [
        (errors.ConnectError("down"), NoToken("down", is_final=False)),
        (errors.ServerError("down", status=503), NoToken("down", is_final=False, hint="h")),
        (errors.RateLimited("slow", status=429), NoToken("slow", is_final=False, hint="h")),
        (
            errors.AuthenticationError("ended", status=401, hint="h"),
            NoToken("ended", is_final=True, hint="h"),
        ),
        (errors.PermissionDenied("no", status=403), NoToken("no", is_final=True, hint="h")),
        (errors.ConfigError("keyring", hint="h"), NoToken("keyring", is_final=True, hint="h")),
        (errors.TLSError("no TLS", hint="http://"), Untrusted("no TLS", hint="http://")),
        (errors.InvalidResponse("html"), Nonsense("html")),
    ],
)
def test_a_failure_before_the_handshake_is_told_apart(
    error: errors.IRError, ending: Ending
) -> None:
    if not isinstance(error, errors.TransportError):
        error.hint = "h"
    assert ending_without_token(error) == ending


async def test_requirement_09_each_attempt_takes_the_token_of_its_moment() -> None:
    server = FakeServer(features=None)
    credentials = PasswordCredentials("dana", SecretStr(PASSWORD))
    async with a_session(server.handle, credentials) as session:
        meta = Meta(session._transport)
        dialer = Dialer(session._transport.network, session, meta, max_message_bytes=100)
        uris = []
        for renew in (False, False, True, False):
            link = await dialer.dial(renew_token=renew)
            assert not isinstance(link, Ending)
            uris.append(link.connection.uri.rpartition("=")[2])
    assert uris == ["secret-access-1"] * 2 + ["secret-access-2"] * 2
    assert server.refreshes == 1


async def test_a_server_whose_meta_fails_is_taken_for_a_plain_one_this_time() -> None:
    server = FakeServer()
    server.rest_answers.append(httpx.Response(500))
    credentials = PasswordCredentials("dana", SecretStr(PASSWORD))
    async with a_session(server.handle, credentials) as session:
        meta = Meta(session._transport)
        dialer = Dialer(session._transport.network, session, meta, max_message_bytes=100)
        first = await dialer.dial(renew_token=False)
        second = await dialer.dial(renew_token=False)
    assert not isinstance(first, Ending)
    assert not isinstance(second, Ending)
    assert "?token=" in first.connection.uri
    assert "?token=" not in second.connection.uri
