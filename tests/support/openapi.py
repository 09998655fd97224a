"""Holds a server to its OpenAPI document: whatever a test asks, the answer is as it says."""

import functools
import json
import re
from pathlib import Path
from typing import Any

import httpx
from jsonschema_rs import Draft202012Validator

from server_stub.api.openapi import Json
from server_stub.app import create_app
from server_stub.settings import ServerSettings

# Its alerts are judged one by one: a request with bad ones is as good as another.
_JUDGED_BY_PARTS = "/api/v1/alerts/ingest"


class Described:
    """An OpenAPI document, and what is checked against it."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self._paths = {
            re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)) + "/*"): path
            for path in sorted(document["paths"], key=lambda path: path.count("{"))
        }
        self._validators: dict[str, Draft202012Validator] = {}

    def operation(self, method: str, path: str) -> Json | None:
        """What is said of a method at an address, if anything is."""
        found = next((self._paths[one] for one in self._paths if one.fullmatch(path)), None)
        methods: dict[str, Json] = self.document["paths"].get(found, {})
        return methods.get(method.lower())

    def faults(self, schema: Json, value: Any) -> list[str]:
        """How a value differs from a schema of the document."""
        key = json.dumps(schema)
        if key not in self._validators:
            whole = {**schema, "components": self.document["components"]}
            self._validators[key] = Draft202012Validator(whole)
        return [
            f"{'.'.join(map(str, fault.instance_path))}: {fault.message}"
            for fault in self._validators[key].iter_errors(value)
        ]

    async def check(self, answer: httpx.Response) -> None:
        """Fail where an answer is not as the document says; an event hook of httpx."""
        request = answer.request
        asked = f"{request.method} {request.url.path}"
        operation = self.operation(request.method, request.url.path)
        if operation is None:
            is_ours = request.url.path.startswith("/api/")
            assert not is_ours or answer.status_code in (404, 405), f"{asked} is not documented"
            return
        await answer.aread()
        said = operation["responses"].get(str(answer.status_code))
        assert said is not None, f"{asked}: {answer.status_code} is not documented: {answer.text}"
        media_type = answer.headers["content-type"].partition(";")[0]
        assert media_type in said["content"], f"{asked}: {media_type} is not documented"
        for name, header in said["headers"].items():
            described = self.document["components"]["headers"][header["$ref"].rpartition("/")[2]]
            assert name in answer.headers or not described["required"], f"{asked}: no {name}"
        if media_type == "application/json":
            faults = self.faults(said["content"][media_type]["schema"], answer.json())
            assert not faults, f"{asked}, {answer.status_code}: {faults}"
        if answer.is_success:
            self._check_taken(operation, request)

    def _check_taken(self, operation: Json, request: httpx.Request) -> None:
        asked = f"{request.method} {request.url.path}"
        names = {one["name"] for one in operation["parameters"] if one["in"] == "query"}
        unknown = set(request.url.params) - names
        assert not names or not unknown, f"{asked} took {unknown}, which is not documented"
        body = operation.get("requestBody")
        if body is None or not request.content or request.url.path == _JUDGED_BY_PARTS:
            return
        schema = body["content"]["application/json"]["schema"]
        faults = self.faults(schema, json.loads(request.content))
        assert not faults, f"{asked} took what is not documented: {faults}"


@functools.cache
def described() -> Described:
    """The document of a server with settings as they come."""
    settings = ServerSettings(database_url=f"sqlite:///{Path('never-opened.db')}")
    app = create_app(settings)
    document: Json = app.state.documentation.document
    return Described(document)
