from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI
from httpx import ASGITransport, AsyncClient
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from server_stub.api.quick_routes import QuickRoute


async def asked(request: Request) -> list[str]:
    return [request.url.path]


Asked = Annotated[list[str], Depends(asked)]


async def first(found: Asked) -> str:
    found.append("first")
    return "first"


async def second(found: Asked, before: Annotated[str, Depends(first)]) -> str:
    found.append(f"second after {before}")
    return "second"


async def test_dependencies_are_called_in_order_and_once_a_request() -> None:
    router = APIRouter(route_class=QuickRoute)

    @router.post("/quick")
    async def handler(
        request: Request,
        one: Annotated[str, Depends(first)],
        two: Annotated[str, Depends(second)],
        found: Asked,
    ) -> Response:
        body = (await request.body()).decode()
        return PlainTextResponse(" | ".join((*found, one, two, body)), 201)

    app = FastAPI()
    app.include_router(router, prefix="/api")
    async with AsyncClient(transport=ASGITransport(app), base_url="http://server") as http:
        answers = [await http.post("/api/quick", content=b"hello") for _ in range(2)]
    assert [(one.status_code, one.text) for one in answers] == 2 * [
        (201, "/api/quick | first | second after first | first | second | hello")
    ]


def test_what_only_fastapi_can_give_is_refused_when_the_route_is_made() -> None:
    router = APIRouter(route_class=QuickRoute)

    async def handler(number: int) -> Response:
        return PlainTextResponse(str(number))

    with pytest.raises(TypeError, match="path_params"):
        router.add_api_route("/{number}", handler)


def test_a_function_that_would_hold_up_all_others_is_refused() -> None:
    router = APIRouter(route_class=QuickRoute)

    def handler() -> Response:
        return PlainTextResponse("")

    with pytest.raises(TypeError, match="coroutine"):
        router.add_api_route("/", handler)
