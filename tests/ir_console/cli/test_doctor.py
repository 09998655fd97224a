"""The doctor against a real server, none, untrusted ones, and proxies that swallow streams."""

import asyncio
import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import trustme

from ir_console.cli import look_there
from tests.support.cli import Cli, Ran
from tests.support.live_server import LiveServer

META = json.dumps({"name": "IR Central", "version": "9", "protocols": [1], "features": []})


def found(ran: Ran) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in ran.document["findings"]}


def verdicts(ran: Ran) -> dict[str, str]:
    return {name: one["verdict"] for name, one in found(ran).items()}


@contextmanager
def answering(
    upgrade: str | None = None, *, head: str = "", tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """A server that says what it can do, and answers a handshake with `upgrade` or not at all."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            if b"/ws/incidents" not in request:
                length = f"Content-Length: {len(META)}\r\nConnection: close\r\n{head}\r\n"
                writer.write(f"HTTP/1.1 200 OK\r\n{length}{META}".encode())
            elif upgrade is None:
                await reader.read()
            else:
                writer.write(f"HTTP/1.1 {upgrade}\r\nContent-Length: 0\r\n\r\n".encode())
        except (OSError, EOFError):
            pass  # a client that does not trust us leaves in the middle
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def begin() -> asyncio.Server:
        return await asyncio.start_server(answer, "127.0.0.1", 0, ssl=tls)

    async def end() -> None:
        server.close()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(begin(), loop).result(10)
    try:
        scheme = "http" if tls is None else "https"
        yield f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def test_all_is_well(admin: Cli, server: LiveServer) -> None:
    ran = admin("doctor")
    assert (ran.code, ran.err) == (0, "All is well.\n")
    assert "ok    login        admin, admin, by the login that is kept\n" in ran.out
    names = ["versions", "profile", "settings", "logins", "server", "clock", "version"]
    document = admin("doctor", "--json")
    assert list(verdicts(document)) == [*names, "websocket", "login", "token", "stream", "terminal"]
    assert document.document["ok"] is True
    assert "renewed by itself" in found(document)["token"]["said"]


def test_nothing_that_is_kept_is_shown(admin: Cli, server: LiveServer) -> None:
    kept = json.loads(next(iter(json.loads(admin.credentials.read_text()).values())))
    told = admin("doctor").out + admin("doctor", "--json").out
    assert not [secret for secret in kept.values() if secret in told]
    admin.set(IR_TOKEN=server.ingest_token, IR_PROXY="http://dana:secret@127.0.0.1:9")
    told = admin("doctor").out + admin("doctor", "--json").out
    assert server.ingest_token not in told
    assert "secret" not in told


def test_an_endpoint_token_says_what_it_may(sensor: Cli) -> None:
    ran = sensor("doctor", "--json")
    assert found(ran)["login"]["said"].startswith(
        "endpoint token bootstrap, by the token in IR_TOKEN, may create and read alerts"
    )


def test_what_is_said_of_logins_is_one_story(admin: Cli, server: LiveServer, cli: Cli) -> None:
    def story(ran: Ran) -> list[str]:
        findings = found(ran)
        return [findings[name]["said"].partition(" in the file")[0] for name in ("logins", "login")]

    kept = ["one for this server is kept", "admin, admin, by the login that is kept"]
    assert story(admin("doctor", "--json")) == kept
    admin("logout")
    none = ["none for this server is kept yet", "nobody is logged in there"]
    assert story(admin("doctor", "--json")) == none
    admin.set(IR_TOKEN=server.ingest_token)
    given, used = story(admin("doctor", "--json"))
    assert given == "the token in IR_TOKEN is used, whatever login is kept"
    assert ", by the token in IR_TOKEN, " in used


def test_without_a_profile_or_a_server_it_works_and_says_what_to_do(cli: Cli) -> None:
    cli.unset("IR_URL", "IR_CREDENTIALS_FILE")
    cli.set(IR_NO_KEYRING="1", IR_CONFIG=str(cli.credentials.with_name("none.toml")))
    ran = cli("doctor", "--url", "http://127.0.0.1:9", "--json")
    assert ran.code == 4
    assert (verdicts(ran)["server"], verdicts(ran)["logins"]) == ("fail", "warn")
    assert "IR_CREDENTIALS_FILE" in found(ran)["logins"]["do"]
    assert "IR_NO_KEYRING is set" in found(ran)["logins"]["said"]
    assert ran.document["ok"] is False
    assert all(one["do"] for one in found(ran).values() if one["verdict"] != "ok")


@pytest.mark.parametrize(
    ("token", "verdict"), [(None, "nobody is logged in"), ("no-such-token", "The server refused")]
)
def test_a_server_that_does_not_know_us_is_exit_code_3(
    server: LiveServer, cli: Cli, token: str | None, verdict: str
) -> None:
    if token:
        cli.set(IR_TOKEN=token)
    ran = cli("doctor", "--json")
    assert ran.code == 3
    assert verdicts(ran)["websocket"] == "ok"
    assert verdicts(ran)["login"] == "fail"


def test_settings_that_cannot_be_read_are_named(cli: Cli) -> None:
    path = cli.credentials.with_name("config.toml")
    path.write_text("profiles = [")
    path.with_name("console.toml").write_text('theme = "pink"')
    ran = cli("doctor", "--json")
    assert ran.code == 2
    assert str(path) in found(ran)["profile"]["said"]
    assert verdicts(ran)["settings"] == "fail"


def test_credentials_that_others_can_read_are_a_failure(cli: Cli) -> None:
    cli.credentials.write_text("{}")
    cli.credentials.chmod(0o644)
    ran = cli("doctor", "--json")
    assert "chmod 600" in found(ran)["logins"]["do"]


@pytest.mark.parametrize(
    ("upgrade", "said"),
    [("200 OK", "HTTP 200"), ("426 Upgrade Required", "HTTP 426"), (None, "did not answer")],
)
def test_a_proxy_that_swallows_the_stream_is_told(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, upgrade: str | None, said: str
) -> None:
    monkeypatch.setattr(look_there, "SECONDS", 0.5)
    with answering(upgrade) as url:
        ran = cli("doctor", "--url", url, "--json")
    assert ran.code == 4
    assert said in found(ran)["websocket"]["said"]
    assert "does not pass WebSocket on" in found(ran)["websocket"]["do"]


def test_a_clock_that_is_wrong_is_told(cli: Cli) -> None:
    with answering("200 OK", head="Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n") as url:
        ran = cli("doctor", "--url", url, "--json")
    assert verdicts(ran)["clock"] == "warn"
    assert "ahead of the server's" in found(ran)["clock"]["said"]


def test_a_certificate_is_looked_at(cli: Cli, tmp_path: Path) -> None:
    authority = trustme.CA(organization_name="Our CA")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    trusted = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(trusted))
    with answering("200 OK", tls=tls) as url:
        untrusted = cli("doctor", "--url", url, "--json")
        cli.set(IR_VERIFY=str(trusted))
        good = cli("doctor", "--url", url, "--json")
        cli.set(IR_VERIFY="false")
        careless = cli("doctor", "--url", url, "--json")
    assert untrusted.code == 4
    assert "verify" in found(untrusted)["server"]["do"]
    assert "of Our CA, good until" in found(good)["certificate"]["said"]
    assert verdicts(careless)["certificate"] == "warn"


@pytest.mark.parametrize(
    ("claims", "year"), [({"exp": 1_900_000_000}, 2030), ({}, None), ({"exp": "soon"}, None)]
)
def test_a_jwt_says_itself_when_it_ends(claims: dict[str, Any], year: int | None) -> None:
    from pydantic import SecretStr

    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    expires = look_there.expiry_of(SecretStr(f"e30.{body}.x"))
    assert (expires.year if expires else None) == year
    assert look_there.expiry_of(SecretStr("an-endpoint-token")) is None
