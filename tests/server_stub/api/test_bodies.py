import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import AppClient, FakeClock, app_client

JSON = {"Content-Type": "application/json"}


async def post(server: AppClient, content: Any, headers: dict[str, str] | None = None) -> Any:
    return await server.http.post(
        "/alerts/single", content=content, headers=server.token | JSON | (headers or {})
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"not json",
        b"\xff\xfe",
        b'{"title": "\xed\xa0\x80"}',
        b'{"title": NaN}',
        b'{"title": Infinity}',
        b"[" * 100_000,
    ],
    ids=range(8),
)
async def test_what_is_no_json_is_malformed(server: AppClient, body: bytes) -> None:
    answer = await post(server, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_body")


@pytest.mark.parametrize(
    "body",
    [
        r'{"title": "\ud800"}',
        r'{"title": "\u0000"}',
        '{"title": "a", "title": "b"}',
        '{"source_port": 9223372036854775808}',
        '{"confidence_score": 1e999}',
        '{"raw_alert_data": ' + '{"a":' * 32 + "1" + "}" * 32 + "}",
        '{"source_port": ' + "1" * 5_000 + "}",
        "7",
        "null",
        "[]",
    ],
    ids=range(10),
)
async def test_json_that_is_no_alert_is_refused_with_json(server: AppClient, body: str) -> None:
    answer = await post(server, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": ""},
        {"Content-Encoding": "gzip"},
    ],
)
async def test_abuse_41_only_plain_json_is_read(server: AppClient, headers: dict[str, str]) -> None:
    answer = await post(server, b"{}", headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


async def test_a_content_type_may_name_its_charset(server: AppClient) -> None:
    answer = await post(server, b"{}", {"Content-Type": "Application/JSON; charset=utf-8"})
    assert answer.status_code == 422


async def test_abuse_39_a_body_over_its_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    async with app_client(tmp_path, max_alert_bytes=2_000) as server:
        sent: list[int] = []

        async def endless() -> AsyncIterator[bytes]:
            while True:
                sent.append(1_000)
                yield b"x" * 1_000

        answer = await post(server, endless())
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert answer.headers["Connection"] == "close"
        assert sum(sent) <= 4_000
        declared = await post(server, b"x", {"Content-Length": "9" * 30})
        assert declared.status_code == 413


async def test_a_body_that_drips_is_not_waited_for(tmp_path: Path) -> None:
    async with app_client(tmp_path, clock=FakeClock(), body_timeout_seconds=0.01) as server:

        async def dripping() -> AsyncIterator[bytes]:
            yield b"{"
            await asyncio.Event().wait()

        answer = await post(server, dripping())
    assert (answer.status_code, answer.json()["code"]) == (408, "request_timeout")


async def test_an_unknown_field_is_named_only_if_it_is_a_name(server: AppClient) -> None:
    admin = await server.login()
    body = {"surprise": 1, "<script>alert(1)</script>": 2, "x" * 300: 3}
    answer = await server.http.put("/alerts/1", headers=admin, json=body)
    places = {field["loc"][-1] for field in answer.json()["detail"]}
    assert places == {"surprise", "(unknown)"}
