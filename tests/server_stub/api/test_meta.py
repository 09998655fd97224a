from dataclasses import replace
from typing import Any

from ir_client.wire.auth import ServerMeta
from server_stub.errors import Unavailable
from tests.support.server import AppClient


async def test_the_server_says_what_it_is_to_everyone(server: AppClient) -> None:
    meta = ServerMeta.model_validate_json((await server.http.get("/meta")).content)
    assert (meta.name, meta.protocols) == ("IR Central", (1, 2))
    assert {"revision", "if_match", "updated_after", "cursor", "timeline"} <= set(meta.features)


async def test_a_server_that_lives_and_is_ready_says_so(server: AppClient) -> None:
    for path in ("healthz", "readyz"):
        assert (await server.http.get(f"http://server/{path}")).status_code == 200


async def test_without_its_database_it_lives_but_is_not_ready(server: AppClient) -> None:
    class Away:
        async def read(self, _work: Any) -> None:
            raise Unavailable("The database is busy; try again in a moment.")

    server.app.state.services = replace(server.services, database=Away())
    assert (await server.http.get("http://server/healthz")).status_code == 200
    answer = await server.http.get("http://server/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "1"
