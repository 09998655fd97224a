"""The answers of the server as they came, from the same calls."""

import httpx
import pytest

from ir_client import AlertUpdate, errors
from ir_client.rest.alerts import AlertCalls
from ir_client.rest.auth import AuthCalls
from ir_client.rest.incidents import IncidentCalls
from ir_client.rest.raw import RawAlertCalls, RawAuthCalls, RawIncidentCalls, RawTokenCalls
from ir_client.rest.tokens import TokenCalls
from ir_client.testing import FakeServer
from tests.support.builders import a_draft

# Lists are pages; these calls do more than one exchange.
WITHOUT = {"list", "ingest_many", "bulk_update", "login", "logout", "logout_all", "change_password"}


@pytest.mark.parametrize(
    ("raw", "group", "without"),
    [
        (RawAlertCalls, AlertCalls, WITHOUT),
        (RawAuthCalls, AuthCalls, WITHOUT),
        (RawIncidentCalls, IncidentCalls, {"list"}),
        (RawTokenCalls, TokenCalls, set[str]()),
    ],
)
def test_every_call_with_one_exchange_has_its_raw_answer(
    raw: type, group: type, without: set[str]
) -> None:
    names = {name for name in dir(group) if not name.startswith("_")}
    assert {name for name in dir(raw) if not name.startswith("_")} == names - without
    assert raw.__dict__.keys() - without  # it has some at all


async def test_an_answer_comes_with_status_headers_and_body_and_can_be_parsed() -> None:
    server = FakeServer()
    server.commit(7, title="beacon")
    async with server.client() as client:
        raw = await client.raw.alerts.get(7)
        assert raw.status == 200
        assert raw.headers["Content-Type"] == "application/json"
        assert b"beacon" in raw.body
        assert raw.parse() == raw.parse() == await client.alerts.get(7)
        changed = await client.raw.alerts.update(7, AlertUpdate(status="closed"), if_revision=1)
        assert changed.parse().status == "closed"
        made = await client.raw.alerts.create(a_draft(source="edr"))
        assert made.status == 201
        # Making a model of an answer sends nothing again.
        sent = len(server.requests)
        made.parse()
        assert len(server.requests) == sent


async def test_an_answer_that_makes_no_sense_can_still_be_looked_at() -> None:
    server = FakeServer()
    async with server.client() as client:
        await client.auth.me()
        server.rest_answers.append(
            httpx.Response(200, text="<html>", headers={"X-Request-ID": "r-1"})
        )
        raw = await client.raw.alerts.get(7)
        assert (raw.body, raw.request_id) == (b"<html>", "r-1")
        with pytest.raises(errors.InvalidResponse, match="/alerts/7"):
            raw.parse()


async def test_a_refusal_is_the_same_error_as_ever() -> None:
    async with FakeServer().client() as client:
        with pytest.raises(errors.NotFound):
            await client.raw.alerts.get(7)


@pytest.mark.looptime
async def test_any_address_can_be_called() -> None:
    server = FakeServer()
    server.commit(7)
    async with server.client() as client:
        page = await client.raw.call("get", "/alerts/", params={"size": 1})
        assert page.parse()["pagination"]["total"] == 1
        server.answers_to_lose = 1
        made = await client.raw.call("POST", "/alerts/7/comments", body={"content": "hm"})
        assert (made.status, made.parse()["comment"]) == (201, "hm")
        assert made.headers["Idempotency-Replayed"] == "true"
        server.rest_answers.append(httpx.Response(200, text="no JSON"))
        with pytest.raises(errors.InvalidResponse, match="not JSON"):
            (await client.raw.call("GET", "/alerts/7")).parse()


async def test_nothing_of_an_answer_is_shown() -> None:
    server = FakeServer()
    async with server.client() as client:
        raw = await client.raw.call("GET", "/auth/me")
    assert "dana" not in repr(raw)
