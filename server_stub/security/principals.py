"""Who asks, once it is proved."""

import logging
from dataclasses import dataclass
from typing import Literal

from ir_client.wire.values import Role, role_at_least
from server_stub.access import Viewer
from server_stub.errors import Forbidden
from server_stub.storage.actors import ActorRef
from server_stub.storage.endpoint_tokens import KeptToken, token_viewer
from server_stub.storage.users import KeptUser, user_viewer

logger = logging.getLogger("server_stub.audit")

_NOT_YOURS = "Your role does not allow this."


@dataclass(frozen=True, slots=True)
class LoginId:
    """What a principal's rights hang on: a login of a user, or an endpoint token."""

    kind: Literal["login", "token"]
    id: str


@dataclass(frozen=True, slots=True)
class UserPrincipal:
    """A user in a login that stands."""

    user: KeptUser
    login_id: str

    @property
    def login(self) -> LoginId:
        return LoginId("login", self.login_id)

    @property
    def viewer(self) -> Viewer:
        return user_viewer(self.user)

    @property
    def actor(self) -> ActorRef:
        return ActorRef("user", self.user.username, self.user.id)

    def require_role(self, minimum: Role) -> None:
        if not role_at_least(self.user.role, minimum):
            logger.warning("user %d was refused what takes a role of %s", self.user.id, minimum)
            raise Forbidden(_NOT_YOURS)


@dataclass(frozen=True, slots=True)
class TokenPrincipal:
    """An endpoint token that stands, used from where it may be used."""

    token: KeptToken

    @property
    def login(self) -> LoginId:
        return LoginId("token", str(self.token.id))

    @property
    def viewer(self) -> Viewer:
        return token_viewer(self.token)

    @property
    def actor(self) -> ActorRef:
        return ActorRef("token", self.token.token_name, self.token.id)

    @property
    def team(self) -> str | None:
        return self.token.team


Principal = UserPrincipal | TokenPrincipal


def require_user(principal: Principal) -> UserPrincipal:
    """The user who asks; endpoint tokens are refused."""
    if not isinstance(principal, UserPrincipal):
        raise Forbidden("Endpoint tokens may not do this; sign in as a user.")
    return principal


def require_token(principal: Principal) -> TokenPrincipal:
    """The endpoint token that asks; users are refused."""
    if not isinstance(principal, TokenPrincipal):
        raise Forbidden("This is for endpoint tokens, not for users.")
    return principal


def require_reader(principal: Principal) -> Principal:
    """Users may read what they see; endpoint tokens only if they were made for it."""
    if isinstance(principal, TokenPrincipal) and not principal.token.can_read_alerts:
        raise Forbidden("This endpoint token may not read alerts.")
    return principal


def require_updater(principal: Principal) -> Principal:
    """Users may change what they see; endpoint tokens only if they were made for it."""
    if isinstance(principal, TokenPrincipal) and not principal.token.can_update_alerts:
        raise Forbidden("This endpoint token may not change alerts.")
    return principal


def require_creator(principal: Principal) -> TokenPrincipal:
    """Only endpoint tokens that were made for it create alerts."""
    if not isinstance(principal, TokenPrincipal):
        raise Forbidden("Alerts are created with an endpoint token, not by a user.")
    if not principal.token.can_create_alerts:
        raise Forbidden("This endpoint token may not create alerts.")
    return principal
