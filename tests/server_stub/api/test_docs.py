import re
from base64 import b64encode
from hashlib import sha256
from html import escape

from server_stub.api.docs import page_of
from tests.support.openapi import described
from tests.support.server import AppClient


async def test_the_page_names_every_address_and_loads_nothing(server: AppClient) -> None:
    answer = await server.http.get("http://server/docs")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    text = answer.text.replace("\n", "")
    for path, methods in described().document["paths"].items():
        for method, operation in methods.items():
            assert (
                f"<b>{method.upper()}</b><code>{path}</code> {escape(operation['summary'])}" in text
            )
    assert not re.search(r"<script|<img|<link|src=|@import|url\(|\son\w+=", answer.text)
    assert set(re.findall(r'href="([^#][^"]*)"', answer.text)) == {"openapi.json"}


async def test_the_pages_policy_allows_its_style_and_nothing_else(server: AppClient) -> None:
    answer = await server.http.get("http://server/docs")
    policy = dict(
        one.strip().partition(" ")[::2]
        for one in answer.headers["content-security-policy"].split(";")
    )
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy.pop("style-src") == f"'sha256-{digest}'"
    assert set(policy.values()) == {"'none'"}
    other = await server.http.get("/meta")
    assert other.headers["content-security-policy"].startswith("default-src 'none'; frame")


async def test_links_lead_to_bodies_of_the_page(server: AppClient) -> None:
    page = (await server.http.get("http://server/docs")).text
    assert set(re.findall(r'href="#(\w+)"', page)) <= set(re.findall(r' id="(\w+)"', page))


def test_no_text_of_the_document_is_markup() -> None:
    hostile = '"><script>alert(1)</script>'
    document = described().document
    page = page_of(
        document
        | {"info": {"title": hostile, "version": hostile, "description": hostile}}
        | {"tags": [{"name": hostile, "description": hostile}]}
        | {"paths": {hostile: {"get": an_operation(hostile)}}}
    )
    assert b"<script" not in page
    assert page.count(b"&lt;script&gt;") >= 10


def an_operation(text: str) -> dict[str, object]:
    content = {text: {"schema": {"title": text}}, f"{text}2": {"schema": {}, "example": text}}
    return {
        "tags": [text],
        "summary": text,
        "description": text,
        "security": [],
        "parameters": [{"name": text, "in": text, "schema": {"pattern": text}}],
        "requestBody": {"required": True, "content": content},
        "responses": {"200": {"description": text, "headers": {text: {}}, "content": content}},
    }
