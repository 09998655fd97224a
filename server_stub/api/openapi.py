"""The OpenAPI document: what every address takes and answers, with nothing that is not so.

Parameters come from the routes. Who may call, which headers a request may have and what may be
refused follow from what a route depends on. Bodies and answers are in `operations`. Makes a plain
document of dictionaries; serves nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from server_stub.api import credentials, problems, services
from server_stub.api.conditions import known_revision
from server_stub.api.examples import example_of
from server_stub.api.idempotency import KEY_HEADER, REPLAYED_HEADER, once_of
from server_stub.api.operations import OPERATIONS, Operation
from server_stub.settings import ServerSettings

Json = dict[str, Any]
Mounted = Sequence[tuple[str, APIRouter]]

_DESCRIPTION = """\
The REST interface of this IR Central server. Errors have one shape, `{"detail", "code"}`, and \
every answer has an `X-Request-ID`. Changes are told on a WebSocket, `GET /ws/incidents`, which \
OpenAPI has no words for."""
_TAGS = {
    "auth": "Logins and users",
    "endpoint-tokens": "Endpoint tokens, for SIEMs and services",
    "alerts": "Alerts",
    "incidents": "Incidents",
    "server": "The server itself",
}
_SCHEMES = {
    "user": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The access token of a user's login.",
    },
    "endpointToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "An endpoint token that was made for this.",
    },
}
_HEADERS: dict[str, Json] = {
    "X-Request-ID": {"description": "The id under which the server's log knows the request."},
    "ETag": {"description": "The revision, for If-Match."},
    "X-Stream-Epoch": {"description": "Which log the position belongs to."},
    "X-Stream-Seq": {"description": "The position of the log at which this was read."},
    "Retry-After": {"description": "After how many seconds to try again."},
    "WWW-Authenticate": {"description": "Bearer"},
    REPLAYED_HEADER: {"description": "Present when this answer was given before, to the same key."},
}
_OF_BODIES = ("malformed_body", "request_timeout", "too_large", "unsupported_media_type")
_WITH_HEADER = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}
_WHY = {
    400: "The body is not JSON",
    401: "No credentials, or none that hold",
    403: "Known, but may not",
    404: "Not there, or not to be seen by who asks",
    408: "The body came too slowly",
    409: "In conflict with what is there",
    412: "A person changed it since",
    413: "Too large",
    415: "Not application/json",
    422: "Breaks the contract, field by field",
    429: "Too many requests",
    500: "The server failed",
    503: "The server cannot now",
    507: "There is no space left to write",
}
# Notes have these; other lines of an incident do not.
_MAY_BE_LEFT_OUT = {"note_type", "is_internal"}
_REF = "#/components/schemas/{model}"


@dataclass(frozen=True, slots=True)
class DocumentedRoute:
    """A method at an address, what is said of it, and all that it depends on."""

    method: str
    path: str
    name: str
    route: APIRoute
    operation: Operation
    dependencies: frozenset[object]

    @property
    def is_write(self) -> bool:
        return self.method != "GET"

    def needs(self, dependency: object) -> bool:
        return dependency in self.dependencies


def documented_routes(mounted: Mounted) -> Iterator[DocumentedRoute]:
    """The routes with their operations. Raises KeyError for one that `OPERATIONS` lacks."""
    for prefix, router in mounted:
        for route in router.routes:
            if not isinstance(route, APIRoute) or not route.include_in_schema:
                continue
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield DocumentedRoute(
                    method,
                    prefix + route.path,
                    route.endpoint.__name__,
                    route,
                    OPERATIONS[f"{method} {route.path}"],
                    frozenset(_calls(route.dependant)),
                )


def document(mounted: Mounted, settings: ServerSettings) -> Json:
    """The document of a server with these routers and these limits."""
    routes = list(documented_routes(mounted))
    schemas = _schemas(routes)
    paths: dict[str, Json] = {}
    for one in routes:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, settings)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "IR Central",
            "version": version("ir-console"),
            "description": _DESCRIPTION,
        },
        "tags": [{"name": name, "description": what} for name, what in _TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": _SCHEMES,
            "headers": {name: _header(name) for name in _HEADERS},
        },
    }


def _calls(dependant: Dependant) -> Iterator[object]:
    for dependency in dependant.dependencies:
        yield dependency.call
        yield from _calls(dependency)


def _schemas(routes: Sequence[DocumentedRoute]) -> dict[str, Json]:
    inputs: list[tuple[type[BaseModel], JsonSchemaMode]] = []
    outputs: list[tuple[type[BaseModel], JsonSchemaMode]] = []
    for one in routes:
        if one.operation.body is not None:
            inputs.append((one.operation.body, "validation"))
        if one.operation.answer is not None:
            outputs.append((one.operation.answer, "serialization"))
    taken = models_json_schema(inputs, ref_template=_REF)[1].get("$defs", {})
    answered = models_json_schema(outputs, ref_template=_REF)[1].get("$defs", {})
    for schema in answered.values():
        _as_answered(schema)
    assert not taken.keys() & answered.keys(), "one name stands for what is taken and for answers"
    return dict(sorted((taken | answered).items()))


def _as_answered(schema: Json) -> None:
    """Turn what readers make of a field that is left out into: it is never left out."""
    properties: Mapping[str, Json] = schema.get("properties", {})
    if properties:
        schema["required"] = [name for name in properties if name not in _MAY_BE_LEFT_OUT]
    for one in properties.values():
        one.pop("default", None)
        one.pop("writeOnly", None)


def _operation(one: DocumentedRoute, settings: ServerSettings) -> Json:
    body = one.operation.body
    made: Json = {
        "tags": [_tag(one)],
        "summary": one.operation.summary,
        "operationId": f"{_tag(one).replace('-', '_')}_{one.name}",
        "security": _security(one),
        "parameters": list(_parameters(one, settings)),
        "responses": _responses(one),
    }
    if one.route.description:
        made["description"] = one.route.description
    if body is not None:
        content = {"schema": _ref(body), "example": example_of(body)}
        made["requestBody"] = {
            "required": not one.operation.body_may_be_left_out,
            "content": {"application/json": content},
        }
    return made


def _tag(one: DocumentedRoute) -> str:
    return next((name for name in _TAGS if f"/{name}" in one.path), "server")


def _security(one: DocumentedRoute) -> list[Json]:
    if one.needs(credentials.user_of):
        return [{"user": []}]
    if one.needs(credentials.token_of) or one.needs(credentials.creator_of):
        return [{"endpointToken": []}]
    if one.needs(credentials.principal_of):
        return [{"user": []}, {"endpointToken": []}]
    return []


def _parameters(one: DocumentedRoute, settings: ServerSettings) -> Iterator[Json]:
    found = get_openapi(title="", version="", routes=[one.route])["paths"][one.route.path_format]
    for parameter in found[one.method.lower()].get("parameters", ()):
        yield _parameter(parameter, settings)
    if one.needs(once_of):
        yield {
            "name": KEY_HEADER,
            "in": "header",
            "required": False,
            "description": "Who sends the same key again gets the same answer, for 24 hours.",
            "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
        }


def _parameter(parameter: Json, settings: ServerSettings) -> Json:
    """The parameter as it is on the line: there is no null in an address or a header."""
    schema = dict(parameter["schema"])
    schema.pop("title", None)
    if present := [kind for kind in schema.pop("anyOf", ()) if kind != {"type": "null"}]:
        (kind,) = present
        schema |= kind
    if schema.get("default", ...) in (None, []):
        del schema["default"]
    if parameter["name"] == "search":
        schema["maxLength"] = settings.max_search_length
    if parameter["name"] == "size":
        schema["maximum"] = min(schema["maximum"], settings.max_page_size)
    name = "If-Match" if parameter["name"] == "if-match" else parameter["name"]
    return parameter | {"name": name, "schema": schema}


def _responses(one: DocumentedRoute) -> Json:
    good = one.operation
    headers = [*good.headers, *([REPLAYED_HEADER] if one.needs(once_of) else [])]
    content: Json = {"text/plain": {"schema": {"type": "string"}}}
    if good.answer is not None:
        shown = {"schema": _ref(good.answer), "example": example_of(good.answer)}
        content = {"application/json": shown}
    responses = {str(good.status): _response("Done", content, headers)}
    refusals: dict[int, list[str]] = {}
    for code in sorted(_refusals(one)):
        refusals.setdefault(problems.STATUS[code], []).append(code)
    current = None if good.answer is None else _ref(good.answer)
    for status, codes in sorted(refusals.items()):
        content = {"application/json": _problem(codes, current=current)}
        header = [_WITH_HEADER[status]] if status in _WITH_HEADER else []
        responses[str(status)] = _response(_WHY[status], content, header)
    return responses


def _refusals(one: DocumentedRoute) -> set[str]:
    """The codes of all that may go wrong."""
    codes = {"internal", *one.operation.refusals}
    if one.needs(services.services_of):
        codes.add("unavailable")
    if one.needs(credentials.principal_of):
        codes |= {"unauthenticated", "forbidden", "rate_limited"}
    if one.needs(once_of):
        codes |= {"idempotency_key_reused", "validation_failed"}
    if one.needs(known_revision):
        codes.add("changed_since")
    if one.is_write:
        codes.add("storage_full")
    if one.operation.body is not None:
        codes |= {*_OF_BODIES, "validation_failed"}
    dependant = one.route.dependant
    if dependant.path_params:
        codes |= {"not_found", "validation_failed"}
    if dependant.query_params:
        codes.add("validation_failed")
    return codes


def _problem(codes: Sequence[str], *, current: Json | None) -> Json:
    """An error body with one of these codes, and an example of it."""
    detail: Json = {"type": "string"}
    example: Json = {"detail": "A sentence that says what to do.", "code": codes[0]}
    properties: Json = {"detail": detail, "code": {"enum": list(codes)}}
    if codes[0] == "validation_failed":
        place = {"type": "array", "items": {"type": ["string", "integer"]}}
        properties["detail"] = {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"loc": place, "msg": {"type": "string"}},
                "required": ["loc", "msg"],
            },
        }
        example["detail"] = [{"loc": ["body", "title"], "msg": "Field required"}]
    shown: Json = {"type": "object", "properties": properties, "required": ["detail", "code"]}
    if codes[0] == "changed_since" and current is not None:
        properties["current"] = current
        shown["required"] = ["detail", "code", "current"]
        return {"schema": shown}
    return {"schema": shown, "example": example}


def _response(why: str, content: Json, headers: Sequence[str]) -> Json:
    names = ["X-Request-ID", *headers]
    return {
        "description": why,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        "content": content,
    }


def _header(name: str) -> Json:
    return {
        **_HEADERS[name],
        "required": name != REPLAYED_HEADER,
        "schema": {"type": "string"},
    }


def _ref(model: type[BaseModel]) -> Json:
    return {"$ref": _REF.format(model=model.__name__)}
