"""What `doctor` asks a server: whether it answers, over what, as whom, and if the stream opens.

Each question is asked once and waits no longer than a person would.
"""

import asyncio
import base64
import json
import ssl
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpx

from ir_client import errors
from ir_client.wire.auth import ServerMeta
from ir_console.model.format import moment

from .exits import ExitCode, exit_code_of
from .findings import Finding, fail, of_certificate, of_clock, of_expiry, ok, warn
from .profiles import without_password
from .when import clock

if TYPE_CHECKING:
    from pydantic import SecretStr

    from ir_client import CredentialStore, IRClient, Profile
    from ir_client.credentials import Storable
    from ir_client.rest.network import Network

SECONDS = 10.0
_SWALLOWED = (
    "The server answers, but a proxy or firewall on the way does not pass WebSocket on: have it "
    "forward Upgrade and Connection for /ws/incidents, or set `proxy` in the profile."
)


@dataclass(frozen=True, slots=True)
class _Answer:
    """The first answer: what stood in it and on what it came."""

    status: int
    seconds: float
    date: str
    body: bytes
    certificate: dict[str, Any]


async def look_there(profile: "Profile", store: "CredentialStore | None") -> AsyncIterator[Finding]:
    """All there is to find out about the server of a profile, the first failure last."""
    from ir_client.rest.network import network_for

    try:
        network = network_for(profile.url, verify=profile.verify, proxy=profile.proxy)
    except errors.ConfigError as error:
        yield fail("address", str(error), error.hint, ExitCode.USAGE)
        return
    for finding in _of_address(profile, network):
        yield finding
    try:
        answer = await _asked(network)
    except errors.IRError as error:
        yield fail("server", str(error), error.hint, exit_code_of(error))
        return
    async for finding in _of_answer(profile, network, answer, store):
        yield finding


def _of_address(profile: "Profile", network: "Network") -> list[Finding]:
    from ir_client.rest.network import is_loopback

    found = []
    host = httpx.URL(profile.url).host
    if network.tls is None and not is_loopback(host):
        do = "Use https://: passwords and tokens can be read on the way."
        found.append(warn("address", f"{profile.url} is without TLS", do))
    if profile.verify is False:
        do = "Name the CA's file in `verify` of the profile (IR_VERIFY) instead of false."
        found.append(warn("certificate", "it is not verified", do))
    if network.proxy is not None:
        found.append(ok("proxy", without_password(network.proxy) or ""))
    return found


async def _asked(network: "Network") -> _Answer:
    """The server's answer to what anybody may ask."""
    from ir_client.rest.failures import transport_error

    # Without TLS no certificate is looked at, and reading all that are trusted takes time.
    trust = network.tls or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client = httpx.AsyncClient(verify=trust, proxy=network.proxy, trust_env=False, timeout=SECONDS)
    began = time.monotonic()
    try:
        async with (
            asyncio.timeout(2 * SECONDS),
            client,
            client.stream("GET", f"{network.url}/api/v1/meta") as response,
        ):
            seconds = time.monotonic() - began
            socket = response.extensions["network_stream"].get_extra_info("ssl_object")
            return _Answer(
                response.status_code,
                seconds,
                response.headers.get("Date", ""),
                (await response.aread())[:65_536],
                (socket.getpeercert() if socket is not None else None) or {},
            )
    except TimeoutError:
        raise errors.RequestTimeout(f"{network.url} did not answer in time") from None
    except httpx.HTTPError as error:
        raise transport_error(error, network.url) from None


async def _of_answer(
    profile: "Profile", network: "Network", answer: _Answer, store: "CredentialStore | None"
) -> AsyncIterator[Finding]:
    if answer.status >= 500:
        said = f"{network.url} answers with HTTP {answer.status}"
        yield fail("server", said, "It is starting, busy or down: try again in a moment.")
        return
    yield ok("server", f"{network.url} answers after {answer.seconds * 1000:.0f} ms")
    if (finding := _of_tls(answer)) is not None:
        yield finding
    if (skew := _skew(answer)) is not None:
        yield of_clock(skew)
    meta = _meta(answer)
    yield _of_meta(meta)
    yield await _of_upgrade(network)
    async for finding in _of_login(profile, store):
        yield finding


def _of_tls(answer: _Answer) -> Finding | None:
    if not answer.certificate:
        return None
    expires = datetime.fromtimestamp(ssl.cert_time_to_seconds(answer.certificate["notAfter"]), UTC)
    names = {name: text for part in answer.certificate.get("issuer", ()) for name, text in part}
    issuer = names.get("organizationName") or names.get("commonName") or ""
    return of_certificate(expires, issuer, clock())


def _skew(answer: _Answer) -> float | None:
    try:
        theirs = parsedate_to_datetime(answer.date)
    except ValueError:
        return None
    # The header was made half-way through the wait, and its second began before.
    ours = clock().timestamp() - answer.seconds / 2
    return ours - (theirs.timestamp() + 0.5)


def _meta(answer: _Answer) -> ServerMeta | None:
    try:
        return ServerMeta.model_validate_json(answer.body) if answer.status == 200 else None
    except ValueError:
        return None


def _of_meta(meta: ServerMeta | None) -> Finding:
    if meta is None:
        do = "Lists, updates and the stream work; queries, comments and resuming need more."
        return warn("version", "a plain server, or none of ours: it does not say what it can", do)
    protocols = " and ".join(map(str, meta.protocols))
    words = f"{meta.name} {meta.version}, protocol {protocols}, {len(meta.features)} extensions"
    return ok("version", words)


async def _of_upgrade(network: "Network") -> Finding:
    """Whether a WebSocket gets through: the server itself then refuses a token that is none."""
    from pydantic import SecretStr

    from ir_client.stream.endings import Closed, Refused
    from ir_client.stream.link import LINK_ERRORS, ending_of, open_link

    link = open_link(network, SecretStr("doctor"), query={}, bearer=False, max_message_bytes=65_536)
    try:
        async with asyncio.timeout(2 * SECONDS), link as connection:
            await connection.recv()
    except (TimeoutError, *LINK_ERRORS) as error:
        ending = ending_of(error, network.stream_url)
    else:
        return ok("websocket", "gets through")
    match ending:
        case Closed(code) if code != 1006:
            return ok("websocket", "gets through")
        case Refused(status) if status in (401, 403):
            return ok("websocket", "gets through")
        case Refused(status):
            said = f"the handshake is answered with HTTP {status}"
        case Closed():
            said = "the connection breaks"
        case _:
            said = getattr(ending, "reason", "it does not open")
    return fail("websocket", said, _SWALLOWED, ExitCode.UNREACHABLE)


async def _of_login(profile: "Profile", store: "CredentialStore | None") -> AsyncIterator[Finding]:
    from ir_client import IRClient
    from ir_client.credentials import token_from_environment

    try:
        given = token_from_environment()
        kept = None if given or store is None else store.load(profile)
    except errors.ConfigError as error:
        yield fail("login", str(error), error.hint, ExitCode.USAGE)
        return
    if given is None and kept is None:
        do = f"ir-console login {profile.url}, or a token in IR_TOKEN."
        yield fail("login", "nobody is logged in there", do, ExitCode.NOT_AUTHORISED)
        return
    try:
        patient = replace(profile, timeout_seconds=SECONDS)
        async with IRClient.from_profile(patient, credentials=given, store=store) as client:
            how = "by the token in IR_TOKEN" if given is not None else "by the login that is kept"
            yield await _of_user(client, how)
            if store is not None and (finding := _of_session(store.load(profile))) is not None:
                yield finding
            if given is not None and (expires := expiry_of(given.token)) is not None:
                yield of_expiry("token", "IR_TOKEN is a login's token", expires, clock())
            yield await _of_stream(client)
    except errors.IRError as error:
        yield fail("login", str(error), error.hint, exit_code_of(error))


def _of_session(kept: "Storable | None") -> Finding | None:
    """How long the token of a login that is kept holds; it may have been renewed just now."""
    from ir_client import SessionCredentials

    if not isinstance(kept, SessionCredentials) or kept.access_token is None:
        return None
    expires = expiry_of(kept.access_token)
    until = f"until {moment(expires)}, " if expires is not None else ""
    return ok("token", f"good {until}and renewed by itself")


async def _of_user(client: "IRClient", how: str) -> Finding:
    try:
        user = await client.auth.me()
    except errors.PermissionDenied:
        return await _of_token(client, how)
    teams = f", teams {', '.join(user.teams)}" if user.teams else ""
    return ok("login", f"{user.username}, {user.role}{teams}, {how}")


async def _of_token(client: "IRClient", how: str) -> Finding:
    token = await client.tokens.info()
    rights = {
        "create": token.can_create_alerts,
        "read": token.can_read_alerts,
        "update": token.can_update_alerts,
    }
    may = " and ".join(name for name, is_given in rights.items() if is_given) or "do nothing with"
    said = f"endpoint token {token.token_name}, {how}, may {may} alerts"
    return of_expiry("login", said, token.expires_at, clock())


async def _of_stream(client: "IRClient") -> Finding:
    from ir_client import StateChanged, StreamState

    reason = f"nothing came within {SECONDS:.0f} s"
    try:
        async with asyncio.timeout(SECONDS), client.events(types=StateChanged) as stream:
            async for event in stream:
                if isinstance(event, StateChanged):
                    if event.new is StreamState.LIVE:
                        return ok("stream", "live alerts come in")
                    reason = event.status.reason or reason
    except TimeoutError:
        pass
    except errors.StreamError as error:
        return fail("stream", str(error), error.hint, exit_code_of(error))
    do = "See what `ir-console --debug tail` says; alerts can be listed all the same."
    return fail("stream", reason, do, ExitCode.UNREACHABLE)


def expiry_of(token: "SecretStr") -> datetime | None:
    """When a JWT ends, by its own word; None for what is none."""
    parts = token.get_secret_value().split(".")
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(claims["exp"], UTC)
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, OSError):
        return None
