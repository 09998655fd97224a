"""Endpoint tokens, for those who connect SIEMs and services."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ir_client.wire.auth import EndpointTokenCreate, EndpointTokenCreated, EndpointTokenList
from server_stub.api.answers import json_answer, model_answer
from server_stub.api.bodies import read_model
from server_stub.api.credentials import InUser
from server_stub.api.idempotency import InOnce
from server_stub.api.services import InServices
from server_stub.storage.encoding import to_json_bytes

router = APIRouter(prefix="/endpoint-tokens")


@router.get("")
async def list_tokens(user: InUser, services: InServices) -> Response:
    user.require_role("manager")
    tokens = tuple(await services.directory.endpoint_tokens())
    return model_answer(EndpointTokenList(tokens=tokens))


@router.post("")
async def create_token(
    request: Request, user: InUser, services: InServices, once: InOnce
) -> Response:
    user.require_role("manager")
    wanted = await read_model(request, EndpointTokenCreate, services.settings)
    value = once.endpoint_token()
    return await once.answer(
        lambda commit: services.directory.create_endpoint_token(
            wanted, by=user, value=value, commit=commit
        ),
        shown=_shown,
    )


def _shown(created: EndpointTokenCreated) -> Response:
    """The one answer in which the value is not hidden."""
    shown = created.model_dump(mode="json") | {"token": created.token.get_secret_value()}
    return json_answer(to_json_bytes(shown), status=201)
