"""Routes that call their dependencies at once, for requests that cost less than finding these out.

FastAPI looks anew with each request at what each dependency takes, may be and may hold, and does so
again where one is asked for twice: a third of a small request. What a route depends on is the same
here, is declared in the same way, documented from it, and called in the same order, once each.
"""

import inspect
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

_Found = dict[object, object]
_Call = Callable[[Request, _Found], Coroutine[Any, Any, Any]]

_NOT_TAKEN = (
    "path_params",
    "query_params",
    "header_params",
    "cookie_params",
    "body_params",
    "websocket_param_name",
    "http_connection_param_name",
    "response_param_name",
    "background_tasks_param_name",
    "security_scopes_param_name",
)


class QuickRoute(APIRoute):
    """A route that takes the request and dependencies that take the same. Raises TypeError."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        call = _call_of(self.dependant)

        async def handle(request: Request) -> Response:
            response: Response = await call(request, {})
            return response

        return handle


def _call_of(dependant: Dependant) -> _Call:
    """What calls this with all it depends on; what was `found` in a request is not asked again."""
    function = _coroutine_function(dependant)
    inner = [(str(one.name), one.call, _call_of(one)) for one in dependant.dependencies]
    request_name = dependant.request_param_name

    async def call(request: Request, found: _Found) -> object:
        arguments: dict[str, object] = {}
        for name, key, ask in inner:
            if key not in found:
                found[key] = await ask(request, found)
            arguments[name] = found[key]
        if request_name is not None:
            arguments[request_name] = request
        return await function(**arguments)

    return call


def _coroutine_function(dependant: Dependant) -> Callable[..., Awaitable[object]]:
    function = dependant.call
    if function is None or not inspect.iscoroutinefunction(function):
        raise TypeError(f"{function} is no coroutine function")
    if taken := [name for name in _NOT_TAKEN if getattr(dependant, name)]:
        raise TypeError(f"{function} takes what only FastAPI's own routes give: {taken}")
    return function
