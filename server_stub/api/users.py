"""Users, for those who manage them."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from ir_client.wire.auth import UserCreate, UserList, UserUpdate
from server_stub.api import audit
from server_stub.api.answers import model_answer
from server_stub.api.bodies import read_model
from server_stub.api.credentials import InUser
from server_stub.api.idempotency import InOnce
from server_stub.api.services import InServices

router = APIRouter(prefix="/auth/users")

UserId = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("")
async def list_users(user: InUser, services: InServices) -> Response:
    user.require_role("manager")
    return model_answer(UserList(users=tuple(await services.directory.users())))


@router.post("")
async def create_user(
    request: Request, user: InUser, services: InServices, once: InOnce
) -> Response:
    user.require_role("admin")
    wanted = await read_model(request, UserCreate, services.settings)
    return await once.answer(
        lambda commit: services.directory.create_user(wanted, commit=commit),
        shown=lambda made: model_answer(made, status=201),
        announce=lambda made: audit.note(user, "made", "user", made.id),
    )


@router.put("/{user_id}")
async def update_user(
    request: Request, user_id: UserId, user: InUser, services: InServices, once: InOnce
) -> Response:
    """Change a user; other rights hold at once, on open streams within two seconds."""
    user.require_role("admin")
    wanted = await read_model(request, UserUpdate, services.settings)
    return await once.answer(
        lambda commit: services.directory.update_user(user_id, wanted, commit=commit),
        shown=model_answer,
        announce=lambda _: audit.note(user, "changed", "user", user_id),
    )
