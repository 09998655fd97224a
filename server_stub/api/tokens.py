"""Endpoint tokens, for those who connect SIEMs and services; and what one is told of itself."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from ir_client.wire.auth import (
    EndpointTokenCreate,
    EndpointTokenCreated,
    EndpointTokenInfo,
    EndpointTokenList,
    EndpointTokenUpdate,
)
from server_stub.api import audit
from server_stub.api.answers import json_answer, model_answer
from server_stub.api.bodies import read_model
from server_stub.api.credentials import InToken, InUser
from server_stub.api.idempotency import InOnce
from server_stub.api.services import InServices
from server_stub.storage.encoding import to_json_bytes

router = APIRouter(prefix="/endpoint-tokens")
info_router = APIRouter(prefix="/alerts/token")

TokenId = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("")
async def list_tokens(user: InUser, services: InServices) -> Response:
    user.require_role("manager")
    return model_answer(EndpointTokenList(tokens=tuple(await services.tokens.list())))


@router.post("")
async def create_token(
    request: Request, user: InUser, services: InServices, once: InOnce
) -> Response:
    user.require_role("manager")
    wanted = await read_model(request, EndpointTokenCreate, services.settings)
    value = once.endpoint_token()
    return await once.answer(
        lambda commit: services.tokens.create(wanted, by=user, value=value, commit=commit),
        shown=_shown,
        announce=lambda made: audit.note(user, "made", "endpoint token", made.id),
    )


@router.get("/{token_id}")
async def get_token(token_id: TokenId, user: InUser, services: InServices) -> Response:
    user.require_role("manager")
    return model_answer(await services.tokens.get(token_id))


@router.put("/{token_id}")
async def update_token(
    request: Request, token_id: TokenId, user: InUser, services: InServices, once: InOnce
) -> Response:
    user.require_role("manager")
    wanted = await read_model(request, EndpointTokenUpdate, services.settings)
    return await once.answer(
        lambda commit: services.tokens.update(token_id, wanted, by=user, commit=commit),
        shown=model_answer,
        announce=lambda _: audit.note(user, "changed", "endpoint token", token_id),
    )


@router.post("/{token_id}/activate")
async def activate_token(
    token_id: TokenId, user: InUser, services: InServices, once: InOnce
) -> Response:
    user.require_role("manager")
    return await once.answer(
        lambda commit: services.tokens.set_active(token_id, active=True, commit=commit),
        shown=model_answer,
        announce=lambda _: audit.note(user, "activated", "endpoint token", token_id),
    )


@router.post("/{token_id}/deactivate")
async def deactivate_token(
    token_id: TokenId, user: InUser, services: InServices, once: InOnce
) -> Response:
    user.require_role("manager")
    return await once.answer(
        lambda commit: services.tokens.set_active(token_id, active=False, commit=commit),
        shown=model_answer,
        announce=lambda _: audit.note(user, "deactivated", "endpoint token", token_id),
    )


@router.delete("/{token_id}")
async def remove_token(
    token_id: TokenId, user: InUser, services: InServices, once: InOnce
) -> Response:
    user.require_role("admin")
    return await once.answer(
        lambda commit: services.tokens.remove(token_id, commit=commit),
        shown=lambda _: json_answer(b'{"detail": "Removed."}'),
        announce=lambda _: audit.note(user, "removed", "endpoint token", token_id),
    )


@info_router.get("/info")
async def token_info(principal: InToken, services: InServices) -> Response:
    """What the endpoint token that asks may do; this request counts too."""
    token = await services.tokens.get(principal.token.id)
    left = services.token_rates.left(token)
    return model_answer(EndpointTokenInfo(**token.model_dump(), requests_left=left))


def _shown(created: EndpointTokenCreated) -> Response:
    """The one answer in which the value is not hidden."""
    shown = created.model_dump(mode="json") | {"token": created.token.get_secret_value()}
    return json_answer(to_json_bytes(shown), status=201)
