"""The OpenAPI document says what the routes do. Beyond this: `tests.support.openapi` holds every
answer that any test of the server gets to it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from server_stub.api.operations import OPERATIONS
from tests.support.openapi import described
from tests.support.server import AppClient, app_client

DOCUMENT = described().document
HTTP = "http://server"


def operations() -> Iterator[tuple[str, str, Any]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def bodies() -> Iterator[tuple[str, Any]]:
    """Each body that is taken or answered, under a name."""
    for method, path, operation in operations():
        name = f"{method} {path}"
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            yield f"{name} takes {media_type}", content
        for status, response in operation["responses"].items():
            for content in response["content"].values():
                yield f"{name} answers {status}", content


def test_every_entry_belongs_to_a_route() -> None:
    documented = {f"{method} {path.removeprefix('/api/v1')}" for method, path, _ in operations()}
    assert documented == set(OPERATIONS)
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(names)) == len(names)


def test_every_schema_is_one() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert jsonschema_rs.meta.is_valid(schema), name


def test_every_example_is_what_its_schema_says_and_every_body_has_one() -> None:
    for name, content in bodies():
        if "example" in content:
            assert described().faults(content["schema"], content["example"]) == [], name
        else:
            assert "current" in content["schema"].get("properties", ()) or "metrics" in name, name


def test_what_is_answered_has_no_field_that_may_only_be_sent() -> None:
    assert "writeOnly" not in json.dumps([content for name, content in bodies() if "answ" in name])


async def test_who_may_call_is_who_the_document_says(server: AppClient) -> None:
    admin = await server.login()
    for method, path, operation in operations():
        address = HTTP + path.replace("{name}", "7").replace("{", "").replace("}", "")
        address = address.replace("alert_id", "7").replace("token_id", "7").replace("user_id", "7")
        anonymous = await server.http.request(method, address)
        kinds = {kind for one in operation["security"] for kind in one}
        assert (anonymous.status_code == 401) == bool(kinds), (method, path)
        if "endpointToken" not in kinds and kinds:
            machine = await server.http.request(method, address, headers=server.token)
            assert machine.status_code == 403, (method, path)
        if kinds == {"endpointToken"}:
            human = await server.http.request(method, address, headers=admin)
            assert human.status_code == 403, (method, path)


async def test_limits_are_those_of_the_settings(tmp_path: Path) -> None:
    async with app_client(tmp_path, max_page_size=60, max_search_length=5) as server:
        admin = await server.login()
        document = (await server.http.get(f"{HTTP}/openapi.json")).json()
        parameters = document["paths"]["/api/v1/alerts"]["get"]["parameters"]
        schemas = {one["name"]: one["schema"] for one in parameters}
        assert (schemas["size"]["maximum"], schemas["search"]["maxLength"]) == (60, 5)
        for allowed, refused in (
            ({"size": 60}, {"size": 61}),
            ({"search": "x" * 5}, {"search": "x" * 6}),
        ):
            taken = await server.http.get("/alerts", params=allowed, headers=admin)
            assert taken.status_code == 200
            assert (
                await server.http.get("/alerts", params=refused, headers=admin)
            ).status_code == 422


@pytest.mark.parametrize("path", ["/docs", "/openapi.json"])
async def test_an_operator_may_leave_the_document_out(tmp_path: Path, path: str) -> None:
    async with app_client(tmp_path, api_docs=False) as server:
        assert (await server.http.get(HTTP + path)).status_code == 404
