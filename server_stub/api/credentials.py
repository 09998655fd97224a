"""Who makes a request: the one place where handlers get a principal."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection, Request

from server_stub.api.limits import client_address
from server_stub.api.services import InServices, Services
from server_stub.errors import Unauthenticated
from server_stub.security import Principal, TokenPrincipal, UserPrincipal
from server_stub.security.principals import (
    require_creator,
    require_reader,
    require_token,
    require_updater,
    require_user,
)


def bearer_token(connection: HTTPConnection) -> str | None:
    """The token of the Authorization header, if there is one. Raises Unauthenticated."""
    values = connection.headers.getlist("authorization")
    if not values:
        return None
    scheme, _, token = values[0].partition(" ")
    if len(values) > 1 or scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("Send one Authorization header: Bearer and a token.")
    return token.strip()


async def principal_of(request: Request, services: InServices) -> Principal:
    """Who asks; a request of an endpoint token counts against its rate."""
    return await authenticated(bearer_token(request), request, services)


async def authenticated(
    token: str | None, connection: HTTPConnection, services: Services
) -> Principal:
    """Who presents `token`. Raises Unauthenticated, Forbidden, or RateLimited."""
    address = client_address(connection)
    return _admitted(await services.authentication.authenticate(token, address=address), services)


async def authenticated_by_ticket(
    ticket: str, connection: HTTPConnection, services: Services
) -> Principal:
    """Whose `ticket` this is; nobody gets in with it again. Raises as `authenticated` does."""
    login = await services.tickets.redeem(ticket)
    address = client_address(connection)
    return _admitted(await services.authentication.principal_of(login, address=address), services)


def _admitted(principal: Principal, services: Services) -> Principal:
    """The principal; a use of an endpoint token counts against its rate."""
    if isinstance(principal, TokenPrincipal):
        services.token_rates.admit(principal.token)
        services.token_uses.count(principal.token.id)
    return principal


AnyPrincipal = Annotated[Principal, Depends(principal_of)]


async def user_of(principal: AnyPrincipal) -> UserPrincipal:
    return require_user(principal)


async def token_of(principal: AnyPrincipal) -> TokenPrincipal:
    return require_token(principal)


async def reader_of(principal: AnyPrincipal) -> Principal:
    return require_reader(principal)


async def updater_of(principal: AnyPrincipal) -> Principal:
    return require_updater(principal)


async def creator_of(principal: AnyPrincipal) -> TokenPrincipal:
    return require_creator(principal)


InUser = Annotated[UserPrincipal, Depends(user_of)]
InToken = Annotated[TokenPrincipal, Depends(token_of)]
InReader = Annotated[Principal, Depends(reader_of)]
InUpdater = Annotated[Principal, Depends(updater_of)]
InCreator = Annotated[TokenPrincipal, Depends(creator_of)]
