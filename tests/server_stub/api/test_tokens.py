from pathlib import Path

import pytest

from tests.support.server import AppClient, an_alert_body, app_client


async def test_a_token_is_shown_once_and_then_only_described(server: AppClient) -> None:
    admin = await server.login()
    made = await server.http.post(
        "/endpoint-tokens", headers=admin, json={"token_name": "siem", "expires_in_days": 3}
    )
    assert made.status_code == 201
    value = made.json()["token"]
    assert made.json()["expires_at"] == "2026-03-04T12:00:00Z"
    listed = await server.http.get("/endpoint-tokens", headers=admin)
    assert [token["token_name"] for token in listed.json()["tokens"]] == ["bootstrap", "siem"]
    assert value not in listed.text
    headers = {"Authorization": f"Bearer {value}"}
    assert (await server.ingest(an_alert_body(), headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("role", "status"), [("analyst", 403), ("senior_analyst", 403), ("manager", 201)]
)
async def test_managers_make_tokens_and_analysts_do_not(
    server: AppClient, role: str, status: int
) -> None:
    headers = await server.login_as(role)
    made = await server.http.post("/endpoint-tokens", headers=headers, json={"token_name": "siem"})
    assert made.status_code == status


async def test_no_limit_is_for_admins_to_give(server: AppClient) -> None:
    wanted = {"token_name": "siem", "rate_limit_per_minute": None}
    manager, admin = await server.login_as("manager"), await server.login()
    refused = await server.http.post("/endpoint-tokens", headers=manager, json=wanted)
    given = await server.http.post("/endpoint-tokens", headers=admin, json=wanted)
    assert (refused.status_code, given.status_code) == (403, 201)


async def test_abuse_29_a_token_is_of_no_use_from_another_address(tmp_path: Path) -> None:
    async with app_client(tmp_path, address="192.0.2.1") as server:
        admin = await server.login()
        made = await server.http.post(
            "/endpoint-tokens",
            headers=admin,
            json={"token_name": "siem", "allowed_ips": ["10.0.0.0/8"]},
        )
        headers = {"Authorization": f"Bearer {made.json()['token']}"}
        for claim in ({}, {"X-Forwarded-For": "10.0.0.1"}, {"Forwarded": "for=10.0.0.1"}):
            answer = await server.ingest(an_alert_body(), headers=headers | claim)
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert (await server.http.get("/alerts", headers=admin)).json()["alerts"] == []


async def test_a_token_that_may_not_send_a_source_is_refused(server: AppClient) -> None:
    admin = await server.login()
    made = await server.http.post(
        "/endpoint-tokens",
        headers=admin,
        json={"token_name": "siem", "allowed_sources": ["suricata"]},
    )
    headers = {"Authorization": f"Bearer {made.json()['token']}"}
    answer = await server.ingest(an_alert_body(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_abuse_30_only_a_trusted_proxy_says_where_a_request_comes_from(
    tmp_path: Path,
) -> None:
    # The client of these tests is the proxy; what is before it in the chain, anyone may write.
    trusting = {"address": "10.9.9.9", "trusted_proxies": ("10.9.9.9/32",)}
    async with app_client(tmp_path, **trusting) as server:
        admin = await server.login()
        wanted = {"token_name": "siem", "allowed_ips": ["192.0.2.0/24"]}
        made = await server.http.post("/endpoint-tokens", headers=admin, json=wanted)
        token = {"Authorization": f"Bearer {made.json()['token']}"}
        statuses = {}
        for claim in ("192.0.2.7", "192.0.2.7, 203.0.113.5", "203.0.113.5, 192.0.2.7", "", "x"):
            headers = token | {"X-Forwarded-For": claim}
            answer = await server.ingest(an_alert_body(external_alert_id=claim), headers=headers)
            statuses[claim] = answer.status_code
    assert statuses == {
        "192.0.2.7": 200,
        "192.0.2.7, 203.0.113.5": 403,
        "203.0.113.5, 192.0.2.7": 200,
        "": 403,
        "x": 403,
    }
