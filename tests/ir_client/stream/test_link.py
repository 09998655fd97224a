"""One WebSocket: how it is opened, and how its end is told."""

import logging
import ssl
from pathlib import Path

import pytest
import trustme
from pydantic import SecretStr
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import (
    ConnectionClosedError,
    ConnectionClosedOK,
    InvalidMessage,
    InvalidStatus,
    InvalidUpgrade,
    InvalidURI,
)
from websockets.frames import Close
from websockets.http11 import Request, Response

from ir_client.rest.network import network_for
from ir_client.stream.endings import (
    Closed,
    Ending,
    Nonsense,
    Refused,
    TooLarge,
    Unreachable,
    Untrusted,
)
from ir_client.stream.link import LINK_ERRORS, ending_of, open_link

URL = "https://soc.example"
TOKEN = SecretStr("s3cret-token")


def refused(status: int, **headers: str) -> InvalidStatus:
    fields = Headers({name.replace("_", "-"): value for name, value in headers.items()})
    return InvalidStatus(Response(status, "", fields))


def because(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "ending"),
    [
        (ConnectionClosedOK(Close(1000, ""), Close(1000, ""), True), Closed(1000)),
        (ConnectionClosedError(Close(4001, "no"), Close(4001, ""), True), Closed(4001, "no")),
        (ConnectionClosedError(Close(1012, ""), None, None), Closed(1012)),
        (ConnectionClosedError(None, None, None), Closed(1006)),
        (ConnectionClosedError(None, Close(1009, "too big"), None), TooLarge()),
        (ConnectionClosedError(Close(1009, ""), Close(1009, ""), False), TooLarge()),
        (ConnectionClosedError(Close(1009, ""), Close(1009, ""), True), Closed(1009)),
        (ConnectionClosedError(None, Close(1002, "bad"), None), Closed(1002, "bad")),
        (refused(503, Retry_After="7"), Refused(503, 7.0)),
        (refused(429, Retry_After="soon"), Refused(429)),
    ],
)
def test_the_end_of_a_connection_is_told_in_our_words(error: Exception, ending: Ending) -> None:
    assert ending_of(error, URL) == ending


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ConnectionClosedError(None, Close(1011, "keepalive ping timeout"), None), Unreachable),
        (TimeoutError("timed out during opening handshake"), Unreachable),
        (ConnectionRefusedError(111, "Connection refused"), Unreachable),
        (because(InvalidMessage("no response"), EOFError()), Unreachable),
        (because(InvalidMessage("no response"), ValueError()), Nonsense),
        (InvalidUpgrade("Upgrade", "h2c"), Nonsense),
        (InvalidURI(f"wss://x?token={TOKEN.get_secret_value()}", "s3cret"), Nonsense),
    ],
)
def test_what_never_became_a_connection_is_told_without_quoting_it(
    error: Exception, kind: type[Ending]
) -> None:
    ending = ending_of(error, URL)
    assert isinstance(ending, kind)
    assert "s3cret" not in repr(ending)


async def greet(connection: ServerConnection) -> None:
    await connection.send("hello")


async def test_rest_and_stream_trust_the_same_certificates(tmp_path: Path) -> None:
    ca = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(tls)
    pem = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(str(pem))
    async with serve(greet, "localhost", 0, ssl=tls) as server:
        url = f"https://localhost:{server.sockets[0].getsockname()[1]}"
        trusting = network_for(url, verify=str(pem))
        async with open_link(trusting, TOKEN, query={}, bearer=True, max_message_bytes=100) as link:
            assert await link.receive() == [b"hello"]
        with pytest.raises(LINK_ERRORS) as caught:
            async with open_link(
                network_for(url), TOKEN, query={}, bearer=True, max_message_bytes=100
            ):
                pass
    assert isinstance(ending_of(caught.value, url), Untrusted)


async def test_a_redirect_is_not_followed_with_our_token() -> None:
    asked: list[str] = []

    def elsewhere(connection: ServerConnection, request: Request) -> Response:
        asked.append(request.path)
        response = connection.respond(302, "")
        response.headers["Location"] = "/elsewhere"
        return response

    async with serve(greet, "127.0.0.1", 0, process_request=elsewhere) as server:
        network = network_for(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        with pytest.raises(LINK_ERRORS) as caught:
            async with open_link(network, TOKEN, query={}, bearer=True, max_message_bytes=100):
                pass
    assert asked == ["/ws/incidents"]
    assert ending_of(caught.value, network.url) == Refused(302)


async def test_a_token_in_the_path_is_escaped_and_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="ir_client.stream.link")
    asked: list[str] = []

    def note(connection: ServerConnection, request: Request) -> None:
        asked.append(request.path)

    quiet = logging.getLogger("test.server")
    quiet.propagate = False
    async with serve(greet, "127.0.0.1", 0, process_request=note, logger=quiet) as server:
        network = network_for(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        odd = SecretStr("a/b+c=&d")
        async with open_link(network, odd, query={}, bearer=False, max_message_bytes=100) as link:
            await link.receive()
    assert asked == ["/ws/incidents?token=a%2Fb%2Bc%3D%26d"]
    assert "token=" not in caplog.text
