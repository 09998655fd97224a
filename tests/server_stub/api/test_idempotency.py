import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import func, select

from server_stub.api import idempotency
from server_stub.api.idempotency import once_of
from server_stub.app import create_app
from server_stub.errors import Unavailable
from server_stub.storage.kept_answers import KEPT_FOR, AnswerTrim
from server_stub.storage.schema import kept_answers
from tests.support.server import (
    INGEST_TOKEN,
    PASSWORD,
    AppClient,
    FakeClock,
    an_alert_body,
    app_client,
    cheap_settings,
)

REPLAYED = "Idempotency-Replayed"


@pytest.fixture
async def admin(server: AppClient) -> dict[str, str]:
    return await server.login()


def keyed(headers: dict[str, str], key: str = "k") -> dict[str, str]:
    return headers | {"Idempotency-Key": key}


async def occurrences(server: AppClient) -> int:
    headers = await server.login()
    count: int = (await server.http.get("/alerts/1", headers=headers)).json()["occurrences"]
    return count


async def how_many_kept(server: AppClient) -> int:
    statement = select(func.count()).select_from(kept_answers)
    return await server.services.database.read(
        lambda connection: connection.execute(statement).scalar_one()
    )


async def test_abuse_36_an_ingest_that_is_sent_again_happens_once_and_is_answered_alike(
    server: AppClient,
) -> None:
    alerts = an_alert_body(), an_alert_body(external_alert_id="2"), {"title": "no alert"}
    first = await server.ingest(*alerts, headers=keyed(server.token))
    again = await server.ingest(*alerts, headers=keyed(server.token))
    assert first.json()["created_alert_ids"] == [1, 2]
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert (first.headers.get(REPLAYED), again.headers.get(REPLAYED)) == (None, "true")
    assert await occurrences(server) == 1
    another = await server.ingest(*alerts, headers=keyed(server.token, "another"))
    assert {one["status"] for one in another.json()["results"]} == {"duplicate", "invalid"}
    assert await occurrences(server) == 2


async def test_a_duplicate_is_counted_once_a_key_and_refused_alike(server: AppClient) -> None:
    body = an_alert_body(source="edr")
    await server.http.post("/alerts/single", headers=server.token, json=body)
    answers = [
        await server.http.post("/alerts/single", headers=keyed(server.token), json=body)
        for _ in range(3)
    ]
    assert {(one.status_code, one.content) for one in answers} == {(409, answers[0].content)}
    assert [one.headers.get(REPLAYED) for one in answers] == [None, "true", "true"]
    assert await occurrences(server) == 2


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/alerts/1", {"status": "triaged"}),
        ("POST", "/alerts/1/comments", {"content": "looking"}),
        ("POST", "/alerts/1/ownership", {"notes": "mine"}),
        ("POST", "/auth/users", {"username": "lee", "password": PASSWORD}),
        ("POST", "/endpoint-tokens", {"token_name": "siem"}),
    ],
)
async def test_every_write_is_answered_as_it_was_the_first_time(
    server: AppClient, admin: dict[str, str], method: str, path: str, body: dict[str, Any]
) -> None:
    await server.ingest(an_alert_body())
    first = await server.http.request(method, path, headers=keyed(admin), json=body)
    await server.http.put("/alerts/1", headers=admin, json={"status": "closed"})
    again = await server.http.request(method, f"{path}/", headers=keyed(admin), json=body)
    assert first.is_success
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers.get("ETag") == first.headers.get("ETag")
    assert (first.headers.get(REPLAYED), again.headers.get(REPLAYED)) == (None, "true")


async def test_a_large_request_is_told_from_one_that_differs_at_its_end(server: AppClient) -> None:
    def body(end: str) -> dict[str, Any]:
        return an_alert_body(raw_alert_data={"log": "x" * 500_000 + end})

    first = await server.ingest(body("a"), headers=keyed(server.token))
    again = await server.ingest(body("a"), headers=keyed(server.token))
    other = await server.ingest(body("b"), headers=keyed(server.token))
    assert (again.content, other.status_code) == (first.content, 409)


async def test_who_can_no_longer_see_the_alert_still_hears_that_the_change_was_made(
    server: AppClient, admin: dict[str, str]
) -> None:
    await server.ingest(an_alert_body())
    dana = await server.login_as("analyst", teams=["red"])
    me = (await server.http.get("/auth/me", headers=dana)).json()["id"]
    theirs = {"team": "blue", "assigned_analyst_id": me}
    await server.http.put("/alerts/1", headers=admin, json=theirs)
    wanted = {"assigned_analyst_id": None}
    first = await server.http.put("/alerts/1", headers=keyed(dana), json=wanted)
    assert (await server.http.get("/alerts/1", headers=dana)).status_code == 404
    again = await server.http.put("/alerts/1", headers=keyed(dana), json=wanted)
    assert (again.status_code, again.content) == (200, first.content)


async def test_abuse_37_the_same_key_for_another_request_is_a_conflict(
    server: AppClient, admin: dict[str, str]
) -> None:
    await server.ingest(an_alert_body())
    await server.http.put("/alerts/1", headers=keyed(admin), json={"status": "triaged"})
    others = [
        await server.http.put("/alerts/1", headers=keyed(admin), json={"status": "closed"}),
        await server.http.put(
            "/alerts/1", headers=keyed(admin) | {"If-Match": "1"}, json={"status": "triaged"}
        ),
    ]
    assert {(one.status_code, one.json()["code"]) for one in others} == {
        (409, "idempotency_key_reused")
    }
    assert (await server.http.get("/alerts/1", headers=admin)).json()["status"] == "triaged"


async def test_a_key_belongs_to_its_user_and_its_path(
    server: AppClient, admin: dict[str, str]
) -> None:
    await server.ingest(an_alert_body(), an_alert_body(external_alert_id="2"))
    dana = await server.login_as("analyst")
    wanted = {"content": "x"}
    answers = [
        await server.http.post(path, headers=keyed(who), json=wanted)
        for path, who in (
            ("/alerts/1/comments", admin),
            ("/alerts/2/comments", admin),
            ("/alerts/1/comments", dana),
        )
    ]
    assert [one.headers.get(REPLAYED) for one in answers] == [None, None, None]
    # Who signs in again between two tries is still the same.
    again = await server.http.post(
        "/alerts/1/comments", headers=keyed(await server.login("dana", PASSWORD)), json=wanted
    )
    assert again.content == answers[2].content


async def test_requests_with_one_key_at_the_same_time_make_one_change(
    server: AppClient, admin: dict[str, str]
) -> None:
    await server.ingest(an_alert_body())
    answers = await asyncio.gather(
        *(
            server.http.post("/alerts/1/comments", headers=keyed(admin), json={"content": "x"})
            for _ in range(20)
        )
    )
    assert len({one.content for one in answers}) == 1
    assert sum(REPLAYED not in one.headers for one in answers) == 1
    timeline = await server.http.get("/alerts/1/timeline", headers=admin)
    assert [one["action"] for one in timeline.json()["timeline"]] == ["created", "commented"]


async def test_a_refusal_leaves_the_key_free(server: AppClient, admin: dict[str, str]) -> None:
    wanted = {"content": "x"}
    missing = await server.http.post("/alerts/1/comments", headers=keyed(admin), json=wanted)
    await server.ingest(an_alert_body())
    found = await server.http.post("/alerts/1/comments", headers=keyed(admin), json=wanted)
    assert (missing.status_code, found.status_code) == (404, 201)
    assert REPLAYED not in found.headers


@pytest.mark.parametrize("failure", [RuntimeError("a fault"), Unavailable("busy")])
async def test_without_its_kept_answer_a_change_does_not_happen_and_the_key_stays_free(
    server: AppClient,
    admin: dict[str, str],
    failure: Exception,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await server.ingest(an_alert_body())

    def fail(*_: Any) -> None:
        raise failure

    wanted = {"status": "closed"}
    with monkeypatch.context() as patch:
        patch.setattr(idempotency, "keep_answer", fail)
        failed = await server.http.put("/alerts/1", headers=keyed(admin), json=wanted)
    assert failed.status_code >= 500
    assert (await server.http.get("/alerts/1", headers=admin)).json()["status"] == "new"
    again = await server.http.put("/alerts/1", headers=keyed(admin), json=wanted)
    assert (again.status_code, again.headers.get(REPLAYED)) == (200, None)


async def test_answers_outlive_the_server(tmp_path: Path) -> None:
    async with app_client(tmp_path) as before:
        first = await before.ingest(an_alert_body(), headers=keyed(before.token))
    async with app_client(tmp_path) as after:
        again = await after.ingest(an_alert_body(), headers=keyed(after.token))
    assert (again.content, again.headers[REPLAYED]) == (first.content, "true")


async def test_a_key_holds_for_a_day(server: AppClient, clock: FakeClock) -> None:
    wanted = an_alert_body()
    await server.ingest(wanted, headers=keyed(server.token))
    clock.advance(hours=24)
    assert REPLAYED in (await server.ingest(wanted, headers=keyed(server.token))).headers
    clock.advance(seconds=1)
    assert REPLAYED not in (await server.ingest(wanted, headers=keyed(server.token))).headers
    assert REPLAYED in (await server.ingest(wanted, headers=keyed(server.token))).headers


async def test_old_answers_are_trimmed_and_so_are_too_many(
    server: AppClient, clock: FakeClock
) -> None:
    trim = AnswerTrim(server.services.database, clock, keep=2)
    assert await trim.trim() == 0
    for number in range(5):
        await server.ingest(an_alert_body(), headers=keyed(server.token, f"{number}"))
    assert (await trim.trim(), await how_many_kept(server)) == (3, 2)
    clock.now += KEPT_FOR
    assert await trim.trim() == 0
    clock.advance(seconds=1)
    assert (await trim.trim(), await how_many_kept(server)) == (2, 0)


@pytest.mark.parametrize("key", ["", "two words", "ключ", "x" * 256])
async def test_what_is_no_key_is_refused(server: AppClient, key: str) -> None:
    headers = server.token | {"Idempotency-Key": key.encode()}
    answer = await server.http.post(
        "/alerts/single",
        headers=headers,  # type: ignore[arg-type]
        json=an_alert_body(source="edr"),
    )
    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (
        422,
        ["header", "Idempotency-Key"],
    )


async def test_nothing_that_is_kept_holds_a_secret(
    server: AppClient, admin: dict[str, str], tmp_path: Path
) -> None:
    user = {"username": "lee", "password": PASSWORD}
    await server.http.post("/auth/users", headers=keyed(admin, "guessable"), json=user)
    made = await server.http.post(
        "/endpoint-tokens", headers=keyed(admin), json={"token_name": "siem"}
    )
    value = made.json()["token"]
    works = await server.ingest(an_alert_body(), headers={"Authorization": f"Bearer {value}"})
    assert works.status_code == 200
    connection = sqlite3.connect(tmp_path / "server.db")
    try:
        rows = connection.execute("SELECT * FROM kept_answers").fetchall()
    finally:
        connection.close()
    assert len(rows) == 2
    statement = select(kept_answers)
    answers = await server.services.database.read(
        lambda c: [
            idempotency.find_answer(c, row.key_hash, since="") for row in c.execute(statement)
        ]
    )
    everything = repr([*rows, *((one.body, one.headers) for one in answers if one)])
    for secret in (value, PASSWORD, INGEST_TOKEN, "guessable"):
        assert secret not in everything


async def test_a_key_that_is_used_again_after_its_day_makes_another_token(
    server: AppClient, admin: dict[str, str], clock: FakeClock
) -> None:
    wanted = {"token_name": "siem"}
    first = await server.http.post("/endpoint-tokens", headers=keyed(admin), json=wanted)
    clock.advance(hours=25)
    admin = await server.login()
    later = await server.http.post("/endpoint-tokens", headers=keyed(admin), json=wanted)
    assert (first.status_code, later.status_code) == (201, 201)
    assert first.json()["token"] != later.json()["token"]


# Logins have no credential yet, ending one has no effect the second time, and the proof of the
# present password, which comes before the change, fails after it.
WITHOUT_KEYS = {
    "/auth/login",
    "/auth/refresh",
    "/auth/logout",
    "/auth/logout-all",
    "/auth/me/password",
    "/auth/ws-ticket",
}


def routes_of(app: FastAPI) -> Iterator[Any]:
    for route in app.routes:
        # FastAPI resolves an included router with the first request.
        included = getattr(route, "original_router", None)
        yield from [route] if included is None else included.routes


def test_every_write_takes_a_key(tmp_path: Path) -> None:
    app = create_app(cheap_settings(tmp_path))
    writes = [
        route
        for route in routes_of(app)
        if isinstance(route, APIRoute) and route.methods - {"GET", "HEAD"}
    ]
    keyless = {
        route.path
        for route in writes
        if not any(one.call is once_of for one in route.dependant.dependencies)
    }
    assert len(writes) >= 20
    assert keyless == WITHOUT_KEYS
