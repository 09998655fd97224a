"""`GET /docs` and `/openapi.json`: how to use the REST interface, to read and for programs.

The page is made here, of the document, without scripts: FastAPI's own page loads its scripts from
the internet, and is blank on a network that has none. Its policy lets it do nothing but look.
"""

import asyncio
import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from html import escape
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from server_stub.api.answers import json_answer
from server_stub.api.openapi import Json, Mounted, document
from server_stub.errors import NotFound
from server_stub.settings import ServerSettings

router = APIRouter(include_in_schema=False)

_STYLE = """\
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
summary { cursor: pointer; padding: .3rem 0 }
code, pre, b { font-family: ui-monospace, monospace; font-size: .9em }
pre { overflow: auto; padding: .6rem; border: 1px solid #8884; border-radius: 4px }
details { border-top: 1px solid #8884; padding-left: .5rem }
b { display: inline-block; min-width: 4.5em }
table { border-collapse: collapse } td { padding: .15rem 1rem .15rem 0; vertical-align: top }
"""
_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Documentation:
    """The document of a server and the page made of it, each made when first asked for."""

    mounted: Mounted
    settings: ServerSettings

    @cached_property
    def document(self) -> Json:
        return document(self.mounted, self.settings)

    @cached_property
    def document_json(self) -> bytes:
        return json.dumps(self.document).encode()

    @cached_property
    def page(self) -> bytes:
        return page_of(self.document)


@router.get("/openapi.json")
async def openapi(request: Request) -> Response:
    described = _documentation(request)
    return json_answer(await asyncio.to_thread(lambda: described.document_json))


@router.get("/docs")
async def docs(request: Request) -> Response:
    described = _documentation(request)
    page = await asyncio.to_thread(lambda: described.page)
    return Response(page, headers={"Content-Security-Policy": _POLICY}, media_type="text/html")


def _documentation(request: Request) -> Documentation:
    described: Documentation = request.app.state.documentation
    if not described.settings.api_docs:
        raise NotFound("There is nothing at this address.")
    return described


def page_of(described: Json) -> bytes:
    """The page that shows a document."""
    return "\n".join(_page(described)).encode()


def _page(described: Json) -> Iterator[str]:
    info = described["info"]
    title = escape(f"{info['title']} {info['version']}")
    yield f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>"
    yield '<meta name="viewport" content="width=device-width">'
    yield f"<style>{_STYLE}</style><h1>{title}</h1><p>{escape(info['description'])}</p>"
    yield '<p>For programs: <a href="openapi.json">openapi.json</a></p>'
    for tag in described["tags"]:
        yield f"<h2>{escape(tag['description'])}</h2>"
        for path, methods in described["paths"].items():
            for method, operation in methods.items():
                if tag["name"] in operation["tags"]:
                    yield from _operation(method.upper(), path, operation)
    yield "<h2>Bodies</h2>"
    for name, schema in described["components"]["schemas"].items():
        yield f'<details id="{escape(name)}"><summary><code>{escape(name)}</code></summary>'
        yield f"{_written(schema)}</details>"


def _operation(method: str, path: str, operation: Json) -> Iterator[str]:
    yield f"<details><summary><b>{method}</b><code>{escape(path)}</code> "
    yield f"{escape(operation['summary'])}</summary>"
    yield f"<p>{escape(operation.get('description', ''))}</p><p>{_who(operation['security'])}</p>"
    if operation["parameters"]:
        yield "<h4>Parameters</h4><table>"
        for one in operation["parameters"]:
            shown = json.dumps(one["schema"], ensure_ascii=False)
            yield f"<tr><td><code>{escape(one['name'])}</code><td>{escape(one['in'])}"
            yield f"<td><code>{escape(shown)}</code></tr>"
        yield "</table>"
    if body := operation.get("requestBody"):
        left_out = "" if body["required"] else " (may be left out)"
        yield f"<h4>Takes{left_out}</h4>{_content(body['content'])}"
    yield "<h4>Answers</h4>"
    for status, response in operation["responses"].items():
        yield f"<details><summary><code>{status}</code> {escape(response['description'])}</summary>"
        yield f"<p>Headers: {escape(', '.join(response['headers']))}</p>"
        yield f"{_content(response['content'])}</details>"
    yield "</details>"


def _who(security: list[Json]) -> str:
    names = {"user": "a user", "endpointToken": "an endpoint token"}
    who = " or ".join(names[name] for one in security for name in one)
    return f"For {who}." if who else "Open to everyone."


def _content(content: Json) -> str:
    shown = []
    for media_type, body in content.items():
        reference = body["schema"].get("$ref", "").rpartition("/")[2]
        if reference:
            shown.append(f'<p><a href="#{escape(reference)}">{escape(reference)}</a></p>')
        elif "example" not in body:
            shown.append(f"<p>{escape(media_type)}</p>{_written(body['schema'])}")
        if "example" in body:
            shown.append(_written(body["example"]))
    return "".join(shown)


def _written(value: Any) -> str:
    return f"<pre>{escape(json.dumps(value, indent=2, ensure_ascii=False))}</pre>"
