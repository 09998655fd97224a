"""Requests go out and answers come back, whatever the other end does."""

import asyncio
import json
import random
import ssl
from typing import Any

import httpx
import pytest
import trustme
from pydantic import SecretStr

from ir_client import errors
from ir_client.rest.call import Call
from ir_client.rest.retry import RetryPolicy
from ir_client.rest.transport import MAX_REQUESTS
from tests.ir_client.rest.support import a_socket_server, a_transport

GET = Call("GET", "/alerts/")


class Tokens:
    """Hands out `old` until it is refused, then `new`."""

    def __init__(self) -> None:
        self.current = SecretStr("old")

    async def token(self) -> SecretStr:
        return self.current

    async def renewed(self, rejected: SecretStr) -> SecretStr:
        self.current = SecretStr("new")
        return self.current


def accepting(*tokens: str) -> Any:
    def handle(request: httpx.Request) -> httpx.Response:
        handle.seen.append(request.headers["Authorization"])  # type: ignore[attr-defined]
        good = request.headers["Authorization"] in {f"Bearer {token}" for token in tokens}
        return httpx.Response(200 if good else 401, json={"detail": "x"})

    handle.seen = []  # type: ignore[attr-defined]
    return handle


async def test_a_refused_token_is_renewed_and_the_request_sent_again() -> None:
    handle = accepting("new")
    async with a_transport(handle) as transport:
        transport.tokens = Tokens()
        assert (await transport.send(GET)).status == 200
        assert handle.seen == ["Bearer old", "Bearer new"]


async def test_requirement_11_a_second_refusal_is_not_tried_again() -> None:
    handle = accepting()
    async with a_transport(handle) as transport:
        transport.tokens = Tokens()
        with pytest.raises(errors.AuthenticationError):
            await transport.send(GET)
        assert len(handle.seen) == 2


async def test_an_open_call_sends_no_token() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        assert "Authorization" not in request.headers
        return httpx.Response(200)

    async with a_transport(handle) as transport:
        transport.tokens = Tokens()
        await transport.send(Call("GET", "/meta", is_open=True))


async def test_parameters_are_written_as_the_contract_has_them() -> None:
    seen: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.query.decode())
        return httpx.Response(200)

    params = {
        "severity": ["high", "low"],
        "reported": True,
        "search": "a b&c",
        "page": 2,
        "x": None,
    }
    async with a_transport(handle) as transport:
        await transport.send(Call("GET", "/alerts/", params=params))  # type: ignore[arg-type]
    assert seen == ["severity=high&severity=low&reported=true&search=a+b%26c&page=2"]


@pytest.mark.parametrize("text", ["ünï", "\ud800 half", "\u202e"])
async def test_any_text_arrives(text: str) -> None:
    seen: list[object] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(json.loads(request.content))
        assert request.headers["Content-Type"] == "application/json"
        return httpx.Response(200)

    async with a_transport(handle) as transport:
        await transport.send(Call("POST", "/alerts/7/comments", body={"content": text}))
    assert seen == [{"content": text}]


@pytest.mark.looptime
async def test_a_busy_server_is_asked_again_after_the_time_it_asks_for() -> None:
    answers = [
        httpx.Response(429, headers={"Retry-After": "100"}, json={"detail": "slow down"}),
        httpx.Response(503),
        httpx.Response(200),
    ]
    loop = asyncio.get_running_loop()
    async with a_transport(lambda request: answers.pop(0)) as transport:
        await transport.send(GET)
    assert loop.time() == pytest.approx(100.5)


@pytest.mark.looptime
async def test_a_write_is_not_sent_twice() -> None:
    sent: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        raise httpx.ReadError("reset")

    async with a_transport(handle) as transport:
        with pytest.raises(errors.ConnectError):
            await transport.send(Call("POST", "/alerts/ingest", body={}))
    assert len(sent) == 1


@pytest.mark.looptime
async def test_a_server_that_fails_is_not_asked_three_times_by_everyone() -> None:
    sent: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(503)

    async with a_transport(handle) as transport:
        calls = [transport.send(GET) for _ in range(200)]
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(outcome, errors.ServerError) for outcome in outcomes)
    assert len(sent) == 220


@pytest.mark.looptime
async def test_more_or_less_patience_goes_over_the_same_way() -> None:
    sent: list[float] = []

    async def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request.extensions["timeout"]["read"])
        return httpx.Response(503)

    slow = Call("POST", "/alerts/ingest", timeout_seconds=60.0)
    async with a_transport(handle) as transport:
        patient = transport.with_options(policy=RetryPolicy(max_attempts=5))
        hasty = patient.with_options(timeout_seconds=2.0, policy=RetryPolicy(max_attempts=1))
        for way, call in ((patient, GET), (hasty, GET), (hasty, slow), (transport, slow)):
            with pytest.raises(errors.ServerError):
                await way.send(call)
    assert sent == [15.0] * 5 + [2.0] + [2.0] + [60.0]


@pytest.mark.looptime
async def test_nobody_is_asked_more_than_three_times() -> None:
    sent: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(503)

    async with a_transport(handle) as transport:
        with pytest.raises(errors.ServerError):
            await transport.send(GET)
    assert len(sent) == 3


@pytest.mark.looptime
async def test_requirement_26_a_cancelled_caller_is_free_and_its_request_ends_alone() -> None:
    # So httpx must never see the cancellation.
    ended: list[str] = []

    async def handle(request: httpx.Request) -> httpx.Response:
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise
        ended.append("done")
        return httpx.Response(200)

    loop = asyncio.get_running_loop()
    async with a_transport(handle) as transport:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await transport.send(GET)
        assert loop.time() == pytest.approx(1)
        await asyncio.sleep(10)
        assert ended == ["done"]


@pytest.mark.looptime
async def test_where_all_connections_hang_the_next_call_is_not_made_to_wait_for_ever() -> None:
    async def handle(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(3600)
        return httpx.Response(200)

    loop = asyncio.get_running_loop()
    async with a_transport(handle) as transport:
        hanging = [asyncio.ensure_future(transport.send(GET)) for _ in range(MAX_REQUESTS)]
        await asyncio.sleep(1)
        with pytest.raises(errors.RequestTimeout):
            await transport.send(GET)
        assert loop.time() == pytest.approx(26, abs=1)
        await asyncio.gather(*hanging, return_exceptions=True)


async def test_requirement_26_thousands_of_cancelled_requests_leave_the_pool_as_it_was() -> None:
    # Against a real socket: plain httpx is dead for ever after this.
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readuntil(b"\r\n\r\n"):
            await asyncio.sleep(random.uniform(0, 0.002))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    async def one(transport: Any) -> None:
        try:
            async with asyncio.timeout(random.uniform(0, 0.004)):
                await transport.send(GET)
        except TimeoutError:
            pass

    async with (
        a_socket_server(serve) as port,
        a_transport(url=f"http://127.0.0.1:{port}") as transport,
    ):
        for _ in range(12):
            await asyncio.gather(*(one(transport) for _ in range(2 * MAX_REQUESTS)))
        answers = await asyncio.gather(*(transport.send(GET) for _ in range(2 * MAX_REQUESTS)))
        assert {answer.status for answer in answers} == {200}


@pytest.mark.looptime
async def test_a_server_that_hangs_is_left_when_the_time_is_over() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(3600)

    loop = asyncio.get_running_loop()
    async with (
        a_socket_server(serve) as port,
        a_transport(url=f"http://127.0.0.1:{port}", timeout_seconds=15.0) as transport,
    ):
        with pytest.raises(errors.RequestTimeout) as caught:
            await transport.send(GET)
        assert loop.time() == pytest.approx(15, abs=1)
        assert "longer timeout" in caught.value.hint


@pytest.mark.looptime
@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"])
async def test_a_server_that_drips_is_left_too(start: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start or b"HTTP/1.1 200 OK\r\n")
        for number in range(3600):
            await asyncio.sleep(5)
            writer.write(b"x" if start else b"X-%d: 1\r\n" % number)

    loop = asyncio.get_running_loop()
    async with (
        a_socket_server(serve) as port,
        a_transport(url=f"http://127.0.0.1:{port}", timeout_seconds=15.0) as transport,
    ):
        with pytest.raises(errors.RequestTimeout):
            await transport.send(GET)
        assert loop.time() <= 26


@pytest.mark.looptime
async def test_a_server_that_is_not_there_is_a_clear_error() -> None:
    async with a_socket_server(lambda reader, writer: asyncio.sleep(0)) as port:
        pass
    async with a_transport(url=f"http://127.0.0.1:{port}") as transport:
        with pytest.raises(errors.ConnectError, match=r"refused|[Cc]onnect") as caught:
            await transport.send(GET)
        assert caught.value.retryable
        assert "address" in caught.value.hint


@pytest.mark.looptime
@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", errors.InvalidResponse),
        (b"\x16\x03\x01\x02\x00", errors.InvalidResponse),
        (b"", errors.ConnectError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{", errors.ConnectError),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
            errors.InvalidResponse,
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", errors.InvalidResponse),
    ],
)
async def test_a_server_that_answers_nonsense_is_a_clear_error(
    said: bytes, kind: type[errors.IRError]
) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        await writer.drain()

    async with (
        a_socket_server(serve) as port,
        a_transport(url=f"http://127.0.0.1:{port}") as transport,
    ):
        with pytest.raises(kind) as caught:
            await transport.send(GET)
        assert caught.value.hint


async def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ir_client.rest.transport.MAX_ANSWER_BYTES", 1000)
    async with a_transport(lambda request: httpx.Response(200, content=b"x" * 2000)) as transport:
        with pytest.raises(errors.InvalidResponse, match="without end"):
            await transport.send(GET)


async def test_a_certificate_of_nobody_we_know_is_refused_and_a_known_ca_is_accepted(
    tmp_path: Any,
) -> None:
    ca = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(tls)
    pem = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(str(pem))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()

    async with a_socket_server(serve, ssl=tls) as port:
        url = f"https://localhost:{port}"
        async with a_transport(url=url) as transport:
            with pytest.raises(errors.TLSError) as caught:
                await transport.send(GET)
            assert "verify" in caught.value.hint
            assert not caught.value.retryable
        async with a_transport(url=url, verify=str(pem)) as transport:
            assert (await transport.send(GET)).status == 200


async def test_https_to_a_server_without_tls_says_to_try_http() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with (
        a_socket_server(serve) as port,
        a_transport(url=f"https://127.0.0.1:{port}") as transport,
    ):
        with pytest.raises(errors.TLSError) as caught:
            await transport.send(GET)
        assert "http://" in caught.value.hint


@pytest.mark.looptime
async def test_closing_during_a_request_is_an_error_and_not_a_cancellation() -> None:
    async def handle(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(10)
        return httpx.Response(200)

    async with a_transport(handle) as transport:
        call = asyncio.ensure_future(transport.send(GET))
        await asyncio.sleep(1)
        await transport.aclose()
        with pytest.raises(errors.ClientClosedError):
            await call


async def test_a_mistake_fails_its_own_call_and_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/mistake"):
            raise ZeroDivisionError
        return httpx.Response(200)

    async with a_transport(handle) as transport:
        outcomes = await asyncio.gather(
            transport.send(Call("GET", "/mistake")), transport.send(GET), return_exceptions=True
        )
        assert isinstance(outcomes[0], errors.IRError)
        assert not isinstance(outcomes[1], BaseException)
    assert "ZeroDivisionError" in caplog.text


def test_a_call_does_not_show_its_body() -> None:
    call = Call("POST", "/auth/login", body={"password": "hunter2"}, headers={"If-Match": "7"})
    assert "hunter2" not in repr(call)
