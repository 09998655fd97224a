import logging
from dataclasses import replace
from typing import Any

import pytest

from tests.support.server import AppClient


async def test_every_answer_carries_a_request_id_and_safe_headers(server: AppClient) -> None:
    for path in ("/meta", "/nowhere", "/alerts"):
        answer = await server.http.get(path)
        assert len(answer.headers["X-Request-ID"]) == 32
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_request_id_that_is_one_comes_back(server: AppClient) -> None:
    answer = await server.http.get("/meta", headers={"X-Request-ID": "trace-1.a_b"})
    assert answer.headers["X-Request-ID"] == "trace-1.a_b"


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, '"><script>', "é".encode()])
async def test_a_request_id_that_is_none_is_replaced(server: AppClient, given: Any) -> None:
    answer = await server.http.get("/meta", headers={"X-Request-ID": given})
    assert len(answer.headers["X-Request-ID"]) == 32


@pytest.mark.parametrize("path", ["/meta", "/meta/", "/meta//"])
async def test_a_trailing_slash_makes_no_difference(server: AppClient, path: str) -> None:
    assert (await server.http.get(path)).status_code == 200


async def test_what_no_route_takes_is_a_problem_like_others(server: AppClient) -> None:
    nowhere = await server.http.get("/nowhere")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not_found")
    wrong = await server.http.delete("/meta")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/meta", "GET"),
        ("/alerts/", "GET"),
        ("/alerts/7", "GET, PUT"),
        ("/endpoint-tokens/7", "DELETE, GET, PUT"),
        # A word that is taken for a number of an alert by the other methods.
        ("/alerts/ingest", "GET, POST, PUT"),
        ("http://server/healthz", "GET"),
        ("http://server/docs", "GET"),
    ],
)
async def test_a_method_that_is_not_taken_is_answered_with_those_that_are(
    server: AppClient, path: str, allow: str
) -> None:
    answer = await server.http.patch(path)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == allow


async def test_a_failure_is_logged_under_its_id_and_tells_nothing(
    server: AppClient, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        async def read(self, _work: Any) -> None:
            raise RuntimeError("a secret detail")

    server.app.state.services = replace(server.services, database=Broken())
    with caplog.at_level(logging.ERROR):
        answer = await server.http.get("http://server/readyz", headers={"X-Request-ID": "trace-7"})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret detail" not in answer.text
    (record,) = caplog.records
    assert getattr(record, "request_id", None) == "trace-7"
    assert "a secret detail" in (record.exc_text or "")
