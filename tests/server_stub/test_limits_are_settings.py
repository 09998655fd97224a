"""Each limit of the server holds where its setting says."""

from pathlib import Path
from typing import Any

from tests.support.server import an_alert_body, app_client
from tests.support.stream_server import stream_server


def nested(levels: int) -> dict[str, Any]:
    inner: dict[str, Any] = {}
    for _ in range(levels):
        inner = {"a": inner}
    return inner


async def test_depth_search_and_pages_end_where_the_settings_say(tmp_path: Path) -> None:
    limits = {"max_json_depth": 8, "max_search_length": 5, "max_page_size": 60}
    async with app_client(tmp_path, **limits) as server:
        admin = await server.login()
        deep = an_alert_body(raw_alert_data=nested(20), source="edr")
        single = await server.http.post("/alerts/single", headers=server.token, json=deep)
        report = (await server.ingest(deep, an_alert_body(external_alert_id="2"))).json()
        fields = {"enrichment_data": nested(20)}
        change = await server.http.put("/alerts/1", headers=admin, json=fields)
        assert [single.status_code, change.status_code] == [422, 422]
        assert [one["status"] for one in report["results"]] == ["invalid", "created"]
        assert "8 levels" in single.text
        for path in ("/alerts", "/incidents"):
            for within, beyond in (
                ({"search": "x" * 5}, {"search": "x" * 6}),
                ({"size": "60"}, {"size": "61"}),
            ):
                let_in = await server.http.get(path, headers=admin, params=within)
                refused = await server.http.get(path, headers=admin, params=beyond)
                assert (let_in.status_code, refused.status_code) == (200, 422), (path, beyond)
                assert refused.json()["detail"][0]["loc"] == ["query", *beyond]


async def test_messages_and_commands_of_a_stream_end_where_the_settings_say(
    tmp_path: Path,
) -> None:
    limits = {
        "stream_message_bytes": 1024,
        "stream_commands_per_second": 0.001,
        "stream_commands_burst": 2,
    }
    async with stream_server(tmp_path, **limits) as server, server.connected() as client:
        for answer in ("pong", "pong", "error"):
            await client.send("ping")
            assert (await client.next())["type"] == answer
        await client.connection.send("x" * 1025)
        assert await client.close_code() == 1009


async def test_streams_of_all_together_are_as_many_as_the_settings_say(tmp_path: Path) -> None:
    async with stream_server(tmp_path, stream_connections=1) as server:
        other = await server.login_as("analyst")
        async with (
            server.connected() as client,
            server.raw_connection(additional_headers=other) as refused,
        ):
            assert await refused.close_code() == 1013
            assert await client.heard_until_pong() == []
        async with server.connected(other) as client:
            assert await client.heard_until_pong() == []
