"""Sign in, stay signed in, sign out."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ir_client.wire.auth import LoginRequest, PasswordChange, RefreshRequest, TokenPair
from server_stub.api import audit
from server_stub.api.answers import json_answer, model_answer
from server_stub.api.bodies import read_model
from server_stub.api.credentials import InReader, InUser
from server_stub.api.limits import client_address
from server_stub.api.services import InServices
from server_stub.storage.encoding import to_json_bytes

router = APIRouter(prefix="/auth")


@router.post("/login")
async def log_in(request: Request, services: InServices) -> Response:
    login = await read_model(request, LoginRequest, services.settings)
    pair = await services.sessions.log_in(
        login.username, login.password, address=client_address(request)
    )
    return _shown(pair)


@router.post("/refresh")
async def refresh(request: Request, services: InServices) -> Response:
    wanted = await read_model(request, RefreshRequest, services.settings)
    return _shown(await services.sessions.refresh(wanted.refresh_token))


@router.get("/me")
async def me(user: InUser) -> Response:
    return model_answer(user.user)


@router.put("/me/password")
async def change_password(request: Request, user: InUser, services: InServices) -> Response:
    """Change one's own password; this login goes on, all others end."""
    wanted = await read_model(request, PasswordChange, services.settings)
    await services.sessions.change_password(
        user.user,
        current=wanted.current_password,
        new=wanted.new_password,
        login_id=user.login_id,
        address=client_address(request),
    )
    audit.note(user, "changed the password of", "user", user.user.id)
    return json_answer(b'{"detail": "The password is changed; all other logins have ended."}')


@router.post("/ws-ticket")
async def stream_ticket(reader: InReader, services: InServices) -> Response:
    """What opens one stream instead of a token, for those who have only an address to put it in."""
    issued = await services.tickets.issue(reader.login)
    shown = issued.model_dump() | {"ticket": issued.ticket.get_secret_value()}
    return json_answer(to_json_bytes(shown), status=201)


@router.post("/logout")
async def log_out(user: InUser, services: InServices) -> Response:
    await services.sessions.log_out(user.login_id)
    return json_answer(b'{"detail": "Signed out."}')


@router.post("/logout-all")
async def log_out_everywhere(user: InUser, services: InServices) -> Response:
    await services.sessions.log_out_everywhere(user.user.id)
    return json_answer(b'{"detail": "Signed out everywhere."}')


def _shown(pair: TokenPair) -> Response:
    """The one answer in which tokens are not hidden."""
    shown = pair.model_dump(mode="json") | {
        "access_token": pair.access_token.get_secret_value(),
        "refresh_token": pair.refresh_token.get_secret_value(),
    }
    return json_answer(to_json_bytes(shown))
