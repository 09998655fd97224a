"""Users, for those who manage them."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ir_client.wire.auth import UserCreate, UserList
from server_stub.api.answers import model_answer
from server_stub.api.bodies import read_model
from server_stub.api.credentials import InUser
from server_stub.api.idempotency import InOnce
from server_stub.api.services import InServices

router = APIRouter(prefix="/auth/users")


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
    )
